"""Series and what is in them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tuition import access, catalog
from tuition.api.catalog.shapes import ContentDetailsIn, ContentId, ContentOut, Input, changes_in
from tuition.edge import CurrentActor, EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1", tags=["Contents"], route_class=EdgeRoute)


class SeriesIn(ContentDetailsIn):
    """A new series."""

    title: str = Field(min_length=1, max_length=500, examples=["Breathing in five parts"])
    content_ids: list[UUID] = Field(default_factory=list, max_length=500, description="Its members, in their order.")


class MembersIn(Input):
    """The members of a collection, in their order."""

    content_ids: list[UUID] = Field(max_length=500)


class MembersOut(BaseModel):
    """The members of a collection, in their order."""

    items: list[ContentOut]


@router.post("/series", status_code=201, responses=problems(401, 403, 409), summary="Begin a series")
async def create_series(body: SeriesIn, session: Writing, actor: SignedIn) -> ContentOut:
    """Begin a series of contents of yours. It is a content itself: price it and publish it like one."""
    details = changes_in(body)
    slug = details.pop("slug", None)
    for name in ("title", "content_ids"):
        details.pop(name, None)
    series = await catalog.create_content(
        session, actor, catalog.Kind.SERIES, title=body.title, slug=str(slug) if slug else None, **details
    )
    if body.content_ids:
        await catalog.set_members(session, actor, series.id, body.content_ids)
    return ContentOut.of(series, [])


@router.put("/contents/{content_id}/members", responses=problems(401, 404, 409), summary="Put contents in order")
async def set_members(content_id: ContentId, body: MembersIn, session: Writing, actor: SignedIn) -> MembersOut:
    """Make these the members of your series, course or bundle, in this order. Those left out leave it."""
    await catalog.set_members(session, actor, content_id, body.content_ids)
    # The list that is answered is read from the database.
    await session.flush()
    return await _shown(session, await catalog.members_of(session, content_id))


@router.get("/contents/{content_id}/members", responses=problems(404), summary="List what is in a collection")
async def members(content_id: ContentId, session: Reading, actor: CurrentActor) -> MembersOut:
    """The members in their order: those that you may find."""
    collection, _ = await access.get_content_for(session, actor, content_id)
    found = await catalog.members_of(session, collection.id)
    decisions = await access.decide_many(session, actor, [content.id for content in found])
    visible = [content for content in found if catalog.is_visible(content, actor) or decisions[content.id].allowed]
    return await _shown(session, visible)


async def _shown(session: AnySession, contents: list[catalog.Content]) -> MembersOut:
    prices = await catalog.prices_of(session, [content.id for content in contents])
    return MembersOut(items=[ContentOut.of(content, prices[content.id]) for content in contents])
