"""Covers, stills and documents."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from tuition import access, catalog
from tuition.api.catalog.shapes import ContentId
from tuition.edge import CurrentActor, EdgeRoute, Reading, Services, SignedIn, Writing, problems
from tuition.platform import files

router = APIRouter(prefix="/v1/contents/{content_id}", tags=["Files"], route_class=EdgeRoute)
Width = Annotated[int, Path(description="320, 640 or 1280.", examples=[640])]


@router.get(
    "/cover/{width}.webp",
    response_class=StreamingResponse,
    responses={**problems(404), 200: {"description": "A picture, 16 to 9", "content": {"image/webp": {}}}},
    summary="Get a cover",
)
async def cover(
    content_id: ContentId, width: Width, session: Reading, actor: CurrentActor, services: Services
) -> StreamingResponse:
    """The cover that its creator uploaded."""
    content, _ = await access.get_content_for(session, actor, content_id)
    if content.cover_key is None or width not in catalog.COVER_WIDTHS:
        raise catalog.ContentUnknown
    return await _stream(services.service(files.Store), f"{content.cover_key}/{width}.webp", "image/webp")


@router.delete("/cover", status_code=204, responses=problems(401, 404), summary="Remove a cover")
async def remove_cover(content_id: ContentId, session: Writing, actor: SignedIn) -> None:
    """Take the cover away; the pages draw one instead."""
    await catalog.remove_cover(session, actor, content_id)


@router.get(
    "/poster.jpg",
    response_class=StreamingResponse,
    responses={**problems(404), 200: {"description": "A still", "content": {"image/jpeg": {}}}},
    summary="Get a still of a film",
)
async def poster(content_id: ContentId, session: Reading, actor: CurrentActor, services: Services) -> StreamingResponse:
    """A typical frame of the film."""
    content, _ = await access.get_content_for(session, actor, content_id)
    media = await catalog.find_media(session, content.id)
    if media is None or media.poster_key is None:
        raise catalog.ContentUnknown
    return await _stream(services.service(files.Store), media.poster_key, "image/jpeg")


@router.get(
    "/document",
    response_class=StreamingResponse,
    responses={**problems(401, 402, 403, 404), 200: {"description": "The file", "content": {"application/octet-stream": {}}}},
    summary="Get a document",
)
async def document(content_id: ContentId, session: Writing, actor: CurrentActor, services: Services) -> StreamingResponse:
    """The file of a document that you may open. What you open counts as used."""
    content, decision = await access.get_content_for(session, actor, content_id)
    access.require(decision)
    found = await catalog.document_of(session, content.id)
    if found is None:
        raise catalog.ContentUnknown
    if actor is not None:
        await access.record_visit(session, actor.id, content.id)
    answer = await _stream(services.service(files.Store), found.file_key, found.media_type)
    answer.headers["content-disposition"] = f"inline; filename*=UTF-8''{quote(found.file_name, safe='')}"
    return answer


async def _stream(store: files.Store, key: str, media_type: str) -> StreamingResponse:
    headers = {"content-length": str(await store.size(key)), "cache-control": "private, max-age=300"}
    return StreamingResponse(store.stream(key), media_type=media_type, headers=headers)
