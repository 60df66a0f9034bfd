"""What surrounds each page of a course in the studio: its name, where else one can go, and the words of its parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from tuition import catalog
from tuition.identity import Actor, allows
from tuition.kernel import DomainError
from tuition.learning import courses, enrollments
from tuition.learning.courses import Course, Right
from tuition.platform import paging
from tuition.platform.database import AnySession
from tuition.web.rendering import page_reader, refusal, render
from tuition.web.rendering import translate as _
from tuition.web.studio.surroundings import navigation


@dataclass(frozen=True, slots=True)
class Taught:
    """A course on the desk of somebody who teaches in it."""

    course: Course
    content: catalog.Content
    rights: frozenset[Right]
    is_owner: bool

    @property
    def href(self) -> str:
        """Where its pages begin."""
        return address(self.course.id)


def address(course_id: UUID) -> str:
    """Where a course is worked on."""
    return f"/studio/courses/{course_id}"


async def load(session: AnySession, actor: Actor, course_id: UUID, *any_of: Right) -> Taught:
    """A course in which somebody has one of these rights (none named: any at all). Raises ``CourseUnknown``."""
    rights = await courses.rights_of(session, actor, course_id)
    if not rights & (frozenset(any_of) or frozenset(Right)):
        raise courses.CourseUnknown
    content = (await catalog.contents_by_id(session, [course_id]))[course_id]
    course = (await courses.find(session, [course_id]))[course_id]
    is_owner = content.creator_id == actor.id or allows(actor, "content:edit_any")
    return Taught(course, content, rights, is_owner)


def course_page(
    request: Request, name: str, taught: Taught, *, status: int = 200, folder: str = "teaching", **context: Any
) -> Response:
    """One of the pages of a course."""
    return render(
        request,
        f"learning/{folder}/{name}",
        status=status,
        nav=navigation(),
        taught=taught,
        course=taught.course,
        content=taught.content,
        href=taught.href,
        tabs=tabs(taught),
        tab=context.pop("tab", request.url.path),
        may_edit=Right.OUTLINE in taught.rights,
        **context,
    )


def tabs(taught: Taught) -> list[tuple[str, str]]:
    """The pages of a course that this person may open."""
    href, rights = taught.href, taught.rights
    offered = [
        (Right.OUTLINE in rights, _("Lessons"), href),
        (Right.OUTLINE in rights, _("Settings"), f"{href}/settings"),
        (bool(enrollments.SEES_LEARNERS & rights), _("Learners"), f"{href}/members"),
        (bool(enrollments.SEES_LEARNERS & rights), _("Groups"), f"{href}/groups"),
        (Right.GRADE in rights, _("To grade"), f"/studio/grading?course={taught.course.id}"),
        (Right.GRADE in rights, _("Grades"), f"{href}/grades"),
        (Right.OUTLINE in rights, _("Rubrics"), f"{href}/rubrics"),
        (Right.REPORTS in rights, _("Report"), f"{href}/report"),
        (Right.MEMBERS in rights, _("Certificates"), f"{href}/certificates"),
        (Right.ANNOUNCE in rights, _("Announcements"), f"/c/{taught.content.slug}/announcements"),
    ]
    return [(label, address) for is_open, label, address in offered if is_open]


def at_fault(error: DomainError, otherwise: str = "form") -> dict[str, str]:
    """What was wrong, beside the field that it was wrong in."""
    if "field" in error.fields:
        reason = _(str(error.fields["reason"]))
        return {str(error.fields["field"]): f"{reason[:1].upper()}{reason[1:].rstrip('.')}."}
    return {otherwise: refusal(error)}


def written(request: Request, moment: datetime | None) -> str:
    """A moment as a ``datetime-local`` field holds it, in the reader's time zone."""
    return moment.astimezone(page_reader(request).time_zone).strftime("%Y-%m-%dT%H:%M") if moment else ""


async def choose_learner(session: AnySession, course_id: UUID, typed: str) -> dict[str, UUID] | str:
    """Whom a name means in a course: ``enrollment_id`` or ``group_id``; or the sentence that says why nobody."""
    wanted = " ".join(typed.split())
    if not wanted:
        return _("Write a learner's name or address, or a group.")
    for group, _count in await enrollments.groups_of(session, course_id):
        if group.name.casefold() == wanted.casefold():
            return {"group_id": group.id}
    found = (await enrollments.of_course(session, course_id, search=wanted, limit=paging.LIMIT_MAX)).items
    exact = [one for one in found if wanted.casefold() in (one[1].full_name.casefold(), one[1].email.casefold())]
    match exact or found:
        case []:
            return _("Nobody in this course is called so.")
        case [(enrollment, _person)]:
            return {"enrollment_id": enrollment.id}
    return _("Several people are meant by this. Write the address.")


async def learners_to_choose(session: AnySession, course_id: UUID) -> list[str]:
    """What a field for one learner or group offers while one types: the groups, and the newest learners."""
    groups = [group.name for group, _count in await enrollments.groups_of(session, course_id)]
    people = (await enrollments.of_course(session, course_id, limit=paging.LIMIT_MAX)).items
    names = Counter(person.full_name for _enrollment, person in people)
    return groups + [person.full_name if names[person.full_name] == 1 else person.email for _enrollment, person in people]


def lesson_kinds() -> list[tuple[str, str]]:
    """What a lesson may be, in words. A chapter is a text without words."""
    return [
        ("chapter", _("Chapter")),
        ("text", _("Text")),
        ("video", _("Film")),
        ("audio", _("Recording")),
        ("document", _("Document")),
        ("quiz", _("Quiz")),
        ("assignment", _("Assignment")),
        ("package", _("SCORM package")),
    ]


def kind_names() -> dict[str, str]:
    """The same, to be looked up."""
    return dict(lesson_kinds())
