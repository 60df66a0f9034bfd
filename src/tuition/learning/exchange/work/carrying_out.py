"""Reading a file and making of it what can be made: all of it, or (when it cannot be read) nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from tuition import catalog, identity
from tuition.catalog import Kind, UploadLimits, UploadPurpose, Visibility
from tuition.identity import Actor
from tuition.kernel import DomainError, clock
from tuition.learning import courses, questions, quizzes
from tuition.learning.courses import LessonType
from tuition.learning.exchange.actions.beginning import JOB, key_of
from tuition.learning.exchange.formats import cartridge, markdown, qti_package
from tuition.learning.exchange.formats.moodle import gift, xml
from tuition.learning.exchange.formats.pictures import Shelf, open_shelf
from tuition.learning.exchange.models import ImportItem, ImportJob
from tuition.learning.exchange.rules import MAKES_COURSE, ImportStatus
from tuition.learning.exchange.values import Format, FoundCourse, FoundLesson, FoundQuestion, Item, Outcome
from tuition.learning.exchange.work.hanging import Hanging
from tuition.platform import files, jobs
from tuition.platform.database import Session
from tuition.platform.files import FileUnreadable

ROWS_AT_ONCE = 1_000
NAME_MAX, NOTE_MAX = 500, 1_000
DOCUMENT_LIMITS = UploadLimits(file_bytes=64 * 1024 * 1024, picture_bytes=1)
QUESTIONS_MAX = 20_000


async def carry_out(context: jobs.Context, import_id: UUID) -> None:
    """Read the file of an import and make of it what can be made. Run again after a crash, it makes nothing twice."""
    async with context.database.transaction() as session:
        job = await session.get(ImportJob, import_id, with_for_update=True)
        if job is None or job.format is None or job.status in (ImportStatus.DONE, ImportStatus.FAILED):
            return
        job.status = ImportStatus.RUNNING
        actor = await identity.get_actor(session, job.owner_id)
    assert actor is not None, "an import belongs to somebody"
    store = context.service(files.Store)
    try:
        data = await store.read(key_of(import_id))
        if Format(job.format) in MAKES_COURSE:
            await _course(context, store, actor, job, data)
        else:
            await _questions(context, store, actor, job, data)
    except DomainError as error:
        await _fail(context, import_id, error)
    except OperationalError:
        raise  # the database was away: the job is tried again
    except Exception:
        # Whoever waits is told, and we read about it in the log.
        await _fail(context, import_id, FileUnreadable(reason="something in it is not as it must be. It has been noted."))
        await store.delete(key_of(import_id))
        raise
    await store.delete(key_of(import_id))


async def _questions(context: jobs.Context, store: files.Store, actor: Actor, job: ImportJob, data: bytes) -> None:
    found, shelf = await asyncio.to_thread(_read_questions, job.format, data)
    await context.progress(("import", job.id), done=0, total=len(found))
    usable = [(one.body, one.points, one.tags) for one in found if one.body is not None]
    async with context.database.transaction() as session:
        bank_id = job.bank_id
        if usable and bank_id is None:
            bank = await questions.create_bank(session, actor, title=_title(job.file_name))
            bank_id = bank.id
        if usable and bank_id is not None:
            async with Hanging(session, store, actor, shelf, bank_id=bank_id) as hanging:
                for start in range(0, len(usable), ROWS_AT_ONCE):
                    part = await hanging.questions(usable[start : start + ROWS_AT_ONCE])
                    await questions.add_questions(session, actor, bank_id, part)
                    await context.progress(("import", job.id), done=start + len(part), total=len(found))
        await _finish(session, job.id, [one.item for one in found], bank_id=bank_id if usable else job.bank_id)


def _read_questions(kind: str | None, data: bytes) -> tuple[list[FoundQuestion], Shelf]:
    with open_shelf() as shelf:
        match kind:
            case Format.GIFT:
                found = list(gift.read(_text(data)))
            case Format.MOODLE_XML:
                found = list(xml.read(data))
            case _:
                found = list(qti_package.read(data))
    if len(found) > QUESTIONS_MAX:
        over = Item("…", "questions", Outcome.SKIPPED, f"At most {QUESTIONS_MAX} questions at once; split the file.")
        found = [*found[:QUESTIONS_MAX], FoundQuestion(over)]
    return found, shelf


def _read_course(kind: str | None, data: bytes) -> tuple[FoundCourse, Shelf]:
    with open_shelf() as shelf:
        return cartridge.read(data) if kind == Format.COMMON_CARTRIDGE else markdown.read(data), shelf


def _text(data: bytes) -> str:
    bare = data.replace(b"\x00", b"")
    try:
        return bare.decode("utf-8-sig")
    except UnicodeDecodeError:
        return bare.decode("cp1252", errors="replace")


async def _course(context: jobs.Context, store: files.Store, actor: Actor, job: ImportJob, data: bytes) -> None:
    found, shelf = await asyncio.to_thread(_read_course, job.format, data)
    await context.progress(("import", job.id), done=0, total=len(found.lessons))
    shown = await _documents(context, store, actor, found.lessons)
    try:
        async with context.database.transaction() as session:
            course_id = job.course_id
            if course_id is None:
                title = found.title or _title(job.file_name)
                made = await courses.create(
                    session, actor, title=title, description=found.description, **_language(found.language)
                )
                course_id = made.id
            async with Hanging(session, store, actor, shelf, course_id=course_id) as hanging:
                items = await _lessons(session, actor, course_id, found.lessons, shown, hanging)
            await _finish(session, job.id, [*items, *found.loose], course_id=course_id)
    except DomainError:
        async with context.database.transaction() as session:
            for content_id in shown.values():
                await catalog.delete_content(session, actor, content_id)
        raise


async def _documents(context: jobs.Context, store: files.Store, actor: Actor, lessons: Sequence[FoundLesson]) -> dict[int, UUID]:
    """Put each file that a lesson shows into the catalogue, looked at as any upload is. By the lesson's place."""
    shown: dict[int, UUID] = {}
    for place, lesson in enumerate(lessons):
        if lesson.file is None:
            continue
        data = lesson.file.data
        async with context.database.transaction() as session:
            content = await catalog.create_content(
                session, actor, Kind.DOCUMENT, title=lesson.title, visibility=Visibility.SHARED.value
            )
        try:
            async with context.database.transaction() as session:
                upload = await catalog.begin_upload(
                    session,
                    actor,
                    content.id,
                    UploadPurpose.DOCUMENT,
                    file_name=lesson.file.path,
                    size=len(data),
                    limits=DOCUMENT_LIMITS,
                )
            await catalog.receive(context.database, store, actor, upload.id, start=0, chunks=_whole(data))
            await catalog.finish_upload(context.database, store, actor, upload.id)
            shown[place] = content.id
        except DomainError as error:
            lesson.item = replace(lesson.item, outcome=Outcome.SKIPPED, note=str(error))
            async with context.database.transaction() as session:
                await catalog.delete_content(session, actor, content.id)
    return shown


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _lessons(
    session: Session,
    actor: Actor,
    course_id: UUID,
    lessons: Sequence[FoundLesson],
    shown: dict[int, UUID],
    hanging: Hanging,
) -> list[Item]:
    items: list[Item] = []
    above: list[UUID] = []
    for place, lesson in enumerate(lessons):
        del above[lesson.depth :]
        if lesson.item.outcome is Outcome.SKIPPED:
            items.append(lesson.item)
            continue
        kind = LessonType(lesson.kind)
        details: dict[str, Any] = {"video_url": lesson.video_url} if lesson.video_url else {}
        made = await courses.add_lesson(
            session,
            actor,
            course_id,
            LessonType.VIDEO if lesson.video_url else kind,
            title=lesson.title,
            parent_id=above[-1] if above else None,
            body=await hanging.text(lesson.body),
            content_id=shown.get(place),
            is_preview=lesson.is_preview,
            **details,
        )
        above += [made.id] * (lesson.depth + 1 - len(above))
        items.append(lesson.item)
        if lesson.questions:
            items += await _quiz(session, actor, made.id, lesson.questions, hanging)
    return items


async def _quiz(session: Session, actor: Actor, lesson_id: UUID, found: Sequence[FoundQuestion], hanging: Hanging) -> list[Item]:
    usable = [(one.body, one.points, one.tags) for one in found if one.body is not None]
    quiz = await quizzes.quiz_of_lesson(session, lesson_id)
    assert quiz is not None, "a quiz is made with its lesson"
    if usable:
        made = await questions.add_questions(session, actor, quiz.bank_id, await hanging.questions(usable))
        await quizzes.add_to_quiz(session, actor, quiz.id, [question.id for question in made])
    return [one.item for one in found]


async def _finish(
    session: Session, import_id: UUID, items: Sequence[Item], *, bank_id: UUID | None = None, course_id: UUID | None = None
) -> None:
    job = await session.get_one(ImportJob, import_id, with_for_update=True, populate_existing=True)
    rows = [
        {
            "import_id": import_id,
            "position": position,
            "name": item.name[:NAME_MAX],
            "kind": item.kind[:100],
            "outcome": str(item.outcome),
            "note": item.note[:NOTE_MAX],
        }
        for position, item in enumerate(items)
    ]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await session.execute(insert(ImportItem), rows[start : start + ROWS_AT_ONCE])
    counts = {outcome: sum(item.outcome is outcome for item in items) for outcome in Outcome}
    job.imported_count, job.converted_count = counts[Outcome.IMPORTED], counts[Outcome.CONVERTED]
    job.skipped_count = counts[Outcome.SKIPPED]
    job.bank_id, job.course_id = bank_id, course_id
    job.status, job.finished_at = ImportStatus.DONE, clock.now()
    total = len(rows)
    await jobs.record_progress(session, ("import", import_id), JOB, done=total, total=total, state="succeeded")


async def _fail(context: jobs.Context, import_id: UUID, error: DomainError) -> None:
    async with context.database.transaction() as session:
        job = await session.get_one(ImportJob, import_id, with_for_update=True)
        job.status, job.failure, job.finished_at = ImportStatus.FAILED, str(error), clock.now()
        await jobs.record_progress(session, ("import", import_id), JOB, done=0, total=0, state="failed", message=str(error))


def _title(file_name: str) -> str:
    bare = file_name.rpartition(".")[0] or file_name
    return bare.replace("_", " ").replace("-", " ").strip()[:255] or "Import"


def _language(written: str) -> dict[str, str]:
    first = written.replace("_", "-").partition("-")[0].lower()
    return {"language": first} if first.isascii() and first.isalpha() and len(first) in (2, 3) else {}
