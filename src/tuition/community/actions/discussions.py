"""Asking, answering, and keeping a talk in order."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tuition import catalog, identity, messaging
from tuition.catalog import BodyFormat
from tuition.community import policy, rules
from tuition.community.errors import DiscussionClosed, DiscussionUnknown, MayNotModerate, NotAQuestion, ReplyUnknown
from tuition.community.models import Discussion, DiscussionFollow, DiscussionReply, ReplyMark
from tuition.community.queries import get_discussion_for, get_reply_for
from tuition.community.rules import DiscussionKind, Place
from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.platform import audit, jobs, rates
from tuition.platform.database import Session

HOUR_S = 3600


async def start_discussion(
    session: Session, actor: Actor, place: Place, *, title: str, body: str, kind: DiscussionKind = DiscussionKind.QUESTION
) -> Discussion:
    """Ask something, or begin to talk. Its author hears of every reply.

    Raises ``DiscussionUnknown`` (404) for a content that the actor may not open, ``EmailUnverified``, ``TextInvalid``,
    ``TooMany``.
    """
    await policy.require_part(session, actor, place.content_id)
    await _may_write(session, actor)
    written = rules.checked_body(body)
    discussion = Discussion(
        id=new_id(),
        content_id=place.content_id,
        topic_id=place.topic_id,
        author_id=actor.id,
        kind=kind,
        title=rules.checked_title(title),
        body=written,
        body_html=_html(written),
        last_activity_at=clock.now(),
    )
    session.add(discussion)
    # The follow points at it.
    await session.flush()
    await _follow(session, actor.id, discussion.id)
    await jobs.defer(session, "community.tell_of_question", discussion_id=str(discussion.id))
    return discussion


async def edit_discussion(session: Session, actor: Actor, discussion_id: UUID, *, title: str, body: str) -> Discussion:
    """Its author says it better. Raises ``DiscussionUnknown`` for anybody else's, ``DiscussionClosed``, ``TextInvalid``."""
    discussion = (await get_discussion_for(session, actor, discussion_id, lock=True)).discussion
    if discussion.author_id != actor.id:
        raise DiscussionUnknown
    _open(discussion)
    discussion.title, discussion.body = rules.checked_title(title), rules.checked_body(body)
    discussion.body_html = _html(discussion.body)
    return discussion


async def delete_discussion(session: Session, actor: Actor, discussion_id: UUID) -> None:
    """Its author, or who keeps order there, takes it away with its replies. The row stays."""
    found = await get_discussion_for(session, actor, discussion_id, lock=True)
    if found.discussion.author_id != actor.id:
        if not found.moderates:
            raise DiscussionUnknown
        await _note(session, actor, "community.discussion_deleted", found.discussion)
    found.discussion.deleted_at = clock.now()


async def reply(session: Session, actor: Actor, discussion_id: UUID, *, body: str) -> DiscussionReply:
    """Answer. From now on the actor hears of further replies, as everybody who follows does by a job.

    Raises ``DiscussionUnknown``, ``DiscussionClosed`` (409), ``EmailUnverified``, ``TextInvalid``, ``TooMany``.
    """
    found = await get_discussion_for(session, actor, discussion_id, lock=True)
    _open(found.discussion)
    await _may_write(session, actor)
    written = rules.checked_body(body)
    made = DiscussionReply(
        id=new_id(),
        discussion_id=discussion_id,
        author_id=actor.id,
        body=written,
        body_html=_html(written),
        is_by_teacher=found.moderates,
    )
    session.add(made)
    found.discussion.reply_count += 1
    found.discussion.last_activity_at = clock.now()
    await _follow(session, actor.id, discussion_id)
    await jobs.defer(session, "community.tell_of_reply", reply_id=str(made.id))
    return made


async def edit_reply(session: Session, actor: Actor, reply_id: UUID, *, body: str) -> DiscussionReply:
    """Its author says it better."""
    found, made = await get_reply_for(session, actor, reply_id, lock=True)
    if made.author_id != actor.id:
        raise ReplyUnknown
    _open(found.discussion)
    made.body = rules.checked_body(body)
    made.body_html = _html(made.body)
    return made


async def delete_reply(session: Session, actor: Actor, reply_id: UUID) -> None:
    """Its author, or who keeps order there, takes it away. If it was the accepted answer, the question waits again."""
    found, made = await get_reply_for(session, actor, reply_id)
    discussion = (await get_discussion_for(session, actor, made.discussion_id, lock=True)).discussion
    await session.refresh(made, with_for_update={"key_share": True})
    if made.deleted_at is not None:
        return
    if made.author_id != actor.id:
        if not found.moderates:
            raise ReplyUnknown
        await _note(session, actor, "community.reply_deleted", discussion)
    made.deleted_at = clock.now()
    discussion.reply_count -= 1
    if discussion.accepted_reply_id == made.id:
        discussion.accepted_reply_id = None


async def accept_reply(session: Session, actor: Actor, reply_id: UUID, *, accepted: bool = True) -> Discussion:
    """Who asked, or who keeps order there, says which reply answers the question (or that it does not after all).

    Raises ``ReplyUnknown``, ``NotAQuestion`` (409), ``MayNotModerate`` (403) for anybody else.
    """
    _, made = await get_reply_for(session, actor, reply_id)
    found = await get_discussion_for(session, actor, made.discussion_id, lock=True)
    discussion = found.discussion
    if discussion.author_id != actor.id and not found.moderates:
        raise MayNotModerate
    if discussion.kind != DiscussionKind.QUESTION:
        raise NotAQuestion
    if accepted:
        discussion.accepted_reply_id = made.id
    elif discussion.accepted_reply_id == made.id:
        discussion.accepted_reply_id = None
    return discussion


async def mark_helpful(session: Session, actor: Actor, reply_id: UUID, *, helpful: bool = True) -> DiscussionReply:
    """Say that a reply helped, or take that back. Nobody counts twice, and nobody counts themselves."""
    _, made = await get_reply_for(session, actor, reply_id, lock=True)
    if made.author_id == actor.id:
        return made
    if helpful:
        values = {"reply_id": reply_id, "user_id": actor.id, "created_at": clock.now()}
        await session.execute(insert(ReplyMark).values(values).on_conflict_do_nothing())
    else:
        await session.execute(delete(ReplyMark).where(ReplyMark.reply_id == reply_id, ReplyMark.user_id == actor.id))
    made.helpful_count = (
        await session.scalar(select(func.count()).select_from(ReplyMark).where(ReplyMark.reply_id == reply_id)) or 0
    )
    return made


async def follow(session: Session, actor: Actor, discussion_id: UUID) -> None:
    """Hear of new replies. Again is no change. Raises ``DiscussionUnknown``."""
    await get_discussion_for(session, actor, discussion_id)
    await _follow(session, actor.id, discussion_id)


async def unfollow(session: Session, actor: Actor, discussion_id: UUID) -> None:
    """Hear no more of it."""
    await session.execute(
        delete(DiscussionFollow).where(DiscussionFollow.discussion_id == discussion_id, DiscussionFollow.user_id == actor.id)
    )


async def arrange(
    session: Session, actor: Actor, discussion_id: UUID, *, pinned: bool | None = None, closed: bool | None = None
) -> Discussion:
    """Who keeps order there pins a talk above the others, or closes it to further replies. Raises ``MayNotModerate``."""
    found = await get_discussion_for(session, actor, discussion_id, lock=True)
    if not found.moderates:
        raise MayNotModerate
    if pinned is not None:
        found.discussion.is_pinned = pinned
    if closed is not None and closed != (found.discussion.closed_at is not None):
        found.discussion.closed_at = clock.now() if closed else None
        await _note(session, actor, "community.discussion_closed" if closed else "community.discussion_opened", found.discussion)
    return found.discussion


async def tell_of_question(session: Session, discussion_id: UUID) -> None:
    """Let the content's creator know that somebody asks, unless they asked themselves."""
    discussion = await session.get(Discussion, discussion_id)
    if discussion is None or discussion.deleted_at is not None:
        return
    content = (await catalog.contents_by_id(session, [discussion.content_id]))[discussion.content_id]
    if content.creator_id != discussion.author_id:
        await _follow(session, content.creator_id, discussion_id)
        await messaging.notify(
            session,
            content.creator_id,
            "discussion",
            title="A question about “{content}”",
            message="{title}",
            fields={"content": content.title, "title": discussion.title},
            action_url=f"/discussions/{discussion_id}",
            action_label="Answer",
            dedupe_key=f"discussion:{discussion_id}",
        )


async def tell_of_reply(session: Session, reply_id: UUID) -> None:
    """Let everybody who follows know of a reply, except its author and those who may no longer read it. Told once each."""
    made = await session.get(DiscussionReply, reply_id)
    if made is None or made.deleted_at is not None or made.hidden_at is not None:
        return
    discussion = await session.get_one(Discussion, made.discussion_id)
    followers = await session.scalars(
        select(DiscussionFollow.user_id)
        .where(DiscussionFollow.discussion_id == made.discussion_id, DiscussionFollow.user_id != made.author_id)
        .order_by(DiscussionFollow.user_id)
    )
    author = (await identity.people_by_id(session, [made.author_id])).get(made.author_id)
    for person_id in list(followers):
        if not await policy.may_read(session, person_id, discussion.content_id):
            continue
        await messaging.notify(
            session,
            person_id,
            "discussion",
            title="A reply to “{title}”",
            message="{name}: {words}",
            fields={
                "title": discussion.title,
                "name": author.full_name if author else "",
                "words": rules.begin_of(made.body, 140),
            },
            action_url=f"/discussions/{discussion.id}#reply-{made.id}",
            action_label="Read it",
            dedupe_key=f"reply:{made.id}",
        )


async def _follow(session: Session, person_id: UUID, discussion_id: UUID) -> None:
    values = {"discussion_id": discussion_id, "user_id": person_id, "created_at": clock.now()}
    await session.execute(insert(DiscussionFollow).values(values).on_conflict_do_nothing())


def _open(discussion: Discussion) -> None:
    if discussion.closed_at is not None:
        raise DiscussionClosed


async def _may_write(session: Session, actor: Actor) -> None:
    identity.require_verified(actor)
    await rates.hit(session, f"community.write:{actor.id}", limit=rules.POSTS_PER_HOUR, per_s=HOUR_S)


async def _note(session: Session, actor: Actor, action: str, discussion: Discussion) -> None:
    await audit.record(session, actor.id, action, subject=("discussion", discussion.id))


def _html(body: str) -> str:
    return catalog.render_markup(body, BodyFormat.MARKDOWN).html
