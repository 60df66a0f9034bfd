"""What people think of a content."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tuition import access, catalog, identity
from tuition.community import rules
from tuition.community.errors import OwnWork, TextInvalid
from tuition.community.events import ContentRated
from tuition.community.models import ContentRating
from tuition.identity import Actor
from tuition.kernel import Phrase, clock, new_id
from tuition.platform import events, rates
from tuition.platform.database import Session

SCORE_MOST = 5


async def rate(session: Session, actor: Actor, content_id: UUID, *, score: int, review: str = "") -> ContentRating:
    """Say what one thinks of a content that one may open, one to five; again changes it.

    Raises ``catalog.ContentUnknown``, ``PaymentNeeded`` or ``AccessDenied`` for who may not open it, ``OwnWork``,
    ``EmailUnverified``, ``TextInvalid``.
    """
    content, decision = await access.get_content_for(session, actor, content_id)
    if content.creator_id == actor.id:
        raise OwnWork
    access.require(decision)
    identity.require_verified(actor)
    if not 1 <= score <= SCORE_MOST:
        raise TextInvalid(field="score", reason=Phrase("one to {most}.", most=SCORE_MOST))
    written = rules.checked_body(review, field="review", most=rules.REVIEW_MAX, needed=False)
    await rates.hit(session, f"community.rate:{actor.id}", limit=rules.POSTS_PER_HOUR, per_s=3600)
    await _lock(session, content_id)
    statement = insert(ContentRating).values(
        id=new_id(), content_id=content_id, user_id=actor.id, score=score, review=written, created_at=clock.now()
    )
    made: ContentRating | None = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["content_id", "user_id"],
            set_={"score": statement.excluded.score, "review": statement.excluded.review},
        ).returning(ContentRating),
        execution_options={"populate_existing": True},
    )
    assert made is not None, "an upsert returns its row"
    await sum_up(session, content_id)
    await events.publish(session, ContentRated(content_id, actor.id, score, written))
    return made


async def withdraw_rating(session: Session, actor: Actor, content_id: UUID) -> None:
    """Take back what one thought. Nothing to take back is no error."""
    await _lock(session, content_id)
    gone = await session.execute(
        delete(ContentRating)
        .where(ContentRating.content_id == content_id, ContentRating.user_id == actor.id)
        .returning(ContentRating.id)
    )
    if gone.all():
        await sum_up(session, content_id)
        await events.publish(session, ContentRated(content_id, actor.id, None, ""))


async def hide_rating(session: Session, rating: ContentRating) -> None:
    """Show it to nobody, and count it no more."""
    await _lock(session, rating.content_id)
    rating.hidden_at = clock.now()
    # The sum must see it.
    await session.flush()
    await sum_up(session, rating.content_id)


async def sum_up(session: Session, content_id: UUID) -> None:
    """Work out average and count from the rows, under the content's lock: no order of edits can leave them wrong."""
    average, count = (
        await session.execute(
            select(func.coalesce(func.avg(ContentRating.score), 0), func.count()).where(
                ContentRating.content_id == content_id, ContentRating.hidden_at.is_(None)
            )
        )
    ).one()
    await catalog.record_rating(session, content_id, average=Decimal(average), count=count)


async def _lock(session: Session, content_id: UUID) -> None:
    await session.execute(select(catalog.Content.id).where(catalog.Content.id == content_id).with_for_update(key_share=True))
