"""Finding banks, questions and rubrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from tuition.identity import Actor, allows
from tuition.learning import courses
from tuition.learning.courses import Right
from tuition.learning.questions import kinds
from tuition.learning.questions.errors import BankUnknown, QuestionUnknown, RubricUnknown
from tuition.learning.questions.kinds import AnyQuestion, QuestionType
from tuition.learning.questions.models import Question, QuestionBank, QuestionVersion, RubricTemplate
from tuition.platform import paging
from tuition.platform.database import AnySession

TAGS_SHOWN_MAX = 200
PARSED_KEPT_MAX = 4096
_parsed: dict[UUID, AnyQuestion] = {}


@dataclass(frozen=True, slots=True)
class BankListed:
    """A bank in a list."""

    bank: QuestionBank
    questions: int
    """How many it has that are not archived."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it says."""

    question: Question
    version: QuestionVersion
    body: AnyQuestion


async def get_bank_for(session: AnySession, actor: Actor, bank_id: UUID) -> QuestionBank:
    """A bank that the actor owns, or of a course whose outline they edit. Raises ``BankUnknown``."""
    bank = await session.get(QuestionBank, bank_id)
    if bank is None:
        raise BankUnknown
    if bank.owner_id == actor.id or allows(actor, "content:edit_any"):
        return bank
    if bank.course_id is None or not await courses.may(session, actor, bank.course_id, Right.OUTLINE):
        raise BankUnknown
    return bank


async def get_question_for(session: AnySession, actor: Actor, question_id: UUID) -> Asked:
    """A question of such a bank, in its newest version. Raises ``QuestionUnknown``."""
    found = (await newest(session, [question_id])).get(question_id)
    if found is None:
        raise QuestionUnknown
    try:
        await get_bank_for(session, actor, found.question.bank_id)
    except BankUnknown as error:
        raise QuestionUnknown from error
    return found


async def newest(session: AnySession, question_ids: Sequence[UUID]) -> dict[UUID, Asked]:
    """Questions as they are asked from now on, for whomever; the caller asks who may see them. One query."""
    query = _with_version().where(Question.id.in_(list(question_ids)))
    rows = (await session.execute(query)).all()
    return {question.id: Asked(question, version, body_of(version)) for question, version in rows}


def body_of(version: QuestionVersion) -> AnyQuestion:
    """What a version says. It never changes, so a process reads it once: grading a class meets the same ten again and again."""
    found = _parsed.get(version.id)
    if found is None:
        if len(_parsed) >= PARSED_KEPT_MAX:
            _parsed.clear()
        found = _parsed[version.id] = kinds.parse(version.body)
    return found


async def versions_of(session: AnySession, question_id: UUID) -> list[QuestionVersion]:
    """Everything that a question ever said, newest first."""
    query = select(QuestionVersion).where(QuestionVersion.question_id == question_id)
    return list(await session.scalars(query.order_by(QuestionVersion.version.desc()).limit(paging.LIMIT_MAX)))


async def banks_page(
    session: AnySession,
    actor: Actor,
    *,
    course_id: UUID | None = None,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[BankListed]:
    """The banks that somebody may use, newest first: their own, and those of one course if it is named."""
    mine = QuestionBank.owner_id == actor.id
    if course_id is not None:
        await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
        mine = QuestionBank.course_id == course_id
    counted = (
        select(func.count())
        .where(Question.bank_id == QuestionBank.id, Question.archived_at.is_(None))
        .correlate(QuestionBank)
        .scalar_subquery()
    )
    page = await paging.paginate(
        session,
        select(QuestionBank, counted).where(mine),
        keys=[QuestionBank.id.desc()],
        limit=limit,
        cursor=cursor,
        scope=f"banks/{actor.id}/{course_id}",
    )
    return paging.Page([BankListed(*row) for row in page.items], page.next_cursor)


async def questions_page(
    session: AnySession,
    actor: Actor,
    bank_id: UUID,
    *,
    words: str = "",
    tag: str = "",
    question_type: QuestionType | None = None,
    archived: bool = False,
    limit: int = paging.LIMIT_USUAL,
    cursor: str | None = None,
) -> paging.Page[Asked]:
    """The questions of a bank, newest first; ``words`` stand somewhere in the text. Raises ``BankUnknown``."""
    await get_bank_for(session, actor, bank_id)
    query = _with_version().where(Question.bank_id == bank_id)
    query = query.where(Question.archived_at.is_not(None) if archived else Question.archived_at.is_(None))
    if words.strip():
        query = query.where(Question.words.icontains(words.strip(), autoescape=True))
    if tag:
        query = query.where(has_tag(tag))
    if question_type is not None:
        query = query.where(Question.question_type == question_type)
    scope = f"questions/{bank_id}/{words}/{tag}/{question_type}/{archived}"
    page = await paging.paginate(session, query, keys=[Question.id.desc()], limit=limit, cursor=cursor, scope=scope)
    listed = [Asked(question, version, body_of(version)) for question, version in page.items]
    return paging.Page(listed, page.next_cursor)


async def tags_of(session: AnySession, bank_id: UUID) -> dict[str, int]:
    """The tags of a bank's questions and how many have each, the most frequent first."""
    tag = func.jsonb_array_elements_text(Question.tags).table_valued("value").render_derived()
    query = (
        select(tag.c.value, func.count().label("total"))
        .select_from(Question)
        .join(tag, onclause=Question.archived_at.is_(None))
        .where(Question.bank_id == bank_id)
        .group_by(tag.c.value)
        .order_by(func.count().desc(), tag.c.value)
        .limit(TAGS_SHOWN_MAX)
    )
    return {row.value: row.total for row in await session.execute(query)}


async def draw(session: AnySession, bank_id: UUID, tag: str, count: int, *, seed: str, without: Sequence[UUID]) -> list[UUID]:
    """So many questions of a bank, by chance, but the same for the same seed; fewer if there are not enough."""
    query = select(Question.id).where(Question.bank_id == bank_id, Question.archived_at.is_(None))
    if tag:
        query = query.where(has_tag(tag))
    if without:
        query = query.where(Question.id.not_in(list(without)))
    chance = func.md5(func.concat(seed, Question.id))
    return list(await session.scalars(query.order_by(chance, Question.id).limit(count)))


async def count_questions(session: AnySession, bank_id: UUID, tag: str = "") -> int:
    """How many questions a draw can choose from."""
    query = select(func.count()).where(Question.bank_id == bank_id, Question.archived_at.is_(None))
    return int(await session.scalar(query.where(has_tag(tag)) if tag else query) or 0)


async def get_rubric_for(session: AnySession, actor: Actor, rubric_id: UUID) -> RubricTemplate:
    """A rubric of a course whose outline the actor edits. Raises ``RubricUnknown``."""
    rubric = await session.get(RubricTemplate, rubric_id)
    if rubric is None or not await courses.may(session, actor, rubric.course_id, Right.OUTLINE):
        raise RubricUnknown
    return rubric


async def rubrics_of(session: AnySession, course_id: UUID) -> list[RubricTemplate]:
    """A course's rubrics, by title."""
    query = select(RubricTemplate).where(RubricTemplate.course_id == course_id)
    return list(await session.scalars(query.order_by(RubricTemplate.title, RubricTemplate.id).limit(paging.LIMIT_MAX)))


def has_tag(tag: str) -> ColumnElement[bool]:
    """Whether a question has a tag."""
    return Question.tags.op("@>", is_comparison=True)(literal([tag], JSONB()))


def _with_version() -> Select[Question, QuestionVersion]:
    return select(Question, QuestionVersion).join(
        QuestionVersion, and_(QuestionVersion.question_id == Question.id, QuestionVersion.version == Question.version)
    )
