"""Words: the text of an article with its preview, and what is said in a film."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from tuition import catalog
from tuition.catalog import BodyFormat, Kind
from tuition.edge import EdgeRoute, Reading, Writing, status_of
from tuition.kernel import DomainError
from tuition.platform.database import AnySession
from tuition.web.rendering import render, see_other
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import language_name
from tuition.web.studio.details import LANGUAGES
from tuition.web.studio.forms import Typed, say
from tuition.web.studio.surroundings import Creator, Work, address, load_work, work_page

router = APIRouter(prefix="/studio/contents/{content_id}", route_class=EdgeRoute, include_in_schema=False)
WORDS_A_MINUTE = 220


@router.get("/text")
async def text(request: Request, content_id: UUID, session: Reading, actor: Creator) -> Response:
    """The text as it was written, and beside it as it is read."""
    work = await load_work(session, actor, content_id)
    if work.content.kind != Kind.WRITTEN:
        return RedirectResponse(work.href, status_code=303)
    body = await catalog.body_of(session, content_id)
    return _text_page(request, work, body, {"source": body.source if body else ""}, {})


def _text_page(
    request: Request, work: Work, body: catalog.WrittenBody | None, values: Mapping[str, str], errors: dict[str, str]
) -> Response:
    tab = f"{work.href}/text"
    status = 422 if errors else 200
    return work_page(request, "content/text.html", work, status=status, tab=tab, body=body, values=values, errors=errors)


@router.post("/text")
async def write_text(request: Request, content_id: UUID, session: Writing, actor: Creator, typed: Typed) -> Response:
    """Put it in place of the text before."""
    try:
        await catalog.write_body(session, actor, content_id, _plain(typed["source"]), BodyFormat.MARKDOWN)
    except catalog.FieldInvalid as error:
        work = await load_work(session, actor, content_id)
        reason = _(str(error.fields["reason"]))
        body = await catalog.body_of(session, content_id)
        return _text_page(request, work, body, typed, {"source": f"{reason[:1].upper()}{reason[1:]}."})
    return see_other(request, f"{address(content_id)}/text", say=_("Saved."))


@router.post("/text/preview")
async def preview_text(request: Request, content_id: UUID, session: Reading, actor: Creator, typed: Typed) -> Response:
    """How readers will get what stands in the field now. Nothing is kept."""
    await catalog.get_owned_content(session, actor, content_id)
    try:
        shown = catalog.render_markup(_plain(typed["source"]), BodyFormat.MARKDOWN)
    except catalog.FieldInvalid:
        shown = None
    words = shown.word_count if shown else 0
    return render(
        request,
        "studio/content/_preview.html",
        html=shown.html if shown else "",
        has_excerpt=bool(shown and shown.excerpt_html),
        words=words,
        minutes=-(-words // WORDS_A_MINUTE),
    )


def _plain(source: str) -> str:
    return source.replace("\r\n", "\n")


@router.get("/captions")
async def captions(request: Request, content_id: UUID, session: Reading, actor: Creator) -> Response:
    """In which languages it can be read along."""
    work = await load_work(session, actor, content_id)
    if Kind(work.content.kind) not in catalog.PLAYABLE:
        return RedirectResponse(work.href, status_code=303)
    return await _captions_page(request, session, work, {"language": work.content.language, "kind": "captions"}, {})


async def _captions_page(
    request: Request, session: AnySession, work: Work, values: Mapping[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    spoken = sorted(((code, language_name(code)) for code in {*LANGUAGES, work.content.language}), key=lambda pair: pair[1])
    context: dict[str, Any] = {
        "captions": await catalog.captions_of(session, work.content.id),
        "languages_spoken": spoken,
        "values": values,
        "errors": errors,
    }
    return work_page(request, "content/captions.html", work, status=status, tab=f"{work.href}/captions", **context)


@router.post("/captions")
async def set_captions(request: Request, content_id: UUID, session: Writing, actor: Creator, typed: Typed) -> Response:
    """Give it its words in one language, in place of those before."""
    errors: dict[str, str] = {}
    status = 422
    if not typed["source"].strip():
        errors["source"] = _("Choose a file, or paste what it says.")
    else:
        try:
            await catalog.set_captions(
                session,
                actor,
                content_id,
                language=typed["language"],
                source=typed["source"],
                kind=typed["kind"] or "captions",
                label=typed["label"] or language_name(typed["language"]),
            )
        except catalog.ContentUnknown:
            raise
        except DomainError as error:
            errors["source"], status = say(request, error), status_of(error)
    if errors:
        work = await load_work(session, actor, content_id)
        return await _captions_page(request, session, work, typed, errors, status)
    said = _("The captions in %(language)s are there.") % {"language": language_name(typed["language"])}
    return see_other(request, f"{address(content_id)}/captions", say=said)


@router.post("/captions/{language}/{kind}/remove")
async def remove_captions(
    request: Request, content_id: UUID, language: str, kind: str, session: Writing, actor: Creator
) -> Response:
    """Take its words in one language away."""
    await catalog.remove_captions(session, actor, content_id, language=language, kind=kind)
    said = _("The captions in %(language)s are gone.") % {"language": language_name(language)}
    return see_other(request, f"{address(content_id)}/captions", say=said, tone="note")
