"""Question banks and what is in them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tuition.api.learning.quizzes.shapes import (
    BankChangesIn,
    BankId,
    BankIn,
    BankListedOut,
    BankOut,
    Cursor,
    Limit,
    QuestionIn,
    QuestionOut,
)
from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.learning import questions
from tuition.learning.questions import QuestionType
from tuition.platform import paging

router = APIRouter(prefix="/v1/question-banks", tags=["Quizzes"], route_class=EdgeRoute)


class TagOut(BaseModel):
    """A tag, and how many questions of the bank have it."""

    tag: str = Field(examples=["primes"])
    count: int


class TagsOut(BaseModel):
    """Tags, the most frequent first."""

    items: list[TagOut]


@router.get("", responses=problems(401, 404), summary="List question banks")
async def list_banks(
    session: Reading,
    actor: SignedIn,
    course_id: Annotated[UUID | None, Query(description="Those of a course that you edit, instead of your own.")] = None,
    limit: Limit = paging.LIMIT_USUAL,
    cursor: Cursor = None,
) -> PageOut[BankListedOut]:
    """The banks that you own, or those of a course that you edit, newest first."""
    page = await questions.banks_page(session, actor, course_id=course_id, limit=limit, cursor=cursor)
    items = [BankListedOut(**BankOut.of(one.bank).model_dump(), question_count=one.questions) for one in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


@router.post("", status_code=201, responses=problems(401, 403, 404), summary="Begin a question bank")
async def create_bank(body: BankIn, session: Writing, actor: SignedIn) -> BankOut:
    """A bank of your own, or one that all who edit a course use."""
    bank = await questions.create_bank(session, actor, title=body.title, description=body.description, course_id=body.course_id)
    # Its timestamps are the database's.
    await session.refresh(bank)
    return BankOut.of(bank)


@router.get("/{bank_id}", responses=problems(401, 404), summary="Show a question bank")
async def show_bank(bank_id: BankId, session: Reading, actor: SignedIn) -> BankOut:
    """Its title and whose it is."""
    return BankOut.of(await questions.get_bank_for(session, actor, bank_id))


@router.patch("/{bank_id}", responses=problems(401, 404), summary="Change a question bank")
async def edit_bank(bank_id: BankId, body: BankChangesIn, session: Writing, actor: SignedIn) -> BankOut:
    """Name it differently."""
    return BankOut.of(await questions.edit_bank(session, actor, bank_id, title=body.title, description=body.description))


@router.get("/{bank_id}/questions", responses=problems(401, 404), summary="List the questions of a bank")
async def list_questions(
    bank_id: BankId,
    session: Reading,
    actor: SignedIn,
    q: Annotated[str, Query(max_length=200, description="Words that stand in the question.")] = "",
    tag: Annotated[str, Query(max_length=60)] = "",
    type: Annotated[QuestionType | None, Query()] = None,  # noqa: A002 - the name in the address
    archived: Annotated[bool, Query(description="Those that are asked no more, instead.")] = False,
    limit: Limit = paging.LIMIT_USUAL,
    cursor: Cursor = None,
) -> PageOut[QuestionOut]:
    """With their keys, newest first."""
    page = await questions.questions_page(
        session, actor, bank_id, words=q, tag=tag, question_type=type, archived=archived, limit=limit, cursor=cursor
    )
    return PageOut(items=[QuestionOut.of(asked) for asked in page.items], next_cursor=page.next_cursor)


@router.post("/{bank_id}/questions", status_code=201, responses=problems(401, 404), summary="Write a question")
async def add_question(bank_id: BankId, body: QuestionIn, session: Writing, actor: SignedIn) -> QuestionOut:
    """Put a question into a bank. It is in no quiz yet."""
    made = await questions.add_question(session, actor, bank_id, body.body, points=body.points, tags=body.tags)
    return QuestionOut.of(await questions.get_question_for(session, actor, made.id))


@router.get("/{bank_id}/tags", responses=problems(401, 404), summary="List the tags of a bank")
async def list_tags(bank_id: BankId, session: Reading, actor: SignedIn) -> TagsOut:
    """The most frequent first, up to 200."""
    bank = await questions.get_bank_for(session, actor, bank_id)
    tags = await questions.tags_of(session, bank.id)
    return TagsOut(items=[TagOut(tag=tag, count=count) for tag, count in tags.items()])
