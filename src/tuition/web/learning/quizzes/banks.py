"""Banks: which there are, what is in them, and taking questions from them into a quiz."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, SignedIn, Writing
from tuition.learning import questions, quizzes
from tuition.learning.questions import QuestionType
from tuition.platform import paging
from tuition.web.learning.quizzes.drafts import type_names
from tuition.web.learning.quizzes.surroundings import address, page
from tuition.web.rendering import see_other, with_query
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Typed, say

overview = APIRouter(prefix="/studio/quizzes", route_class=EdgeRoute, include_in_schema=False)
router = APIRouter(prefix="/studio/banks", route_class=EdgeRoute, include_in_schema=False)
Text = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str, Query(max_length=paging.CURSOR_LENGTH_MAX)]
PAGE = 50


@overview.get("")
async def every_quiz(request: Request, session: Reading, actor: SignedIn, cursor: Cursor = "") -> Response:
    """The quizzes of one's courses, and what waits in each."""
    found = await quizzes.taught_by(session, actor, limit=PAGE, cursor=cursor or None)
    more = with_query(request, cursor=found.next_cursor) if found.next_cursor else None
    return page(request, "quizzes.html", quizzes=found.items, next_href=more)


@router.get("")
async def banks(request: Request, session: Reading, actor: SignedIn, cursor: Cursor = "") -> Response:
    """One's own, newest first."""
    found = await questions.banks_page(session, actor, limit=PAGE, cursor=cursor or None)
    more = with_query(request, cursor=found.next_cursor) if found.next_cursor else None
    return page(request, "banks.html", banks=found.items, next_href=more, values={}, errors={})


@router.post("")
async def create(request: Request, session: Writing, actor: SignedIn, typed: Typed) -> Response:
    """Begin one."""
    try:
        bank = await questions.create_bank(session, actor, title=typed["title"])
    except questions.QuestionInvalid as error:
        found = await questions.banks_page(session, actor, limit=PAGE)
        errors = {"title": say(request, error)}
        return page(request, "banks.html", status=422, banks=found.items, next_href=None, values=typed, errors=errors)
    return see_other(request, f"/studio/banks/{bank.id}")


@router.get("/{bank_id}")
async def bank(
    request: Request,
    bank_id: UUID,
    session: Reading,
    actor: SignedIn,
    q: Text = "",
    tag: Text = "",
    kind: Annotated[str, Query(alias="type", max_length=40)] = "",
    archived: Annotated[str, Query(max_length=3)] = "",
    quiz: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = "",
) -> Response:
    """Its questions, found by words, tag and type. With ``quiz`` they can be ticked and taken into it."""
    shown = await questions.get_bank_for(session, actor, bank_id)
    question_type = QuestionType(kind) if kind in set(QuestionType) else None
    found = await questions.questions_page(
        session, actor, bank_id, words=q, tag=tag, question_type=question_type, archived=bool(archived), limit=PAGE,
        cursor=cursor or None,
    )  # fmt: skip
    return page(
        request,
        "bank.html",
        bank=shown,
        questions=found.items,
        next_href=with_query(request, cursor=found.next_cursor) if found.next_cursor else None,
        tags=await questions.tags_of(session, bank_id),
        type_names=type_names(),
        chosen={"q": q, "tag": tag, "type": kind, "archived": archived},
        quiz_id=quiz,
    )


@router.post("/{bank_id}/take")
async def take(
    request: Request, bank_id: UUID, session: Writing, actor: SignedIn, typed: Typed, quiz: Annotated[UUID, Query()]
) -> Response:
    """Let a quiz ask what was ticked."""
    await questions.get_bank_for(session, actor, bank_id)
    chosen = [UUID(value) for value in typed.all("question") if _is_id(value)]
    added = await quizzes.add_to_quiz(session, actor, quiz, chosen)
    said = _("%(count)s questions are in the quiz now.") % {"count": len(added)}
    return see_other(request, address(quiz), say=said)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
