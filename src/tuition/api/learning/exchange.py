"""Bringing questions and courses in, and taking them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tuition.edge import EdgeRoute, PageOut, Reading, Services, SignedIn, Writing, problems
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.learning import exchange
from tuition.learning.exchange import Format, ImportStatus, Outcome
from tuition.platform import files, jobs, paging
from tuition.platform.database import Session

router = APIRouter(prefix="/v1", tags=["Exchange"], route_class=EdgeRoute)
ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
ImportId = Annotated[UUID, Path(description="The import.", examples=[ID_EXAMPLE])]
BankId = Annotated[UUID, Path(description="The bank.", examples=[ID_EXAMPLE])]
QuizId = Annotated[UUID, Path(description="The quiz.", examples=[ID_EXAMPLE])]
CourseId = Annotated[UUID, Path(description="The course.", examples=[ID_EXAMPLE])]
Version = Annotated[Literal["2.1", "3.0"], Query(description="Of QTI.")]
BINARY = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
MoodleForm = Annotated[
    Literal[Format.MOODLE_XML, Format.GIFT], Query(alias="format", description="Moodle XML says more; GIFT is plain text.")
]
TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind: {"schema": {"type": "string"}} for kind in ("application/xml", "text/plain")},
        "description": "The file.",
    }
}
ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}, "description": "The package."}
}


class ImportIn(BaseModel):
    """A file that is about to be sent."""

    model_config = ConfigDict(extra="forbid")

    file_name: str = Field(min_length=1, max_length=500, examples=["numbers.gift"])
    bank_id: UUID | None = Field(default=None, description="Where questions go; none: into a new bank.")
    course_id: UUID | None = Field(default=None, description="Which course lessons are added to; none: a new draft.")


class ImportProgressOut(BaseModel):
    """How far a job is. Nothing of a file is there before all of it is."""

    done: int
    total: int = Field(description="Nought while the file is still being read.")


class ImportOut(BaseModel):
    """A file and what became of it."""

    id: UUID
    file_name: str
    format: Format | None = Field(description="How it is written; null until it has arrived.")
    size: int
    status: ImportStatus
    bank_id: UUID | None
    course_id: UUID | None
    imported_count: int
    converted_count: int
    skipped_count: int
    failure: str = Field(description="Why it could not be read, in a sentence.")
    created_at: datetime
    finished_at: datetime | None
    progress: ImportProgressOut | None = Field(default=None, description="How far the job is, when one import is asked for.")

    @classmethod
    def of(cls, row: exchange.ImportJob) -> ImportOut:
        """How it is shown."""
        return cls.model_validate(row, from_attributes=True)


class ImportItemOut(BaseModel):
    """One thing that a file held."""

    position: int
    name: str
    kind: str = Field(description="What the file calls it.", examples=["multichoice"])
    outcome: Outcome
    note: str = Field(description="What is different, or why it is not here.")

    @classmethod
    def of(cls, row: exchange.ImportItem) -> ImportItemOut:
        """How it is shown."""
        return cls.model_validate(row, from_attributes=True)


class ExportItemOut(BaseModel):
    """One question that was taken out."""

    name: str
    kind: str
    outcome: Literal["whole", "converted", "left_out"]
    note: str = Field(description="What the format cannot say of it.", examples=["Slips are not forgiven."])


class ExportReportOut(BaseModel):
    """What a format holds of some questions, in their order."""

    items: list[ExportItemOut]

    @classmethod
    def of(cls, report: Sequence[exchange.Taken]) -> ExportReportOut:
        """How it is shown."""
        return cls(
            items=[
                ExportItemOut(
                    name=one.name,
                    kind=one.kind,
                    outcome="left_out" if not one.is_there else "converted" if one.note else "whole",
                    note=one.note,
                )
                for one in report
            ]
        )


@router.post("/imports", status_code=201, responses=problems(401, 403, 404), summary="Announce a file to import")
async def announce(body: ImportIn, session: Writing, actor: SignedIn) -> ImportOut:
    """Announce GIFT, Moodle XML, QTI, a Common Cartridge or a zipped folder of Markdown; then `PUT` it to `…/file`."""
    made = await exchange.announce_import(
        session, actor, file_name=body.file_name, bank_id=body.bank_id, course_id=body.course_id
    )
    return ImportOut.of(made)


@router.put(
    "/imports/{import_id}/file",
    responses=problems(401, 404, 413),
    summary="Send the file of an import",
    openapi_extra=BINARY,
    response_model=ImportOut,
)
async def send(import_id: ImportId, request: Request, actor: SignedIn, session: Writing, services: Services) -> ImportOut:
    """Send the whole file, at most 128 MB. What it is is seen from its bytes; a job reads it. Again is no change."""
    return ImportOut.of(await take_file(session, services.service(files.Store), actor, import_id, await request.body()))


@router.get("/imports", responses=problems(401), summary="List my imports")
async def index(
    session: Reading,
    actor: SignedIn,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
    cursor: Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)] = None,
) -> PageOut[ImportOut]:
    """What you brought, newest first."""
    page = await exchange.imports_of(session, actor, limit=limit, cursor=cursor)
    return PageOut[ImportOut](items=[ImportOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/imports/{import_id}", responses=problems(401, 404), summary="Show an import")
async def show(import_id: ImportId, session: Reading, actor: SignedIn) -> ImportOut:
    """How far it is, and how many things were imported, converted and skipped."""
    shown = ImportOut.of(await exchange.get_import_for(session, actor, import_id))
    known = await jobs.progress_of(session, ("import", import_id))
    progress = ImportProgressOut(done=known.done, total=known.total or 0) if known else None
    return shown.model_copy(update={"progress": progress})


@router.delete("/imports/{import_id}", status_code=204, responses=problems(401, 404, 409), summary="Call off an import")
async def call_off(import_id: ImportId, session: Writing, actor: SignedIn, services: Services) -> None:
    """Forget a file that nobody has begun to read. 409 afterwards: delete what it became instead."""
    await exchange.call_off(session, actor, import_id)
    await services.service(files.Store).delete(exchange.key_of(import_id))


@router.get("/imports/{import_id}/items", responses=problems(401, 404), summary="List what an import held")
async def items(
    import_id: ImportId,
    session: Reading,
    actor: SignedIn,
    outcome: Annotated[Outcome | None, Query(description="Only these.")] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
    cursor: Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)] = None,
) -> PageOut[ImportItemOut]:
    """Every thing in the file with what became of it, in its order. Nothing is left out."""
    page = await exchange.items_of(session, actor, import_id, outcome=outcome, limit=limit, cursor=cursor)
    return PageOut[ImportItemOut](items=[ImportItemOut.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get(
    "/question-banks/{bank_id}/qti", responses={**problems(401, 404), **ZIP}, summary="Export a bank", response_class=Response
)
async def bank(bank_id: BankId, session: Reading, actor: SignedIn, services: Services, version: Version = "2.1") -> Response:
    """All its questions as a QTI package, with their pictures. Imported again, it is equal."""
    data = await exchange.export_bank(session, services.service(files.Store), actor, bank_id, version=version)
    return package(data, f"bank-{bank_id}")


@router.get("/quizzes/{quiz_id}/qti", responses={**problems(401, 404), **ZIP}, summary="Export a quiz", response_class=Response)
async def quiz(quiz_id: QuizId, session: Reading, actor: SignedIn, services: Services, version: Version = "2.1") -> Response:
    """What a quiz asks by name, as a QTI package, with its pictures."""
    data = await exchange.export_quiz(session, services.service(files.Store), actor, quiz_id, version=version)
    return package(data, f"quiz-{quiz_id}")


@router.get(
    "/question-banks/{bank_id}/moodle",
    responses={**problems(401, 404), **TEXT},
    summary="Export a bank for Moodle",
    response_class=Response,
)
async def bank_for_moodle(
    bank_id: BankId, session: Reading, actor: SignedIn, services: Services, form: MoodleForm = Format.MOODLE_XML
) -> Response:
    """All its questions as Moodle XML, with their pictures, or as GIFT. Imported here again, it is equal."""
    data, _ = await exchange.export_moodle(session, services.service(files.Store), actor, form, bank_id=bank_id)
    return _moodle(data, form, f"bank-{bank_id}")


@router.get(
    "/question-banks/{bank_id}/moodle/report", responses=problems(401, 404), summary="Show what an export for Moodle holds"
)
async def bank_report(
    bank_id: BankId, session: Reading, actor: SignedIn, services: Services, form: MoodleForm = Format.MOODLE_XML
) -> ExportReportOut:
    """Each question of a bank, and what the format cannot say of it."""
    _, report = await exchange.export_moodle(session, services.service(files.Store), actor, form, bank_id=bank_id)
    return ExportReportOut.of(report)


@router.get(
    "/quizzes/{quiz_id}/moodle",
    responses={**problems(401, 404), **TEXT},
    summary="Export a quiz for Moodle",
    response_class=Response,
)
async def quiz_for_moodle(
    quiz_id: QuizId, session: Reading, actor: SignedIn, services: Services, form: MoodleForm = Format.MOODLE_XML
) -> Response:
    """What a quiz asks by name, as Moodle XML with its pictures, or as GIFT."""
    data, _ = await exchange.export_moodle(session, services.service(files.Store), actor, form, quiz_id=quiz_id)
    return _moodle(data, form, f"quiz-{quiz_id}")


@router.get("/quizzes/{quiz_id}/moodle/report", responses=problems(401, 404), summary="Show what a quiz for Moodle holds")
async def quiz_report(
    quiz_id: QuizId, session: Reading, actor: SignedIn, services: Services, form: MoodleForm = Format.MOODLE_XML
) -> ExportReportOut:
    """Each question of a quiz, and what the format cannot say of it."""
    _, report = await exchange.export_moodle(session, services.service(files.Store), actor, form, quiz_id=quiz_id)
    return ExportReportOut.of(report)


def _moodle(data: bytes, form: MoodleForm, name: str) -> Response:
    ending, kind = ("gift", "text/plain; charset=utf-8") if form == Format.GIFT else ("xml", "application/xml")
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"', "cache-control": "private, no-store"}
    return Response(data, media_type=kind, headers=headers)


@router.get(
    "/courses/{course_id}/cartridge", responses={**problems(401, 404), **ZIP}, summary="Export a course", response_class=Response
)
async def course(course_id: CourseId, session: Reading, actor: SignedIn, services: Services) -> Response:
    """A Common Cartridge 1.3: pages, books and quizzes. Films stay where they are."""
    data = await exchange.export_cartridge(session, services.service(files.Store), actor, course_id)
    return package(data, f"course-{course_id}")


@router.get(
    "/courses/{course_id}/markdown",
    responses={**problems(401, 404), **ZIP},
    summary="Export a course's texts",
    response_class=Response,
)
async def texts(course_id: CourseId, session: Reading, actor: SignedIn, services: Services) -> Response:
    """A zipped folder of Markdown, a file per lesson."""
    data = await exchange.export_markdown(session, services.service(files.Store), actor, course_id)
    return package(data, f"course-{course_id}-texts")


def package(data: bytes, name: str) -> Response:
    """A zip to keep."""
    headers = {"content-disposition": f'attachment; filename="{name}.zip"', "cache-control": "private, no-store"}
    return Response(data, media_type="application/zip", headers=headers)


async def take_file(session: Session, store: files.Store, actor: Actor, import_id: UUID, data: bytes) -> exchange.ImportJob:
    """Keep the file, then note that it is there; a file that is refused is not kept, and what has arrived is not replaced."""
    known = await exchange.get_import_for(session, actor, import_id, lock=True)
    if known.status != ImportStatus.EXPECTED:
        return known
    await store.put(exchange.key_of(import_id), data)
    try:
        return await exchange.accept_file(session, actor, import_id, data)
    except DomainError:
        await store.delete(exchange.key_of(import_id))
        raise
