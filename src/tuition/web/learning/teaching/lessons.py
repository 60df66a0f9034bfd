"""One lesson on its writer's desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tuition import catalog, operations
from tuition.catalog import BodyFormat, Kind
from tuition.edge import EdgeRoute, Reading, Runtime, Services, SignedIn, Writing, status_of
from tuition.identity import Actor
from tuition.learning import assignments, courses, quizzes
from tuition.learning.courses import Lesson, LessonType, Right
from tuition.platform.database import AnySession
from tuition.web.learning.teaching.surroundings import Taught, at_fault, course_page, kind_names, load, written
from tuition.web.rendering import render, see_other, translate_plural
from tuition.web.rendering import translate as _
from tuition.web.studio.files import ACCEPTS
from tuition.web.studio.forms import Fields, Typed, is_on, read_decimal, read_moment

router = APIRouter(prefix="/studio/courses/{course_id}/lessons/{lesson_id}", route_class=EdgeRoute, include_in_schema=False)
SHOWS = {
    LessonType.VIDEO: Kind.VIDEO,
    LessonType.AUDIO: Kind.AUDIO,
    LessonType.DOCUMENT: Kind.DOCUMENT,
    LessonType.TEXT: Kind.WRITTEN,
}
WORDS_A_MINUTE = 220
MENDABLE = (courses.FieldInvalid, courses.LastLesson, catalog.FieldInvalid)


async def _load(session: AnySession, actor: Actor, course_id: UUID, lesson_id: UUID) -> tuple[Taught, Lesson]:
    course, lesson = await courses.get_lesson_for_staff(session, actor, lesson_id, Right.OUTLINE)
    if course.id != course_id:
        raise courses.LessonUnknown
    return await load(session, actor, course_id, Right.OUTLINE), lesson


@router.get("")
async def page(
    request: Request, course_id: UUID, lesson_id: UUID, session: Reading, actor: SignedIn, services: Services
) -> Response:
    """What it says, what it shows, when it opens."""
    taught, lesson = await _load(session, actor, course_id, lesson_id)
    return await _page(request, session, actor, taught, lesson, services)


@router.post("")
async def save(
    request: Request, course_id: UUID, lesson_id: UUID, session: Writing, actor: SignedIn, typed: Typed, services: Services
) -> Response:
    """Change it."""
    taught, lesson = await _load(session, actor, course_id, lesson_id)
    changes, errors = _read(request, typed, LessonType(lesson.lesson_type))
    if errors:
        return await _page(request, session, actor, taught, lesson, services, status=422, values=typed, errors=errors)
    try:
        async with session.begin_nested():
            await courses.edit_lesson(session, actor, lesson_id, changes)
    except MENDABLE as error:
        taught, lesson = await _load(session, actor, course_id, lesson_id)
        return await _page(
            request,
            session,
            actor,
            taught,
            lesson,
            services,
            status=status_of(error),
            values=typed,
            errors=at_fault(error, "is_published"),
        )
    return see_other(request, _href(course_id, lesson_id), say=_("Saved."))


def _read(request: Request, typed: Fields, lesson_type: LessonType) -> tuple[dict[str, Any], dict[str, str]]:
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {name: typed[name] for name in ("title", "description")}
    changes["body"] = _plain(typed["body"])
    changes |= {name: is_on(typed, name) for name in ("is_preview", "is_required", "is_published")}
    if typed["slug"].strip():
        changes["slug"] = typed["slug"]
    for name in ("duration_minutes", "opens_after_days"):
        changes[name] = _whole(typed[name])
        if typed[name].strip() and changes[name] is None:
            errors[name] = _("Write a whole number.")
    changes["opens_at"] = read_moment(request, typed["opens_at"])
    if typed["opens_at"].strip() and changes["opens_at"] is None:
        errors["opens_at"] = _("Choose a date and a time.")
    if lesson_type in SHOWS:
        changes["content_id"] = _id(typed["content_id"])
    if lesson_type is LessonType.VIDEO:
        changes["video_url"] = typed["video_url"].strip() or None
    if not typed["title"].strip():
        errors["title"] = _("Fill this in.")
    return changes, errors


async def _page(
    request: Request,
    session: AnySession,
    actor: Actor,
    taught: Taught,
    lesson: Lesson,
    services: Runtime,
    *,
    status: int = 200,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    lesson_type = LessonType(lesson.lesson_type)
    quiz = await quizzes.quiz_of_lesson(session, lesson.id) if lesson_type is LessonType.QUIZ else None
    assignment = await assignments.of_lesson(session, lesson.id) if lesson_type is LessonType.ASSIGNMENT else None
    kind = SHOWS.get(lesson_type)
    choices = await operations.could_be_shown(session, taught.content.creator_id, kind) if kind else []
    return course_page(
        request,
        "lesson.html",
        taught,
        status=status,
        tab=taught.href,
        **{"lesson": lesson, **await _sent(session, actor, lesson, services.settings.upload_max_bytes)},
        lesson_href=_href(taught.course.id, lesson.id),
        kind_name=kind_names()[lesson.lesson_type],
        quiz=quiz,
        assignment=assignment,
        choices=choices if kind else None,
        values=values if values is not None else _values(request, lesson),
        errors=errors or {},
    )


def _values(request: Request, lesson: Lesson) -> dict[str, str]:
    plain = ("title", "slug", "description", "body", "content_id", "video_url", "duration_minutes", "opens_after_days")
    values = {name: "" if (value := getattr(lesson, name)) is None else str(value) for name in plain}
    ticked = {name: "yes" for name in ("is_preview", "is_required", "is_published") if getattr(lesson, name)}
    return values | ticked | {"opens_at": written(request, lesson.opens_at)}


@router.post("/preview")
async def preview(
    request: Request, course_id: UUID, lesson_id: UUID, session: Reading, actor: SignedIn, typed: Typed
) -> Response:
    """How learners will get what stands in the field now. Nothing is kept."""
    await _load(session, actor, course_id, lesson_id)
    try:
        shown = catalog.render_markup(_plain(typed["body"]), BodyFormat.MARKDOWN)
    except catalog.FieldInvalid:
        shown = None
    words = shown.word_count if shown else 0
    return render(
        request,
        "studio/content/_preview.html",
        html=shown.html if shown else "",
        has_excerpt=False,
        words=words,
        minutes=-(-words // WORDS_A_MINUTE),
    )


@router.get("/file")
async def file(
    request: Request, course_id: UUID, lesson_id: UUID, session: Reading, actor: SignedIn, services: Services
) -> Response:
    """What became of the file that was sent for it: asked after it has arrived."""
    _taught, lesson = await _load(session, actor, course_id, lesson_id)
    return render(
        request, "learning/teaching/_file.html", **await _sent(session, actor, lesson, services.settings.upload_max_bytes)
    )


async def _sent(session: AnySession, actor: Actor, lesson: Lesson, limit: int) -> dict[str, Any]:
    """The film or document of a lesson, what was sent for it and is not ready yet, and what can be sent."""
    if lesson.lesson_type not in courses.SENT:
        return {"sends": None}
    kind, _purpose = courses.SENT[lesson.lesson_type]
    sent = [one for one in await catalog.contents_for_subject(session, lesson.id) if one != lesson.content_id]
    found = await catalog.contents_by_id(session, [*sent[:1], *([lesson.content_id] if lesson.content_id else [])])
    coming = found.get(sent[0]) if sent else None
    shown = found.get(lesson.content_id) if lesson.content_id else None
    # What was ready before the present one came is not coming any more.
    is_coming = coming is not None and coming.creator_id == actor.id and (shown is None or coming.id > shown.id)
    return {
        "sends": str(kind),
        "coming": coming if is_coming else None,
        "shown": shown,
        "accept": ACCEPTS[kind],
        "limit": limit,
        "unfinished": await catalog.unfinished_uploads(session, actor, subject_id=lesson.id),
        "lesson": lesson,
    }


@router.get("/delete")
async def ask(request: Request, course_id: UUID, lesson_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Ask once."""
    taught, lesson = await _load(session, actor, course_id, lesson_id)
    return await _asked(request, session, taught, lesson)


@router.post("/delete")
async def delete(request: Request, course_id: UUID, lesson_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Take it, and what is below it, out of the course."""
    taught, lesson = await _load(session, actor, course_id, lesson_id)
    try:
        async with session.begin_nested():
            await courses.delete_lesson(session, actor, lesson_id)
    except courses.LastLesson as error:
        taught, lesson = await _load(session, actor, course_id, lesson_id)
        return await _asked(request, session, taught, lesson, error)
    return see_other(request, taught.href, say=_("The lesson is gone."), tone="note")


async def _asked(
    request: Request, session: AnySession, taught: Taught, lesson: Lesson, error: courses.LastLesson | None = None
) -> Response:
    nodes = await courses.outline(session, taught.course.id, drafts=True)
    gone = {lesson.id}
    for node in nodes:
        if node.lesson.parent_lesson_id in gone:
            gone.add(node.lesson.id)
    below = len(gone) - 1
    said = _("What people did in it goes with it. The film, text or document that it shows stays among your contents.")
    if below:
        said += " " + translate_plural("%(num)s lesson below it goes too.", "%(num)s lessons below it go too.", below) % {
            "num": below
        }
    return course_page(
        request,
        "ask.html",
        taught,
        status=status_of(error) if error else 200,
        tab=taught.href,
        error=" ".join(at_fault(error).values()) if error else "",
        question=_("Delete “%(title)s”?") % {"title": lesson.title},
        what_happens=said,
        action=f"{_href(taught.course.id, lesson.id)}/delete",
        yes=_("Delete the lesson"),
        back=taught.href,
    )


def _href(course_id: UUID, lesson_id: UUID) -> str:
    return f"/studio/courses/{course_id}/lessons/{lesson_id}"


def _plain(source: str) -> str:
    return source.replace("\r\n", "\n")


def _whole(typed: str) -> int | None:
    figure = read_decimal(typed)
    return int(figure) if figure is not None and figure == figure.to_integral_value() else None


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
