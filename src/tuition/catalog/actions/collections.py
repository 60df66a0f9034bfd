"""Putting contents in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from tuition.catalog.errors import KindRefuses, MembersInvalid
from tuition.catalog.models import Content, SeriesMember
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.states import COLLECTIONS, Kind
from tuition.identity import Actor, allows
from tuition.kernel import Phrase, new_id
from tuition.platform.database import Session

MEMBERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Member:
    """A content's place in a collection that another room keeps, and when it opens there."""

    content_id: UUID
    opens_at: datetime | None = None
    opens_after_days: int | None = None
    is_preview: bool = False


async def set_members(session: Session, actor: Actor, collection_id: UUID, content_ids: Sequence[UUID]) -> None:
    """Make these the members of a series, course or bundle, in this order. Those left out leave it.

    Raises ``ContentUnknown``, ``KindRefuses``, ``MembersInvalid`` (twice the same, not one's own, a circle, too many).
    """
    collection = await get_owned_content(session, actor, collection_id, lock=True)
    if Kind(collection.kind) not in COLLECTIONS or collection.kind == Kind.COURSE:
        # A course's members are what its lessons show: its outline keeps them.
        raise KindRefuses(kind=collection.kind, wish="members of its own choice")
    if len(content_ids) > MEMBERS_MAX:
        raise MembersInvalid(reason=Phrase("at most {most}.", most=MEMBERS_MAX))
    if len(set(content_ids)) != len(content_ids):
        raise MembersInvalid(reason="each content once.")
    await _check_members(session, actor, collection, content_ids)
    standing = {
        member.content_id: member
        for member in await session.scalars(select(SeriesMember).where(SeriesMember.collection_id == collection_id))
    }
    leaving = [content_id for content_id in standing if content_id not in set(content_ids)]
    if leaving:
        await session.execute(
            delete(SeriesMember).where(SeriesMember.collection_id == collection_id, SeriesMember.content_id.in_(leaving))
        )
    for position, content_id in enumerate(content_ids):
        if content_id in standing:
            standing[content_id].position = position
        else:
            session.add(SeriesMember(collection_id=collection_id, content_id=content_id, position=position))


async def keep_members(session: Session, collection_id: UUID, members: Sequence[Member]) -> None:
    """Let a collection have exactly these members, as the room says that keeps it. Asks for nobody's permission."""
    kept = [member.content_id for member in members]
    leaving = delete(SeriesMember).where(SeriesMember.collection_id == collection_id)
    await session.execute(leaving.where(SeriesMember.content_id.not_in(kept)) if kept else leaving)
    if not kept:
        return
    rows = [
        {
            "id": new_id(),
            "collection_id": collection_id,
            "content_id": member.content_id,
            "position": position,
            "opens_at": member.opens_at,
            "opens_after_days": member.opens_after_days,
            "is_preview": member.is_preview,
        }
        for position, member in enumerate(members)
    ]
    statement = insert(SeriesMember).values(rows)
    changed = {name: statement.excluded[name] for name in ("position", "opens_at", "opens_after_days", "is_preview")}
    await session.execute(statement.on_conflict_do_update(index_elements=["collection_id", "content_id"], set_=changed))


async def _check_members(session: Session, actor: Actor, collection: Content, content_ids: Sequence[UUID]) -> None:
    query = select(Content.id, Content.creator_id, Content.kind).where(Content.id.in_(content_ids), Content.deleted_at.is_(None))
    known = {row.id: row for row in await session.execute(query)}
    anybody = allows(actor, "content:edit_any")
    for content_id in content_ids:
        row = known.get(content_id)
        if row is None or not (anybody or row.creator_id == actor.id):
            raise MembersInvalid(reason=Phrase("{id} is not one of your contents.", id=content_id))
    inner = [content_id for content_id in content_ids if Kind(known[content_id].kind) in COLLECTIONS]
    if collection.id in content_ids or (inner and await _reaches(session, inner, collection.id)):
        raise MembersInvalid(reason="a collection cannot hold itself.")


async def _reaches(session: Session, from_ids: Sequence[UUID], target: UUID) -> bool:
    """Whether one of these collections holds the target, however deep."""
    statement = text("""
        with recursive inside as (
          select content_id from series_members where collection_id = any(:from_ids)
          union
          select member.content_id from series_members as member join inside on member.collection_id = inside.content_id
        ) select exists (select from inside where content_id = :target)
    """)
    return bool((await session.execute(statement, {"from_ids": list(from_ids), "target": target})).scalar_one())
