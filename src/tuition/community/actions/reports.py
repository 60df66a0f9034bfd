"""Objecting to something, and deciding about it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tuition import access, catalog, identity, messaging
from tuition.community import policy, rules
from tuition.community.actions.ratings import hide_rating
from tuition.community.errors import MayNotModerate, RatingUnknown, ReportDecided, ReportUnknown
from tuition.community.events import ContentTakenDown
from tuition.community.models import ContentRating, Discussion, DiscussionReply, Report
from tuition.community.queries import get_discussion_for, get_reply_for
from tuition.community.rules import ReportReason, ReportStatus, SubjectType
from tuition.identity import Actor, allows
from tuition.kernel import clock, new_id
from tuition.platform import audit, events, jobs, rates
from tuition.platform.database import Session

DETAILS_MAX = 2000
TELL_AT_ONCE = 200
"""People told in one transaction."""


async def report(
    session: Session, actor: Actor, subject: tuple[SubjectType, UUID], *, reason: ReportReason, details: str = ""
) -> Report:
    """Object to something that one can see. The same again, while it is undecided, is the report that stands.

    Raises the 404 of what it is about, ``EmailUnverified``, ``TextInvalid``, ``TooMany``.
    """
    subject_type, subject_id = subject
    content_id = await _place_of(session, actor, subject_type, subject_id)
    identity.require_verified(actor)
    needed = reason is ReportReason.OTHER
    written = rules.checked_body(details, field="details", most=DETAILS_MAX, needed=needed)
    await rates.hit(session, f"community.report:{actor.id}", limit=rules.REPORTS_PER_HOUR, per_s=3600)
    values = {
        "id": new_id(),
        "subject_type": subject_type,
        "subject_id": subject_id,
        "content_id": content_id,
        "reporter_id": actor.id,
        "reason": reason,
        "details": written,
        "created_at": clock.now(),
    }
    made: Report | None = await session.scalar(insert(Report).values(values).on_conflict_do_nothing().returning(Report))
    if made is not None:
        return made
    standing = select(Report).where(
        Report.reporter_id == actor.id,
        Report.subject_type == subject_type,
        Report.subject_id == subject_id,
        Report.status == ReportStatus.OPEN,
    )
    return (await session.scalars(standing)).one()


async def decide_report(session: Session, actor: Actor, report_id: UUID, *, uphold: bool, note: str = "") -> Report:
    """Hide what it is about, or say that nothing is wrong; all open reports of the same thing get the same answer.

    Who keeps order about a content decides about talks and reviews there; about the content itself, or their own words, the
    site's staff decides. Raises ``ReportUnknown``, ``MayNotModerate``, ``ReportDecided`` (409).
    """
    found = await session.get(Report, report_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None or not await policy.may_moderate(session, actor, found.content_id):
        raise ReportUnknown
    is_staff = allows(actor, "community:moderate")
    author_id = await _author_of(session, found)
    if not is_staff and (found.subject_type == SubjectType.CONTENT or author_id == actor.id):
        raise MayNotModerate
    if found.status != ReportStatus.OPEN:
        raise ReportDecided
    status = ReportStatus.UPHELD if uphold else ReportStatus.DISMISSED
    written = rules.checked_body(note, field="note", most=DETAILS_MAX, needed=False)
    reporters = await session.scalars(
        update(Report)
        .where(
            Report.subject_type == found.subject_type, Report.subject_id == found.subject_id, Report.status == ReportStatus.OPEN
        )
        .values(status=status, decided_by=actor.id, decided_at=clock.now(), decision_note=written)
        .returning(Report.reporter_id)
        .execution_options(synchronize_session=False)
    )
    reporter_ids = sorted(set(reporters))
    if uphold:
        await _hide(session, found, written)
        await _tell_author(session, author_id, written)
    for person_id in reporter_ids:
        await _tell_reporter(session, person_id, report_id, upheld=uphold)
    await audit.record(
        session,
        actor.id,
        f"community.report_{status}",
        subject=(found.subject_type, found.subject_id),
        details={"report_id": str(report_id)},
    )
    await session.refresh(found)
    return found


async def _place_of(session: Session, actor: Actor, subject_type: SubjectType, subject_id: UUID) -> UUID:
    """The content where the subject is, if the actor can see it."""
    match subject_type:
        case SubjectType.CONTENT:
            return (await access.get_content_for(session, actor, subject_id))[0].id
        case SubjectType.DISCUSSION:
            return (await get_discussion_for(session, actor, subject_id)).discussion.content_id
        case SubjectType.REPLY:
            return (await get_reply_for(session, actor, subject_id))[0].discussion.content_id
        case SubjectType.RATING:
            rating = await session.get(ContentRating, subject_id)
            if rating is None or rating.hidden_at is not None:
                raise RatingUnknown
            return (await access.get_content_for(session, actor, rating.content_id))[0].id


async def _author_of(session: Session, found: Report) -> UUID | None:
    match SubjectType(found.subject_type):
        case SubjectType.CONTENT:
            content = (await catalog.contents_by_id(session, [found.subject_id])).get(found.subject_id)
            return content.creator_id if content else None
        case SubjectType.DISCUSSION:
            discussion = await session.get(Discussion, found.subject_id)
            return discussion.author_id if discussion else None
        case SubjectType.REPLY:
            reply = await session.get(DiscussionReply, found.subject_id)
            return reply.author_id if reply else None
        case SubjectType.RATING:
            rating = await session.get(ContentRating, found.subject_id)
            return rating.user_id if rating else None


async def _hide(session: Session, found: Report, note: str) -> None:
    match SubjectType(found.subject_type):
        case SubjectType.CONTENT:
            await events.publish(session, ContentTakenDown(found.subject_id, found.id, note))
            await jobs.defer(session, "community.tell_of_takedown", content_id=str(found.subject_id), after=None)
        case SubjectType.DISCUSSION:
            await session.execute(update(Discussion).where(Discussion.id == found.subject_id).values(hidden_at=clock.now()))
        case SubjectType.REPLY:
            hidden = await session.execute(
                update(DiscussionReply)
                .where(DiscussionReply.id == found.subject_id, DiscussionReply.hidden_at.is_(None))
                .values(hidden_at=clock.now())
                .returning(DiscussionReply.discussion_id)
            )
            for (discussion_id,) in hidden.all():
                # What nobody sees answers nothing.
                await session.execute(
                    update(Discussion)
                    .where(Discussion.id == discussion_id, Discussion.accepted_reply_id == found.subject_id)
                    .values(accepted_reply_id=None)
                )
        case SubjectType.RATING:
            rating = await session.get(ContentRating, found.subject_id)
            if rating is not None:
                await hide_rating(session, rating)


async def tell_of_takedown(session: Session, content_id: UUID, after: UUID | None) -> UUID | None:
    """Tell the next people who had what was taken down, and return the last of them, or ``None`` when nobody is left."""
    content = (await catalog.contents_by_id(session, [content_id]))[content_id]
    if content.taken_down_at is None:
        return None
    people = await policy.audience(session, content_id, after=after, limit=TELL_AT_ONCE)
    for person_id in people:
        await messaging.notify(
            session,
            person_id,
            "system",
            title="“{title}” is not available any more",
            message="Somebody objected to it, and it was taken down. {note}",
            fields={"title": content.title, "note": content.taken_down_note},
            action_url=f"/c/{content.slug}",
            action_label="Read why",
            dedupe_key=f"taken_down:{content_id}:{content.taken_down_at.isoformat()}",
        )
    return people[-1] if len(people) == TELL_AT_ONCE else None


async def _tell_author(session: Session, author_id: UUID | None, note: str) -> None:
    if author_id is not None:
        message = "Somebody objected to something that you wrote or published, and whoever decides here agreed. {note}"
        await messaging.notify(
            session, author_id, "system", title="Something of yours was hidden", message=message, fields={"note": note}
        )


async def _tell_reporter(session: Session, person_id: UUID, report_id: UUID, *, upheld: bool) -> None:
    message = "What you reported has been hidden. Thank you." if upheld else "What you reported was looked at. It stays."
    await messaging.notify(
        session, person_id, "system", title="Your report was decided", message=message, dedupe_key=f"report:{report_id}"
    )
