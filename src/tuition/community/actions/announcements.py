"""Telling everybody who learns from something."""

from __future__ import annotations

from uuid import UUID

from tuition import catalog, messaging
from tuition.catalog import BodyFormat
from tuition.community import policy, rules
from tuition.community.errors import MayNotModerate
from tuition.community.models import Announcement
from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.platform import audit, jobs, rates
from tuition.platform.database import Session

ANNOUNCEMENTS_PER_DAY = 10
DAY_S = 86_400
TELL_AT_ONCE = 200
WORDS_TOLD = 500
"""People told in one transaction: each is two or three rows."""


async def announce(
    session: Session, actor: Actor, content_id: UUID, *, title: str, body: str, by_mail: bool = False
) -> Announcement:
    """Tell everybody who learns from a content: on their page, and by mail if wished. Jobs carry it.

    Raises ``catalog.ContentUnknown``, ``MayNotModerate`` (403), ``TextInvalid``, ``TooMany``.
    """
    await catalog.get_content_for(session, actor, content_id)
    if not await policy.may_announce(session, actor, content_id):
        raise MayNotModerate
    await rates.hit(session, f"community.announce:{content_id}", limit=ANNOUNCEMENTS_PER_DAY, per_s=DAY_S)
    written = rules.checked_body(body)
    made = Announcement(
        id=new_id(),
        content_id=content_id,
        author_id=actor.id,
        title=rules.checked_title(title),
        body=written,
        body_html=catalog.render_markup(written, BodyFormat.MARKDOWN).html,
        by_mail=by_mail,
    )
    session.add(made)
    await audit.record(session, actor.id, "community.announced", subject=("announcement", made.id))
    await jobs.defer(session, "community.tell_announcement", announcement_id=str(made.id), after=None)
    return made


async def tell_some(session: Session, announcement_id: UUID, after: UUID | None) -> UUID | None:
    """Tell the next people, and return the last of them, or ``None`` when nobody is left. Whoever was told is not told again."""
    made = await session.get(Announcement, announcement_id)
    if made is None or made.told_at is not None:
        return None
    people = await policy.audience(session, made.content_id, after=after, limit=TELL_AT_ONCE)
    content = (await catalog.contents_by_id(session, [made.content_id]))[made.content_id]
    for person_id in people:
        await _tell(session, made, content, person_id)
    made.told_count += len(people)
    if len(people) < TELL_AT_ONCE:
        made.told_at = clock.now()
        return None
    return people[-1]


async def _tell(session: Session, made: Announcement, content: catalog.Content, person_id: UUID) -> None:
    if person_id == made.author_id:
        return
    told = await messaging.notify(
        session,
        person_id,
        "announcement",
        title="{content}: {title}",
        message="{words}",
        fields={"content": content.title, "title": made.title, "words": rules.begin_of(made.body, WORDS_TOLD)},
        action_url=f"/c/{content.slug}/announcements",
        action_label="Read it",
        dedupe_key=f"announcement:{made.id}",
    )
    if told is not None and made.by_mail:
        await messaging.send_email(
            session,
            "announcement",
            to_person=person_id,
            context={"title": made.title, "content": content.title, "body": made.body, "url": f"/c/{content.slug}/announcements"},
        )
