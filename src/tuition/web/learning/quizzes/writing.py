"""Writing a question, of whatever type, for a quiz or for a bank."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.learning import questions, quizzes
from tuition.learning.courses import Right
from tuition.learning.questions import QuestionInvalid, QuestionType
from tuition.platform import jobs
from tuition.platform.database import AnySession
from tuition.web.learning.quizzes.drafts import body_from, criteria_rows, lists_of, type_names, values_of
from tuition.web.learning.quizzes.surroundings import address, page
from tuition.web.rendering import see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, read_decimal, say

router = APIRouter(prefix="/studio", route_class=EdgeRoute, include_in_schema=False)
TypeChosen = Annotated[QuestionType, Query(alias="type")]
TAKE_RUBRIC = "rubric"
"""Which button fills the criteria in from a rubric of the course."""
BLANK: dict[str, Any] = {"tolerance-arabic_forms": "yes", "answer": "true"}


@router.get("/quizzes/{quiz_id}/new")
async def new_for_quiz(
    request: Request, quiz_id: UUID, session: Reading, actor: SignedIn, kind: TypeChosen = QuestionType.MULTIPLE_CHOICE
) -> Response:
    """An empty form, whose question goes into the quiz."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    return await _form(
        request,
        session,
        kind,
        BLANK,
        course_id=quiz.course_id,
        action=f"{address(quiz_id)}/new?type={kind}",
        back=(quiz.title, address(quiz_id)),
    )


@router.post("/quizzes/{quiz_id}/new")
async def write_for_quiz(
    request: Request,
    quiz_id: UUID,
    session: Writing,
    actor: SignedIn,
    typed: Typed,
    kind: TypeChosen = QuestionType.MULTIPLE_CHOICE,
) -> Response:
    """Put it into the quiz's own bank, and ask it."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    action, back = f"{address(quiz_id)}/new?type={kind}", (quiz.title, address(quiz_id))
    if typed["more"]:
        return await _form(request, session, kind, typed, course_id=quiz.course_id, action=action, back=back)
    try:
        body = body_from(kind, typed)
        await quizzes.write_question(session, actor, quiz_id, body, points=_points(typed), tags=_tags(typed))
    except (QuestionInvalid, quizzes.QuizInvalid) as error:
        return await _form(
            request, session, kind, typed, course_id=quiz.course_id, action=action, back=back, error=say(request, error)
        )
    return see_other(request, address(quiz_id), say=_("The question is in the quiz."))


@router.get("/banks/{bank_id}/new")
async def new_for_bank(
    request: Request, bank_id: UUID, session: Reading, actor: SignedIn, kind: TypeChosen = QuestionType.MULTIPLE_CHOICE
) -> Response:
    """An empty form, whose question goes into the bank."""
    bank = await questions.get_bank_for(session, actor, bank_id)
    return await _form(
        request,
        session,
        kind,
        BLANK,
        course_id=bank.course_id,
        bank_id=bank_id,
        action=f"/studio/banks/{bank_id}/new?type={kind}",
        back=(bank.title, f"/studio/banks/{bank_id}"),
    )


@router.post("/banks/{bank_id}/new")
async def write_for_bank(
    request: Request,
    bank_id: UUID,
    session: Writing,
    actor: SignedIn,
    typed: Typed,
    kind: TypeChosen = QuestionType.MULTIPLE_CHOICE,
) -> Response:
    """Put it into the bank."""
    bank = await questions.get_bank_for(session, actor, bank_id)
    href = f"/studio/banks/{bank_id}"
    if typed["more"]:
        return await _form(
            request,
            session,
            kind,
            typed,
            course_id=bank.course_id,
            bank_id=bank_id,
            action=f"{href}/new?type={kind}",
            back=(bank.title, href),
        )
    try:
        body = body_from(kind, typed)
        await questions.add_question(session, actor, bank_id, body, points=_points(typed), tags=_tags(typed))
    except QuestionInvalid as error:
        return await _form(
            request,
            session,
            kind,
            typed,
            course_id=bank.course_id,
            bank_id=bank_id,
            action=f"{href}/new?type={kind}",
            back=(bank.title, href),
            error=say(request, error),
        )
    return see_other(request, href, say=_("The question is in the bank."))


@router.get("/questions/{question_id}")
async def question(
    request: Request, question_id: UUID, session: Reading, actor: SignedIn, back: Annotated[UUID | None, Query()] = None
) -> Response:
    """One that is there. ``back`` is the quiz one comes from."""
    found = await questions.get_question_for(session, actor, question_id)
    bank = await questions.get_bank_for(session, actor, found.question.bank_id)
    values = values_of(found.body) | {"points": str(found.question.points), "tags": ", ".join(found.question.tags)}
    progress = await jobs.progress_of(session, ("question", question_id))
    where = (_("Quiz"), address(back)) if back else (bank.title, f"/studio/banks/{bank.id}")
    return await _form(
        request,
        session,
        found.body.type,
        values,
        course_id=bank.course_id,
        action=_action(question_id, back),
        back=where,
        found=found,
        progress=progress,
    )


@router.post("/questions/{question_id}")
async def change(
    request: Request,
    question_id: UUID,
    session: Writing,
    actor: SignedIn,
    typed: Typed,
    back: Annotated[UUID | None, Query()] = None,
) -> Response:
    """Say it differently from now on; with ``regrade`` also old answers are marked again."""
    found = await questions.get_question_for(session, actor, question_id)
    bank = await questions.get_bank_for(session, actor, found.question.bank_id)
    href = address(back) if back else f"/studio/banks/{bank.id}"
    kind, where = found.body.type, (_("Quiz") if back else bank.title, href)
    if typed["act"] in ("archive", "restore"):
        await questions.archive_question(session, actor, question_id, archived=typed["act"] == "archive")
        return see_other(
            request, href, say=_("It is asked no more.") if typed["act"] == "archive" else _("It can be asked again.")
        )
    if typed["more"]:
        return await _form(
            request, session, kind, typed, course_id=bank.course_id, action=_action(question_id, back), back=where, found=found
        )
    try:
        body = body_from(kind, typed, found.body)
        version = int(typed["version"]) if typed["version"].isdecimal() else None
        await questions.edit_question(
            session, actor, question_id, body, points=_points(typed), tags=_tags(typed), version=version
        )
    except (QuestionInvalid, questions.QuestionStale) as error:
        return await _form(
            request,
            session,
            kind,
            typed,
            course_id=bank.course_id,
            action=_action(question_id, back),
            back=where,
            found=found,
            error=say(request, error),
        )
    if typed["act"] == "regrade":
        await quizzes.regrade(session, actor, question_id)
        return see_other(request, _action(question_id, back), say=_("Saved. Answers that were given are being marked again."))
    return see_other(request, href, say=_("Saved. Attempts that have begun keep the question as it was."))


def _action(question_id: UUID, back: UUID | None) -> str:
    return f"/studio/questions/{question_id}" + (f"?back={back}" if back else "")


def _points(typed: Fields) -> Decimal:
    """What was typed; what is no figure becomes nothing, which the room refuses with its bounds."""
    points = read_decimal(typed["points"] or "1")
    return points if points is not None else Decimal(0)


def _tags(typed: Fields) -> list[str]:
    return typed["tags"].replace("،", ",").split(",")


async def _form(
    request: Request,
    session: AnySession,
    kind: str,
    values: Fields | dict[str, Any],
    *,
    course_id: UUID | None,
    action: str,
    back: tuple[str, str],
    bank_id: UUID | None = None,
    error: str = "",
    found: questions.Asked | None = None,
    progress: jobs.Progress | None = None,
) -> Response:
    rubrics = await questions.rubrics_of(session, course_id) if kind == QuestionType.ESSAY and course_id else []
    plain = dict(values) if isinstance(values, Fields) else values
    taken = next((one for one in rubrics if plain.get("more") == TAKE_RUBRIC and str(one.id) == plain.get("rubric")), None)
    if taken is not None:
        values = plain | {"criteria": criteria_rows(questions.parse_rubric({"criteria": taken.criteria}))}
    return page(
        request,
        "question.html",
        status=422 if error else 200,
        kind=str(kind),
        kind_name=type_names()[kind],
        type_names=type_names(),
        values={name: value for name, value in plain.items() if isinstance(value, str)},
        lists=lists_of(str(kind), values),
        rubrics=[(one.id, one.title) for one in rubrics],
        take_rubric=TAKE_RUBRIC,
        action=action,
        back=back,
        error=error,
        found=found,
        progress=progress,
        pictures_of=f"course_id={course_id}" if course_id else f"bank_id={found.question.bank_id if found else bank_id}",
    )
