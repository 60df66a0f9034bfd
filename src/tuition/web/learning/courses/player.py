"""The course player: one lesson in the middle, the outline at the side, and where one is in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from tuition import access, catalog, identity
from tuition.catalog import Kind
from tuition.edge import CurrentActor, EdgeRoute, SignedIn, Writing
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.learning import assignments, courses, enrollments, quizzes
from tuition.learning.courses import LessonType
from tuition.learning.enrollments import CourseView, LockReason, OpenLesson, Step
from tuition.platform.database import AnySession, Session
from tuition.web.learning import packages
from tuition.web.learning.playing import stage_of
from tuition.web.rendering import render, see_other
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/learn", route_class=EdgeRoute, include_in_schema=False)
FRAMES = {
    "www.youtube.com": "https://www.youtube-nocookie.com/embed/{v}",
    "youtu.be": "https://www.youtube-nocookie.com/embed{path}",
    "vimeo.com": "https://player.vimeo.com/video{path}",
}
"""Sites whose films are shown inside the lesson; others are linked to."""
FRAME_POLICY = {"frame-src": "https://www.youtube-nocookie.com https://player.vimeo.com"}


@router.get("/{slug}")
async def go_on(slug: str, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Go on where one stopped."""
    view = await _view(session, actor, slug)
    if view.enrollment is None and not view.is_staff:
        return RedirectResponse(f"/c/{quote(view.content.slug)}", status_code=303)
    if not view.is_staff:
        access.require_there(view.content)
    if view.next_step is None:
        return see_other(request, f"/c/{quote(view.content.slug)}", say=_("Nothing of it is open to you yet."), tone="note")
    return RedirectResponse(address(view, view.next_step), status_code=303)


@router.post("/{slug}")
async def enrol(slug: str, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Learn in this course from now on."""
    view = await _view(session, actor, slug)
    await enrollments.enroll(session, actor, view.course.id)
    return see_other(request, f"/learn/{quote(view.content.slug)}", say=_("You are enrolled. Here is where it begins."))


@router.post("/{slug}/leave")
async def leave(slug: str, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Leave it. What was learned and bought stays."""
    view = await _view(session, actor, slug)
    if view.enrollment is not None:
        await enrollments.drop(session, actor, view.enrollment.id)
    return see_other(request, "/learning", say=_("You have left the course. What you learned stays; you can come back."))


@router.get("/{slug}/{lesson_slug}")
async def lesson_page(slug: str, lesson_slug: str, request: Request, session: Writing, actor: CurrentActor) -> Response:
    """A lesson; the reason, where it is not open yet."""
    view = await _view(session, actor, slug)
    step = _step(view, lesson_slug)
    if step.lock is not None:
        return _closed(request, view, step, actor)
    await courses.find_lesson(session, step.lesson.id)  # brings its text along
    opened = enrollments.around(view, step)
    if opened.lesson.is_heading and opened.next is not None:
        return RedirectResponse(address(view, opened.next), status_code=303)
    now = clock.now()
    await enrollments.begin_lesson(session, opened, now)
    if actor is not None:
        await access.record_visit(session, actor.id, view.course.id, at=now)
    middle = await _middle(request, session, actor, opened)
    policy = middle.pop("policy", FRAME_POLICY if middle.get("frame") else None)
    return render(request, "learning/courses/player.html", policy=policy, **_around(opened), **middle)


@router.post("/{slug}/{lesson_slug}/complete")
async def complete(slug: str, lesson_slug: str, request: Request, session: Writing, actor: SignedIn) -> Response:
    """Done with it: on to the next one."""
    view = await _view(session, actor, slug)
    opened = await enrollments.mark_complete(session, actor, _step(view, lesson_slug).lesson.id, now=clock.now())
    if opened.next is not None and opened.next.lock is None:
        return see_other(request, address(view, opened.next), say=_("Done. On to the next lesson."))
    after = await enrollments.view_course(session, actor, view.course.id, now=clock.now())
    onward = enrollments.around(after, _step(after, lesson_slug)).next
    if onward is not None and onward.lock is None:
        return see_other(request, address(view, onward), say=_("Done. On to the next lesson."))
    return see_other(request, f"/learn/{quote(slug)}/{quote(lesson_slug)}", say=_("Done."))


def address(view: CourseView, step: Step) -> str:
    """Where a lesson is opened."""
    return f"/learn/{quote(view.content.slug)}/{quote(step.lesson.slug)}"


async def _view(session: AnySession, actor: Actor | None, slug: str) -> CourseView:
    found = await catalog.find_by_slug(session, slug)
    if found.content.kind != Kind.COURSE:
        raise catalog.ContentUnknown
    return await enrollments.view_course(session, actor, found.content.id, now=clock.now())


def _step(view: CourseView, lesson_slug: str) -> Step:
    step = next((step for step in view.steps if step.lesson.slug == lesson_slug), None)
    if step is None:
        raise courses.LessonUnknown
    return step


def _closed(request: Request, view: CourseView, step: Step, actor: Actor | None) -> Response:
    assert step.lock is not None, "only a closed lesson is shown so"
    if actor is None:
        raise identity.SignInNeeded
    if step.lock.reason in (LockReason.NOT_ENROLLED, LockReason.NO_ACCESS):
        return see_other(
            request, f"/c/{quote(view.content.slug)}", say=_("Enrol in the course to open this lesson."), tone="note"
        )
    return render(request, "learning/courses/player.html", status=403, **_around(enrollments.around(view, step)))


def _around(opened: OpenLesson) -> dict[str, Any]:
    view = opened.view
    counted = [step for step in view.steps if not step.lesson.is_heading]
    return {
        "course": view.content,
        "view": view,
        "opened": opened,
        "step": opened.step,
        "lesson": opened.lesson,
        "done_count": sum(step.is_done for step in counted),
        "all_count": len(counted),
        "here": address(view, opened.step),
        "to": lambda step: address(view, step),
        "can_mark": enrollments.can_be_marked(opened.lesson) and view.enrollment is not None and not view.is_staff,
    }


async def _middle(request: Request, session: Session, actor: Actor | None, opened: OpenLesson) -> dict[str, Any]:
    """What the lesson itself shows, by its type."""
    lesson = opened.lesson
    shown = await _content(session, lesson.content_id)
    if shown is not None and shown.taken_down_at is not None and not opened.is_staff:
        return {"is_gone": True}
    match LessonType(lesson.lesson_type):
        case LessonType.VIDEO | LessonType.AUDIO if shown is not None:
            decision = await access.decide(session, actor, shown.id)
            if decision.allowed:
                return await stage_of(request, session, actor, shown, decision) | {"has_stage": True}
            return {"waits": True}
        case LessonType.VIDEO | LessonType.AUDIO if lesson.video_url:
            return {"frame": _frame(lesson.video_url), "link": lesson.video_url}
        case LessonType.DOCUMENT if shown is not None:
            return {"document": await catalog.document_of(session, shown.id), "content": shown}
        case LessonType.TEXT if shown is not None:
            return {"written": await catalog.body_of(session, shown.id), "content": shown}
        case LessonType.QUIZ:
            return {"quiz": await quizzes.quiz_of_lesson(session, lesson.id)}
        case LessonType.ASSIGNMENT:
            return {"assignment": await assignments.of_lesson(session, lesson.id)}
        case LessonType.PACKAGE:
            return await packages.stage_of(request, session, actor, opened)
        case _:
            return {}


async def _content(session: AnySession, content_id: UUID | None) -> catalog.Content | None:
    return None if content_id is None else (await catalog.contents_by_id(session, [content_id])).get(content_id)


def _frame(address: str) -> str:
    parts = urlsplit(address)
    form = FRAMES.get(parts.hostname or "")
    if form is None:
        return ""
    video = next((pair[2:] for pair in parts.query.split("&") if pair.startswith("v=")), "")
    return form.format(v=quote(video, safe=""), path=quote(parts.path))
