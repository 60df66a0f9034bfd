"""What surrounds each page on which a quiz is worked on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from tuition import catalog
from tuition.identity import Actor
from tuition.learning import courses, quizzes
from tuition.learning.courses import Right
from tuition.learning.quizzes import Quiz
from tuition.platform.database import AnySession
from tuition.web.rendering import render
from tuition.web.rendering import translate as _
from tuition.web.studio.surroundings import navigation

ANY_RIGHT = (Right.OUTLINE, Right.GRADE, Right.REPORTS)


def address(quiz_id: UUID) -> str:
    """Where a quiz is worked on."""
    return f"/studio/quizzes/{quiz_id}"


def page(request: Request, name: str, *, status: int = 200, **context: Any) -> Response:
    """A page of the studio about quizzes and banks."""
    return render(request, f"learning/quizzes/studio/{name}", status=status, nav=navigation(), **context)


async def quiz_page(
    request: Request, session: AnySession, actor: Actor, quiz: Quiz, name: str, *, status: int = 200, **context: Any
) -> Response:
    """One of the pages of a quiz."""
    rights = await courses.rights_of(session, actor, quiz.course_id)
    content = (await catalog.contents_by_id(session, [quiz.course_id]))[quiz.course_id]
    waiting = await quizzes.count_to_grade(session, quiz.id)
    href = address(quiz.id)
    tabs = [(_("Questions"), href), (_("Rules"), f"{href}/rules"), (_("Attempts"), f"{href}/attempts")]
    if Right.GRADE in rights:
        tabs.append((_("To grade (%(count)s)") % {"count": waiting} if waiting else _("To grade"), f"{href}/grading"))
    tabs.append((_("Figures"), f"{href}/figures"))
    tab = context.pop("tab", request.url.path)
    return page(
        request,
        name,
        status=status,
        quiz=quiz,
        course=content,
        href=href,
        tabs=tabs,
        tab=tab,
        may_edit=Right.OUTLINE in rights,
        **context,
    )
