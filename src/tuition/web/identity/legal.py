"""Legal texts as pages, with their versions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading
from tuition.identity import legal
from tuition.web.rendering import page_reader, render

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
_markdown = MarkdownIt("commonmark", {"html": False})


async def _page(request: Request, session: Reading, kind: legal.LegalKind, version: str | None) -> Response:
    language = page_reader(request).language
    current = await legal.current_text(session, kind, language)
    text = current if version is None else await legal.text_of(session, kind, version, current.locale)
    versions = await legal.versions_of(session, kind, current.locale)
    body = Markup(_markdown.render(text.body))  # noqa: S704 - HTML in the Markdown is escaped (html: False)
    return render(request, "identity/legal.html", text=text, body=body, current=current, versions=versions)


@router.get("/terms")
async def terms(request: Request, session: Reading, version: str | None = None) -> Response:
    """The terms of use."""
    return await _page(request, session, "terms", version)


@router.get("/privacy")
async def privacy(request: Request, session: Reading, version: str | None = None) -> Response:
    """The privacy notice."""
    return await _page(request, session, "privacy", version)


@router.get("/creator-terms")
async def creator_terms(request: Request, session: Reading, version: str | None = None) -> Response:
    """The creators' terms."""
    return await _page(request, session, "creator-terms", version)
