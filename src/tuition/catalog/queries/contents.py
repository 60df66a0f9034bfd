"""Finding contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from tuition.catalog.errors import ContentUnknown
from tuition.catalog.models import Category, Content, SeriesMember, SlugRedirect
from tuition.catalog.rules.states import LISTED, Status
from tuition.identity import Actor, allows
from tuition.platform import paging
from tuition.platform.database import AnySession, Session

CATEGORIES_MAX = 500
# Built once: every page asks them, and building one takes as long as sending it.
_BY_SLUG = select(Content).where(Content.slug == bindparam("slug"))
_SHELVES = select(Category).order_by(Category.position, Category.name).limit(CATEGORIES_MAX)


def visible_to(actor: Actor | None) -> ColumnElement[bool]:
    """What this actor finds without a grant: what is listed, and what is their own."""
    listed = and_(
        Content.status == Status.PUBLISHED, Content.deleted_at.is_(None), Content.visibility.in_([str(item) for item in LISTED])
    )
    if actor is None:
        return listed
    if allows(actor, "content:edit_any"):
        return Content.deleted_at.is_(None)
    return or_(listed, and_(Content.creator_id == actor.id, Content.deleted_at.is_(None)))


async def listed_starts(session: AnySession, *, every: int) -> list[UUID]:
    """Where to begin reading all that everybody may find, ``every`` so many at a time (see ``listed_from``)."""
    place = func.row_number().over(order_by=Content.id).label("place")
    numbered = select(Content.id, place).where(visible_to(None)).subquery()
    statement = select(numbered.c.id).where((numbered.c.place - 1) % every == 0).order_by(numbered.c.id)
    return list((await session.scalars(statement)).all())


async def listed_from(session: AnySession, start: UUID, *, limit: int) -> list[tuple[str, UUID]]:
    """The slugs of what everybody may find, and their creators, from a content on."""
    statement = (
        select(Content.slug, Content.creator_id).where(visible_to(None), Content.id >= start).order_by(Content.id).limit(limit)
    )
    return [(slug, creator_id) for slug, creator_id in await session.execute(statement)]


def is_visible(content: Content, actor: Actor | None) -> bool:
    """The same question about a content that is at hand."""
    if content.deleted_at is not None:
        return False
    listed = content.status == Status.PUBLISHED and content.visibility in list(LISTED)
    return listed or (actor is not None and (content.creator_id == actor.id or allows(actor, "content:edit_any")))


async def get_content_for(session: AnySession, actor: Actor | None, content_id: UUID) -> Content:
    """A content that this actor may find: listed, or their own. Raises ``ContentUnknown``.

    It knows no grants. Somebody who bought what is no longer listed finds it by ``access.get_content_for``.
    """
    content = await session.scalar(select(Content).where(Content.id == content_id, visible_to(actor)))
    if content is None:
        raise ContentUnknown
    return content


async def get_owned_content(session: AnySession, actor: Actor, content_id: UUID, *, lock: bool = False) -> Content:
    """A content that this actor may edit. Raises ``ContentUnknown`` for everything else, deleted ones too."""
    query = select(Content).where(Content.id == content_id, Content.deleted_at.is_(None))
    if not allows(actor, "content:edit_any"):
        query = query.where(Content.creator_id == actor.id)
    if lock:
        assert isinstance(session, Session), "only a writer locks"
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    content = await session.scalar(query)
    if content is None:
        raise ContentUnknown
    return content


async def contents_by_id(session: AnySession, ids: Sequence[UUID]) -> dict[UUID, Content]:
    """These contents whatever their state: for receipts, libraries and books, which show what was, not what is sold now."""
    rows = await session.scalars(select(Content).where(Content.id.in_(list(ids))))
    return {content.id: content for content in rows}


@dataclass(frozen=True, slots=True)
class Found:
    """A content found by an address, and its present address."""

    content: Content
    moved: bool
    """Whether the address asked for is an old one: answer with a redirect to ``content.slug``."""


async def find_by_slug(session: AnySession, slug: str) -> Found:
    """The content that has, or once had, this address, whatever its state (the caller asks whether it may be seen).

    Raises ``ContentUnknown``.
    """
    content = await session.scalar(_BY_SLUG, {"slug": slug})
    if content is not None:
        return Found(content, moved=False)
    moved = await session.scalar(
        select(Content).join(SlugRedirect, SlugRedirect.content_id == Content.id).where(SlugRedirect.slug == slug)
    )
    if moved is None:
        raise ContentUnknown
    return Found(moved, moved=True)


async def contents_of(
    session: AnySession, creator_id: UUID, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[Content]:
    """A creator's contents for the studio, newest first, deleted ones left out."""
    query = select(Content).where(Content.creator_id == creator_id, Content.deleted_at.is_(None))
    scope = f"catalog.contents_of/{creator_id}"
    return await paging.paginate(session, query, keys=[Content.id.desc()], limit=limit, cursor=cursor, scope=scope)


async def members_of(session: AnySession, collection_id: UUID) -> list[Content]:
    """The members of a collection in their order, whatever their state, deleted ones left out."""
    member = aliased(SeriesMember)
    query = (
        select(Content)
        .join(member, member.content_id == Content.id)
        .where(member.collection_id == collection_id, Content.deleted_at.is_(None))
        .order_by(member.position)
    )
    return list(await session.scalars(query))


async def collections_of(session: AnySession, content_id: UUID) -> list[UUID]:
    """The collections that a content is directly a member of, oldest first."""
    query = select(SeriesMember.collection_id).where(SeriesMember.content_id == content_id).order_by(SeriesMember.id)
    return list(await session.scalars(query))


async def categories(session: AnySession) -> list[Category]:
    """The shelves in their order."""
    return list(await session.scalars(_SHELVES))
