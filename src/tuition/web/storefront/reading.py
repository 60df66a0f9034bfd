"""Reading articles and documents: only what a decision opens, and the file itself in the parts that a reader asks for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from tuition import access, catalog, identity
from tuition.access import Decision, Reason
from tuition.catalog import Kind
from tuition.edge import CurrentActor, EdgeRoute, Services, Writing
from tuition.identity import Actor
from tuition.platform import files, site
from tuition.platform.database import AnySession
from tuition.web.rendering import render
from tuition.web.storefront.cards import cover_url, currency_of
from tuition.web.storefront.contents import READABLE, find_for, ways_context

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
WORDS_A_MINUTE = 200
PAGE_NUMBER_MAX = 100_000
INLINE = frozenset({"application/pdf"})
"""What a browser may show by itself; everything else is a download, so that no upload ever runs as a page of ours."""
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@router.get("/read/{slug}")
async def reader(
    slug: str,
    request: Request,
    session: Writing,
    actor: CurrentActor,
    page: Annotated[int, Query(ge=1, le=PAGE_NUMBER_MAX)] = 1,
) -> Response:
    """The text of an article or the pages of a document; for whom it is not open, its beginning and the ways to it."""
    found, decision = await find_for(session, actor, slug)
    content = found.content
    if content.kind not in READABLE:
        return RedirectResponse(f"/c/{quote(content.slug)}", status_code=303)
    if found.moved:
        return RedirectResponse(f"/read/{quote(content.slug)}", status_code=301)
    people = await identity.people_by_id(session, [content.creator_id])
    shown: dict[str, Any] = {
        "content": content,
        "creator": people.get(content.creator_id),
        "direction": direction_of(content.language),
        "decision": decision,
    }
    if not decision.allowed:
        return await _closed(request, session, actor, content, decision, shown)
    if actor:
        await access.record_visit(session, actor.id, content.id)
    if content.kind == Kind.WRITTEN:
        body = await catalog.body_of(session, content.id)
        if body is None:
            raise catalog.ContentUnknown
        minutes = max(1, round(body.word_count / WORDS_A_MINUTE))
        return render(request, "storefront/reader/article.html", body=body, minutes=minutes, **shown)
    document = await catalog.document_of(session, content.id)
    if document is None:
        raise catalog.ContentUnknown
    first = min(page, document.page_count or page)
    return render(request, "storefront/reader/document.html", document=document, first=first, **shown)


@router.get("/read/{slug}/file")
async def document_file(
    slug: str,
    request: Request,
    session: Writing,
    actor: CurrentActor,
    services: Services,
    download: bool = False,
    range_header: Annotated[str, Header(alias="range")] = "",
) -> Response:
    """The original file, whole or in the part that was asked for (RFC 9110, 14)."""
    found, decision = await find_for(session, actor, slug)
    content = found.content
    document = await catalog.document_of(session, content.id) if content.kind == Kind.DOCUMENT else None
    if document is None:
        raise catalog.ContentUnknown
    if not decision.allowed:
        shown: dict[str, Any] = {
            "content": content,
            "creator": None,
            "direction": direction_of(content.language),
            "decision": decision,
        }
        return await _closed(request, session, actor, content, decision, shown)
    if actor:
        # Whoever fetches the file has opened it, by whatever address: a refund is by what was not opened.
        await access.record_visit(session, actor.id, content.id)
    is_inline = document.media_type in INLINE and not download
    headers = {
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": f"{'inline' if is_inline else 'attachment'}; filename*=UTF-8''{quote(document.file_name)}",
        "content-security-policy": "sandbox; default-src 'none'",
        "etag": f'"{document.sha256}"',
    }
    part = part_of(range_header, document.size)
    if part is None and range_header:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{document.size}"})
    start, end = part or (0, document.size)
    headers["content-length"] = str(end - start)
    if part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{document.size}"
    stream = services.service(files.Store).stream(document.file_key, start=start, end=end)
    return StreamingResponse(stream, status_code=206 if part else 200, media_type=document.media_type, headers=headers)


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """The one part that a ``Range`` header asks for, as start and end; ``None`` when it asks for none that there is."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        # The last so many bytes.
        wanted = min(int(last), size)
        return (size - wanted, size) if wanted else None
    start, end = int(first), min(int(last), size - 1) + 1 if last else size
    return (start, end) if start < end else None


@lru_cache(maxsize=256)
def direction_of(language: str) -> str:
    """``rtl`` for a language that is written from right to left."""
    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


async def _closed(
    request: Request,
    session: AnySession,
    actor: Actor | None,
    content: catalog.Content,
    decision: Decision,
    shown: dict[str, Any],
) -> Response:
    """What somebody sees who may not open it: 402 where money would do, else 403."""
    body = await catalog.body_of(session, content.id) if content.kind == Kind.WRITTEN else None
    document = await catalog.document_of(session, content.id) if content.kind == Kind.DOCUMENT else None
    settings = await site.glance(session)
    status = 402 if decision.reason is Reason.NEEDS_PAYMENT else 403
    ways = await ways_context(session, actor, content, decision, currency_of(actor, settings))
    return render(
        request,
        "storefront/reader/closed.html",
        status=status,
        cover=cover_url(content, 1280),
        excerpt=body.excerpt_html if body else "",
        outline=document.outline if document else None,
        refund_days=settings.refund_window_days,
        **(shown | ways),
    )
