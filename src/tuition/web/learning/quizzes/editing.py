"""A quiz on its teacher's desk: what it asks, its rules, exceptions, and how a learner sees it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.identity import Actor
from tuition.kernel import DomainError
from tuition.learning import enrollments, questions, quizzes
from tuition.learning.courses import Right
from tuition.learning.quizzes import Quiz
from tuition.platform.database import AnySession
from tuition.web.learning.quizzes.drafts import type_names
from tuition.web.learning.quizzes.surroundings import ANY_RIGHT, address, quiz_page
from tuition.web.rendering import see_other
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, Typed, is_on, read_decimal, read_moment, say

router = APIRouter(prefix="/studio/quizzes/{quiz_id}", route_class=EdgeRoute, include_in_schema=False)
PREVIEW_SEED = "preview"
LEARNERS_SHOWN_MAX = 100


@router.get("")
async def contents(request: Request, quiz_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """What it asks, in order; where to write more, or take some from a bank."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, *ANY_RIGHT)
    return await _contents_page(request, session, actor, quiz)


async def _contents_page(request: Request, session: AnySession, actor: Actor, quiz: Quiz, *, error: str = "") -> Response:
    found = await quizzes.contents_of(session, quiz.id)
    banks = await questions.banks_page(session, actor, course_id=quiz.course_id, limit=100)
    own = await questions.banks_page(session, actor, limit=100)
    listed = {one.bank.id: one for one in [*banks.items, *own.items]}
    return await quiz_page(
        request, session, actor, quiz, "quiz.html", status=422 if error else 200, contents=found, type_names=type_names(),
        banks=list(listed.values()), names={key: one.bank.title for key, one in listed.items()}, error=error,
    )  # fmt: skip


@router.post("/move")
async def move(
    request: Request,
    quiz_id: UUID,
    session: Writing,
    actor: SignedIn,
    question_id: Annotated[UUID, Form()],
    step: Annotated[int, Form()],
) -> Response:
    """One place up or down."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    order = [one.row.question_id for one in (await quizzes.contents_of(session, quiz.id)).listed]
    if question_id in order:
        at = order.index(question_id)
        order.insert(min(max(at + (1 if step > 0 else -1), 0), len(order) - 1), order.pop(at))
        await quizzes.reorder(session, actor, quiz_id, order)
    return see_other(request, f"{address(quiz_id)}#question-{question_id}")


@router.post("/questions/{question_id}")
async def change(request: Request, quiz_id: UUID, question_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """What a question is worth here, or out with it."""
    if typed["act"] == "remove":
        await quizzes.remove_from_quiz(session, actor, quiz_id, question_id)
        return see_other(request, address(quiz_id), say=_("It is out of this quiz and stays in its bank."))
    points = read_decimal(typed["points"])
    try:
        await quizzes.change_points(session, actor, quiz_id, question_id, points if points is not None else Decimal(0))
    except questions.QuestionInvalid as error:
        quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
        return await _contents_page(request, session, actor, quiz, error=say(request, error))
    return see_other(request, f"{address(quiz_id)}#question-{question_id}", say=_("Saved."))


@router.post("/draws")
async def add_draw(request: Request, quiz_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Draw some of a bank for each attempt."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    count, points = typed["count"].strip(), read_decimal(typed["points"] or "1")
    try:
        await quizzes.add_draw(
            session, actor, quiz_id, UUID(typed["bank_id"]), count=int(count) if count.isdecimal() else 0, tag=typed["tag"],
            points=points if points is not None else Decimal(0),
        )  # fmt: skip
    except (quizzes.QuizInvalid, questions.QuestionInvalid) as error:
        return await _contents_page(request, session, actor, quiz, error=say(request, error))
    except ValueError:
        return await _contents_page(request, session, actor, quiz, error=_("Choose a bank."))
    return see_other(request, address(quiz_id), say=_("They are drawn anew for each attempt."))


@router.post("/draws/{draw_id}/remove")
async def remove_draw(request: Request, quiz_id: UUID, draw_id: UUID, session: Writing, actor: SignedIn) -> Response:
    """Draw them no more."""
    await quizzes.remove_draw(session, actor, quiz_id, draw_id)
    return see_other(request, address(quiz_id), say=_("They are drawn no more."))


@router.post("/publish")
async def publish(request: Request, quiz_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Let learners begin it, or no longer."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    published = typed["published"] == "yes"
    try:
        await quizzes.edit_quiz(session, actor, quiz_id, {"is_published": published})
    except quizzes.QuizEmpty as error:
        quiz.is_published = False
        return await _contents_page(request, session, actor, quiz, error=say(request, error))
    return see_other(
        request, address(quiz_id), say=_("Learners can begin it.") if published else _("Learners can no longer begin it.")
    )


@router.get("/preview")
async def preview(request: Request, quiz_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """As a learner sees it. Nothing is saved, and nothing is counted."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, *ANY_RIGHT)
    lines = await quizzes.preview_of(session, quiz, seed=PREVIEW_SEED)
    return await quiz_page(request, session, actor, quiz, "preview.html", lines=lines, tab=address(quiz_id))


@router.get("/rules")
async def rules(request: Request, quiz_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Time, attempts, passing, and for whom they are different."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, *ANY_RIGHT)
    return await _rules_page(request, session, actor, quiz, _rules_of(quiz, request), {})


@router.post("/rules")
async def change_rules(request: Request, quiz_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Change them, or read beside the field what is wrong."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE)
    changes, errors = _read_rules(request, typed)
    if not errors:
        try:
            await quizzes.edit_quiz(session, actor, quiz_id, changes)
        except DomainError as error:
            session.expire(quiz)
            await session.refresh(quiz)
            errors = {"form": say(request, error)}
    if errors:
        return await _rules_page(request, session, actor, quiz, typed, errors)
    return see_other(request, f"{address(quiz_id)}/rules", say=_("Saved."))


@router.post("/overrides")
async def override(request: Request, quiz_id: UUID, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Other rules for one learner or one group."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE, Right.GRADE)
    kind, _colon, for_id = typed["for"].partition(":")
    try:
        whom = {f"{kind}_id": UUID(for_id)} if kind in ("enrollment", "group") else {}
        minutes, attempts = int(typed["extra_minutes"] or 0), int(typed["extra_attempts"] or 0)
        closes_at = read_moment(request, typed["closes_at"]) if typed["closes_at"] else None
        await quizzes.set_override(
            session, actor, quiz_id, **whom, extra_minutes=minutes, extra_attempts=attempts, closes_at=closes_at
        )
    except ValueError:
        return await _rules_page(
            request, session, actor, quiz, _rules_of(quiz, request), {"for": _("Choose for whom, and how much.")}
        )
    except quizzes.QuizInvalid as error:
        return await _rules_page(request, session, actor, quiz, _rules_of(quiz, request), {"for": say(request, error)})
    return see_other(request, f"{address(quiz_id)}/rules#exceptions", say=_("Saved."))


def _rules_of(quiz: Quiz, request: Request) -> dict[str, str]:
    from_quiz = {name: getattr(quiz, name) for name in ("title", "description", "quiz_type", "grading_policy", "show_answers")}
    numbers = {name: str(getattr(quiz, name) or "") for name in ("passing_score", "time_limit_minutes", "max_attempts")}
    flags = {name: "yes" if getattr(quiz, name) else "" for name in ("shuffle_questions", "shuffle_options")}
    return {**from_quiz, **numbers, **flags, **_moments(quiz, request)}


def _moments(quiz: Quiz, request: Request) -> dict[str, str]:
    zone = read_moment(request, "2000-01-01T00:00")
    assert zone is not None, "it is a moment"
    shown = {"opens_at": quiz.opens_at, "closes_at": quiz.closes_at}
    return {name: f"{at.astimezone(zone.tzinfo):%Y-%m-%dT%H:%M}" if at else "" for name, at in shown.items()}


def _read_rules(request: Request, typed: Fields) -> tuple[dict[str, Any], dict[str, str]]:
    """What to change, and what was wrong already on paper."""
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {name: typed[name] for name in ("title", "quiz_type", "grading_policy", "show_answers")}
    changes["description"] = typed["description"].replace("\r\n", "\n")
    changes |= {name: is_on(typed, name) for name in ("shuffle_questions", "shuffle_options")}
    for name in ("time_limit_minutes", "max_attempts"):
        figure = read_decimal(typed[name]) if typed[name].strip() else None
        if typed[name].strip() and (figure is None or figure != int(figure)):
            errors[name] = _("Write a whole number, or nothing.")
        changes[name] = None if figure is None else int(figure)
    passing = read_decimal(typed["passing_score"])
    if passing is None:
        errors["passing_score"] = _("Write a percentage.")
    changes["passing_score"] = passing
    for name in ("opens_at", "closes_at"):
        changes[name] = read_moment(request, typed[name]) if typed[name] else None
    return changes, errors


async def _rules_page(
    request: Request, session: AnySession, actor: Actor, quiz: Quiz, values: Mapping[str, str], errors: dict[str, str]
) -> Response:
    people = await enrollments.of_course(session, quiz.course_id, limit=LEARNERS_SHOWN_MAX)
    groups = await enrollments.groups_of(session, quiz.course_id)
    return await quiz_page(
        request, session, actor, quiz, "rules.html", status=422 if errors else 200, values=values, errors=errors,
        overrides=await quizzes.overrides_of(session, quiz.id), people=people.items, groups=groups,
    )  # fmt: skip
