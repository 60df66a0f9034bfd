"""Legal texts as pages, with their versions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import Response

from tuition import identity
from tuition.edge import ClientInfo, CurrentActor, EdgeRoute, Reading, SignedIn, Writing
from tuition.identity import legal
from tuition.web.rendering import page_reader, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.site.appearance import local_path

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
_markdown = MarkdownIt("commonmark", {"html": False})


async def _page(
    request: Request, session: Reading, kind: legal.LegalKind, version: str | None, *, language: str = "", **more: Any
) -> Response:
    language = language or page_reader(request).language
    current = await legal.current_text(session, kind, language)
    text = current if version is None else await legal.text_of(session, kind, version, current.locale)
    versions = await legal.versions_of(session, kind, current.locale)
    body = Markup(_markdown.render(text.body))  # noqa: S704 - HTML in the Markdown is escaped (html: False)
    shown = {"text": text, "body": body, "current": current, "versions": versions, "due": None, **more}
    return render(request, "identity/legal.html", **shown)


@router.get("/terms")
async def terms(
    request: Request,
    session: Reading,
    actor: CurrentActor,
    version: str | None = None,
    back_to: Annotated[str, Query(alias="next", max_length=2000)] = "/",
) -> Response:
    """The terms of use; somebody who has yet to agree to them does it below them."""
    due = await identity.terms_due(session, actor) if actor is not None and version is None else None
    if due is None or actor is None:
        return await _page(request, session, "terms", version)
    return await _page(request, session, "terms", None, language=actor.locale, due=due, back_to=local_path(back_to))


@router.post("/terms")
async def accept(
    request: Request,
    session: Writing,
    actor: SignedIn,
    client: ClientInfo,
    terms_sha256: Annotated[str, Form(max_length=64)] = "",
    back_to: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Agree to the present terms, and go back to where they stood in the way."""
    await identity.accept_terms(session, actor, text_sha256=terms_sha256, ip=client.ip)
    return see_other(request, local_path(back_to), say=_("Thank you. You can go on."))


@router.get("/privacy")
async def privacy(request: Request, session: Reading, version: str | None = None) -> Response:
    """The privacy notice."""
    return await _page(request, session, "privacy", version)


@router.get("/creator-terms")
async def creator_terms(request: Request, session: Reading, version: str | None = None) -> Response:
    """The creators' terms."""
    return await _page(request, session, "creator-terms", version)
