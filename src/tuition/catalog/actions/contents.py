"""Making, editing and deleting contents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tuition import identity
from tuition.catalog.errors import CategoryUnknown, FieldInvalid, SlugTaken
from tuition.catalog.events import ContentCreated, ContentDeleted
from tuition.catalog.models import Category, Content, Media, SeriesDetail, SlugRedirect
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.drafts import cleaned
from tuition.catalog.rules.slugs import LENGTH_MAX, free_slug, slug_from
from tuition.catalog.rules.states import PLAYABLE, Kind, Status
from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.platform import events
from tuition.platform.database import Session


async def create_content(
    session: Session, actor: Actor, kind: Kind, *, title: str, slug: str | None = None, **details: Any
) -> Content:
    """Begin a draft. ``details`` are the fields that ``edit_content`` takes.

    Raises ``PermissionMissing``, ``FieldInvalid``, ``CategoryUnknown``; ``SlugTaken`` when an address is asked for and not free.
    """
    identity.require(actor, "content:create")
    values = cleaned({"title": title, **details})
    await _check_references(session, actor, values)
    content_id = new_id()
    address = await _claim_slug(session, content_id, slug) if slug else await _free_slug(session, slug_from(values["title"]))
    statement = (
        insert(Content)
        .values(id=content_id, creator_id=actor.id, kind=str(kind), slug=address, **values)
        .on_conflict_do_nothing(index_elements=["slug"])
        .returning(Content)
    )
    content = await session.scalar(statement)
    if content is None:
        if slug:
            raise SlugTaken(slug=slug)
        # Somebody took the address between the look and the insert: the id makes one that is nobody's.
        content = await session.scalar(statement.values(slug=f"{address[: LENGTH_MAX - 13]}-{content_id.hex[-12:]}"))
    assert content is not None, "an address with an id in it is free"
    if kind in PLAYABLE:
        session.add(Media(content_id=content.id, kind=str(kind)))
    if kind is Kind.SERIES:
        session.add(SeriesDetail(content_id=content.id))
    await events.publish(session, ContentCreated(content.id, content.kind))
    return content


async def edit_content(session: Session, actor: Actor, content_id: UUID, changes: Mapping[str, Any]) -> Content:
    """Change what is said about a content; ``changes`` may hold ``slug`` and the fields of ``rules.drafts.EDITABLE``.

    Raises ``ContentUnknown``, ``FieldInvalid``, ``CategoryUnknown``, ``SlugTaken``.
    """
    content = await get_owned_content(session, actor, content_id, lock=True)
    values = cleaned({field: value for field, value in changes.items() if field != "slug"})
    await _check_references(session, actor, values, content_id)
    for field, value in values.items():
        setattr(content, field, value)
    slug = changes.get("slug")
    if slug and slug_from(slug) != content.slug:
        old, new = content.slug, await _claim_slug(session, content.id, slug)
        content.slug = new
        await _leave_redirect(session, old, content.id)
    return content


async def delete_content(session: Session, actor: Actor, content_id: UUID) -> None:
    """Take a content out of the catalogue for good. Its row stays: people bought it, and the books name it.

    Its address becomes free, and leads here until somebody else takes it.
    """
    content = await get_owned_content(session, actor, content_id, lock=True)
    old = content.slug
    content.deleted_at = clock.now()
    content.slug = f"deleted-{content.id.hex}"
    if content.status == Status.SCHEDULED:
        content.status, content.publish_at = Status.DRAFT, None
    await _leave_redirect(session, old, content.id)
    await events.publish(session, ContentDeleted(content.id))


async def create_category(
    session: Session, actor: Actor, *, name: str, slug: str | None = None, names: Mapping[str, str]
) -> Category:
    """Add a shelf to the catalogue. Needs ``site:configure``. Raises ``FieldInvalid``, ``SlugTaken``."""
    identity.require(actor, "site:configure")
    address = slug_from(slug or name)
    category: Category | None = await session.scalar(
        insert(Category)
        .values(name=name.strip(), slug=address, names={tag: text.strip() for tag, text in names.items()})
        .on_conflict_do_nothing(index_elements=["slug"])
        .returning(Category)
    )
    if category is None:
        raise SlugTaken(slug=address)
    return category


async def _check_references(session: Session, actor: Actor, values: Mapping[str, Any], content_id: UUID | None = None) -> None:
    category_id = values.get("category_id")
    if category_id is not None and await session.get(Category, category_id) is None:
        raise CategoryUnknown(category=category_id)
    if values.get("is_platform_content"):
        identity.require(actor, "content:edit_any")
    wanted = [UUID(item) for item in values.get("prerequisite_content_ids", ())]
    if wanted:
        known = set(await session.scalars(select(Content.id).where(Content.id.in_(wanted), Content.deleted_at.is_(None))))
        if known != set(wanted) or content_id in known:
            raise FieldInvalid(field="prerequisite_content_ids", reason="name other contents that exist")


async def _free_slug(session: Session, wanted: str) -> str:
    like = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    taken = set(await session.scalars(select(Content.slug).where(Content.slug.like(like))))
    taken |= set(await session.scalars(select(SlugRedirect.slug).where(SlugRedirect.slug.like(like))))
    return free_slug(wanted, taken)


async def _claim_slug(session: Session, content_id: UUID, wanted: str) -> str:
    """An address that the author chose: refused when another content has it, taken over from one that only once had it."""
    slug = slug_from(wanted)
    owner = await session.scalar(select(Content.id).where(Content.slug == slug))
    if owner not in (None, content_id):
        raise SlugTaken(slug=slug)
    await session.execute(delete(SlugRedirect).where(SlugRedirect.slug == slug))
    return slug


async def _leave_redirect(session: Session, slug: str, content_id: UUID) -> None:
    statement = insert(SlugRedirect).values(slug=slug, content_id=content_id)
    await session.execute(statement.on_conflict_do_update(index_elements=["slug"], set_={"content_id": content_id}))
