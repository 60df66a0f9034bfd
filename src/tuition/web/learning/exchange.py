"""Bringing a file in, following what becomes of it, and taking things out."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, Services, Writing, status_of
from tuition.kernel import DomainError
from tuition.learning import exchange, questions
from tuition.learning.exchange import Format, Outcome
from tuition.platform import files, jobs, paging
from tuition.platform.database import Session
from tuition.web.learning.quizzes.drafts import type_names
from tuition.web.rendering import refusal, render, see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.surroundings import Creator, navigation

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]
ACCEPTS = ".gift,.txt,.xml,.zip,.imscc"
RUNNING = ("waiting", "running")


def _page(request: Request, name: str, *, status: int = 200, **context: Any) -> Response:
    return render(request, f"learning/exchange/{name}", status=status, nav=navigation(), format_names=format_names(), **context)


def format_names() -> dict[str, str]:
    """How a file is written, in words."""
    return {
        "gift": "GIFT",
        "moodle_xml": "Moodle XML",
        "qti": "QTI",
        "common_cartridge": "Common Cartridge",
        "markdown": _("Markdown folder"),
    }


@router.get("/studio/imports")
async def imports(
    request: Request,
    session: Reading,
    actor: Creator,
    bank: Annotated[UUID | None, Query()] = None,
    course: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = "",
) -> Response:
    """What was brought, and a place to bring more. ``bank`` and ``course`` say where it shall go."""
    page = await exchange.imports_of(session, actor, cursor=cursor or None)
    next_href = with_query(request, cursor=page.next_cursor) if page.next_cursor else None
    return _page(
        request, "imports.html", items=page.items, next_href=next_href, bank=bank, course=course, accepts=ACCEPTS, errors={}
    )


@router.post("/studio/imports")
async def bring(
    request: Request,
    actor: Creator,
    session: Writing,
    services: Services,
    file: UploadFile,
    bank: Annotated[str, Form(max_length=40)] = "",
    course: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Bring a file. What it is is seen from its bytes; a job reads it, and its page says how far it is."""
    bank_id, course_id = _id(bank), _id(course)
    try:
        made = await _bring(session, services.service(files.Store), actor, file, bank_id, course_id)
    except (exchange.FormatUnknown, exchange.ScormPackage, files.FileUnreadable, files.FileTooLarge) as error:
        page = await exchange.imports_of(session, actor)
        context = {"items": page.items, "next_href": None, "bank": bank_id, "course": course_id, "accepts": ACCEPTS}
        return _page(request, "imports.html", status=status_of(error), errors={"file": refusal(error)}, **context)
    return see_other(request, f"/studio/imports/{made.id}")


@router.get("/studio/imports/{import_id}")
async def report(
    request: Request,
    import_id: UUID,
    session: Reading,
    actor: Creator,
    show: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
) -> Response:
    """What became of each thing in a file; while it is being read, for htmx, how far that is."""
    found = await exchange.get_import_for(session, actor, import_id)
    outcome = Outcome(show) if show in list(Outcome) else None
    page = await exchange.items_of(session, actor, import_id, outcome=outcome, limit=50, cursor=cursor or None)
    is_part = request.headers.get("hx-request") == "true" and not cursor
    return _page(
        request,
        "_report.html" if is_part else "report.html",
        found=found,
        is_running=found.status in RUNNING,
        progress=await jobs.progress_of(session, ("import", import_id)),
        items=page.items,
        next_href=with_query(request, cursor=page.next_cursor) if page.next_cursor else None,
        show=str(outcome or ""),
    )


@router.get("/studio/banks/{bank_id}/take-out")
async def take_out(
    request: Request,
    bank_id: UUID,
    session: Reading,
    actor: Creator,
    services: Services,
    form: Annotated[str, Query(max_length=12)] = Format.MOODLE_XML,
) -> Response:
    """How a bank can be taken out, and what each format cannot hold of it."""
    bank = await questions.get_bank_for(session, actor, bank_id)
    chosen = Format(form) if form in (Format.GIFT, Format.QTI) else Format.MOODLE_XML
    report: list[exchange.Taken] = []
    if chosen is not Format.QTI:
        _, report = await exchange.export_moodle(session, services.service(files.Store), actor, chosen, bank_id=bank_id)
    base = f"/v1/question-banks/{bank_id}"
    names = format_names()
    return _page(
        request,
        "take_out.html",
        bank=bank,
        form=chosen.value,
        lost=[row for row in report if row.note],
        download=f"{base}/qti" if chosen is Format.QTI else f"{base}/moodle?format={chosen}",
        tabs=[(names[one], f"{request.url.path}?form={one}") for one in (Format.MOODLE_XML, Format.GIFT, Format.QTI)],
        type_names=type_names(),
    )


async def _bring(
    session: Session, store: files.Store, actor: Creator, file: UploadFile, bank_id: UUID | None, course_id: UUID | None
) -> exchange.ImportJob:
    data = await file.read(exchange.FILE_BYTES_MAX + 1)
    # The savepoint lets the page be shown after a refusal, without what was announced.
    async with session.begin_nested():
        made = await exchange.announce_import(
            session, actor, file_name=file.filename or "file", bank_id=bank_id, course_id=course_id
        )
        await store.put(exchange.key_of(made.id), data)
        try:
            return await exchange.accept_file(session, actor, made.id, data)
        except DomainError:
            await store.delete(exchange.key_of(made.id))
            raise


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
