"""The files of a content: its film, recording or book, and its cover. The bytes themselves go to the API, chunk by chunk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from tuition import catalog
from tuition.catalog import Kind, UploadPurpose
from tuition.edge import EdgeRoute, Reading, Services, Writing, status_of
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.platform.database import AnySession
from tuition.platform.settings import Settings
from tuition.web.rendering import render, see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import say
from tuition.web.studio.surroundings import Creator, Work, address, load_work, work_page

router = APIRouter(prefix="/studio/contents/{content_id}", route_class=EdgeRoute, include_in_schema=False)
ACCEPTS = {
    Kind.VIDEO: "video/*,.mp4,.mov,.mkv,.webm,.avi,.m4v",
    Kind.AUDIO: "audio/*,.mp3,.m4a,.wav,.flac,.ogg,.opus,.aac",
    Kind.DOCUMENT: "application/pdf,.pdf,.epub,.txt,.md",
}
COVER_ACCEPTS = "image/jpeg,image/png,image/webp"


@router.get("/file")
async def file(request: Request, content_id: UUID, session: Reading, actor: Creator, services: Services) -> Response:
    """The film, recording or book: what is there, how far it is, and where to put another."""
    work = await load_work(session, actor, content_id)
    return await _file_page(request, session, actor, work, services.settings)


async def _file_page(
    request: Request, session: AnySession, actor: Actor, work: Work, settings: Settings, *, status: int = 200, error: str = ""
) -> Response:
    kind = Kind(work.content.kind)
    if kind not in ACCEPTS:
        return RedirectResponse(work.href, status_code=303)
    purpose = UploadPurpose.DOCUMENT if kind is Kind.DOCUMENT else UploadPurpose.MEDIA
    context: dict[str, Any] = {
        "accept": ACCEPTS[kind],
        "document": await catalog.document_of(session, work.content.id) if kind is Kind.DOCUMENT else None,
        "error": error,
        "limit": settings.upload_max_bytes,
        "playable": await _playable(session, work),
        "purpose": str(purpose),
        "unfinished": await _unfinished(session, actor, work, purpose),
    }
    return work_page(request, "content/files/file.html", work, status=status, tab=f"{work.href}/file", **context)


async def _playable(session: AnySession, work: Work) -> catalog.Playable | None:
    if work.media is None or work.media.hls_prefix is None:
        return None
    return await catalog.media_of(session, work.content.id)


async def _unfinished(session: AnySession, actor: Actor, work: Work, purpose: UploadPurpose) -> list[catalog.Upload]:
    uploads = await catalog.unfinished_uploads(session, actor)
    return [upload for upload in uploads if upload.content_id == work.content.id and upload.purpose == purpose]


@router.get("/file/state")
async def state(request: Request, content_id: UUID, session: Reading, actor: Creator) -> Response:
    """How far the packaging is: what the page asks for every other second while it waits."""
    work = await load_work(session, actor, content_id)
    context: dict[str, Any] = {"work": work, "content": work.content, "playable": await _playable(session, work)}
    return render(request, "studio/content/files/_media.html", **context)


@router.post("/file/retry")
async def retry(request: Request, content_id: UUID, session: Writing, actor: Creator, services: Services) -> Response:
    """Package again what could not be packaged."""
    try:
        await catalog.retry_media(session, actor, content_id)
    except catalog.ContentUnknown:
        raise
    except DomainError as error:
        work = await load_work(session, actor, content_id)
        said = say(request, error)
        return await _file_page(request, session, actor, work, services.settings, status=status_of(error), error=said)
    return see_other(request, f"{address(content_id)}/file", say=_("We try again."), tone="note")


@router.get("/cover")
async def cover(request: Request, content_id: UUID, session: Reading, actor: Creator, services: Services) -> Response:
    """The picture that stands for it, or the one that is drawn from its title."""
    work = await load_work(session, actor, content_id)
    unfinished = await _unfinished(session, actor, work, UploadPurpose.COVER)
    limit = services.settings.image_max_bytes
    return work_page(request, "content/files/cover.html", work, accept=COVER_ACCEPTS, limit=limit, unfinished=unfinished)


@router.post("/cover/remove")
async def remove_cover(request: Request, content_id: UUID, session: Writing, actor: Creator) -> Response:
    """Go back to the drawn one."""
    await catalog.remove_cover(session, actor, content_id)
    return see_other(request, f"{address(content_id)}/cover", say=_("The picture is gone; the drawn cover is back."), tone="note")
