"""Making, showing, editing and publishing contents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from tuition import access, catalog
from tuition.api.catalog.shapes import ContentChangesIn, ContentId, ContentIn, ContentOut, Input, MediaOut, changes_in
from tuition.edge import CurrentActor, EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.platform.database import AnySession

router = APIRouter(prefix="/v1", tags=["Contents"], route_class=EdgeRoute)


class ScheduleIn(Input):
    """When to publish."""

    publish_at: AwareDatetime


@router.post("/contents", status_code=201, responses=problems(401, 403, 409), summary="Begin a content")
async def create(body: ContentIn, session: Writing, actor: SignedIn) -> ContentOut:
    """Begin a draft of any kind. Nobody but its creator sees it until it is published."""
    details = changes_in(body)
    slug = details.pop("slug", None)
    kind, title = catalog.Kind(body.kind), body.title
    for name in ("kind", "title"):
        details.pop(name)
    content = await catalog.create_content(session, actor, kind, title=title, slug=str(slug) if slug else None, **details)
    return await _shown(session, content)


@router.get("/contents/{content_id}", responses=problems(404), summary="Show a content")
async def show(content_id: ContentId, session: Reading, actor: CurrentActor) -> ContentOut:
    """What is said about a content that you may find: listed, your own, or granted to you."""
    content, _ = await access.get_content_for(session, actor, content_id)
    return await _shown(session, content)


@router.patch("/contents/{content_id}", responses=problems(401, 404, 409), summary="Edit a content")
async def edit(content_id: ContentId, body: ContentChangesIn, session: Writing, actor: SignedIn) -> ContentOut:
    """Change what is said about a content of yours. An old address goes on leading to the new one."""
    return await _shown(session, await catalog.edit_content(session, actor, content_id, changes_in(body)))


@router.delete("/contents/{content_id}", status_code=204, responses=problems(401, 404), summary="Delete a content")
async def delete(content_id: ContentId, session: Writing, actor: SignedIn) -> None:
    """Take a content out of the catalogue for good. Whoever bought it keeps it."""
    await catalog.delete_content(session, actor, content_id)


@router.post("/contents/{content_id}/publish", responses=problems(401, 403, 404, 409), summary="Publish a content")
async def publish(content_id: ContentId, session: Writing, actor: SignedIn) -> ContentOut:
    """Let everybody find it from now on. 409 says what is still missing."""
    return await _shown(session, await catalog.publish(session, actor, content_id))


@router.post("/contents/{content_id}/schedule", responses=problems(401, 403, 404, 409), summary="Schedule a content")
async def schedule(content_id: ContentId, body: ScheduleIn, session: Writing, actor: SignedIn) -> ContentOut:
    """Publish it by itself at a moment to come. Until then it is a draft."""
    return await _shown(session, await catalog.schedule(session, actor, content_id, body.publish_at))


@router.post("/contents/{content_id}/unschedule", responses=problems(401, 404, 409), summary="Do not publish it after all")
async def unschedule(content_id: ContentId, session: Writing, actor: SignedIn) -> ContentOut:
    """Make a scheduled content a draft again."""
    return await _shown(session, await catalog.unschedule(session, actor, content_id))


@router.post("/contents/{content_id}/archive", responses=problems(401, 404, 409), summary="Archive a content")
async def archive(content_id: ContentId, session: Writing, actor: SignedIn) -> ContentOut:
    """Take it out of the catalogue and out of sale. Whoever bought it keeps it; publishing it again brings it back."""
    return await _shown(session, await catalog.archive(session, actor, content_id))


@router.get("/contents/{content_id}/media", responses=problems(401, 404), summary="Follow the packaging of a film")
async def media(content_id: ContentId, session: Reading, actor: SignedIn) -> MediaOut:
    """How far the film or recording of your content is: uploaded, processing (in percent), ready, or failed with the reason."""
    await catalog.get_owned_content(session, actor, content_id)
    found = await catalog.find_media(session, content_id)
    if found is None:
        raise catalog.ContentUnknown
    return MediaOut.of(found)


@router.post("/contents/{content_id}/media/retry", responses=problems(401, 404, 409), summary="Package a film again")
async def retry(content_id: ContentId, session: Writing, actor: SignedIn) -> MediaOut:
    """Try again what has failed, with the file that is there."""
    return MediaOut.of(await catalog.retry_media(session, actor, content_id))


@router.get("/me/contents", responses=problems(401), summary="List my contents")
async def mine(
    session: Reading,
    actor: SignedIn,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> PageOut[ContentOut]:
    """Everything that you made, whatever its state, newest first."""
    page = await catalog.contents_of(session, actor.id, limit=limit, cursor=cursor)
    prices = await catalog.prices_of(session, [content.id for content in page.items])
    items = [ContentOut.of(content, prices[content.id]) for content in page.items]
    return PageOut[ContentOut](items=items, next_cursor=page.next_cursor)


async def _shown(session: AnySession, content: catalog.Content) -> ContentOut:
    return ContentOut.of(content, (await catalog.prices_of(session, [content.id]))[content.id])
