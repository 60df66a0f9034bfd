"""Writing questions, keeping them in banks, and rubrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from tuition.identity import Actor, require
from tuition.kernel import clock, new_id
from tuition.learning import courses
from tuition.learning.courses import Right
from tuition.learning.questions import kinds
from tuition.learning.questions.errors import QuestionInvalid, QuestionStale, RubricUnknown
from tuition.learning.questions.kinds import AnyQuestion, Rubric
from tuition.learning.questions.models import Question, QuestionBank, QuestionVersion, RubricTemplate
from tuition.learning.questions.queries import Asked, get_bank_for, get_question_for, get_rubric_for, newest
from tuition.platform.database import Session

POINTS_MIN, POINTS_MAX = Decimal("0.01"), Decimal("999.99")
TAGS_MAX = 20
TAG_LENGTH_MAX = 60
WORDS_KEPT_MAX = 2000
TITLE_MAX = 255
BATCH_MAX = 20_000


async def create_bank(
    session: Session, actor: Actor, *, title: str, description: str = "", course_id: UUID | None = None
) -> QuestionBank:
    """A bank of the actor's own, or one that all who edit a course use. Raises ``PermissionMissing``, ``CourseUnknown``."""
    if course_id is None:
        require(actor, "content:create")
    else:
        await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
    return await open_bank(session, actor.id, title=title, description=description, course_id=course_id)


async def open_bank(
    session: Session, owner_id: UUID, *, title: str, description: str = "", course_id: UUID | None = None
) -> QuestionBank:
    """The same for rooms that have asked already."""
    bank = QuestionBank(id=new_id(), owner_id=owner_id, course_id=course_id, title=_title(title), description=description)
    session.add(bank)
    # Questions point at it.
    await session.flush()
    return bank


async def edit_bank(
    session: Session, actor: Actor, bank_id: UUID, *, title: str | None = None, description: str | None = None
) -> QuestionBank:
    """Name it differently. Raises ``BankUnknown``."""
    bank = await get_bank_for(session, actor, bank_id)
    if title is not None:
        bank.title = _title(title)
    if description is not None:
        bank.description = description
    return bank


async def add_question(
    session: Session, actor: Actor, bank_id: UUID, body: AnyQuestion, *, points: Decimal = Decimal(1), tags: Iterable[str] = ()
) -> Question:
    """Put a question into a bank. Raises ``BankUnknown``, ``QuestionInvalid``."""
    return (await add_questions(session, actor, bank_id, [(body, points, tags)]))[0]


async def add_questions(
    session: Session, actor: Actor, bank_id: UUID, listed: Sequence[tuple[AnyQuestion, Decimal, Iterable[str]]]
) -> list[Question]:
    """Many at once, as an import does: two statements, however many they are. Raises as ``add_question``."""
    await get_bank_for(session, actor, bank_id)
    if len(listed) > BATCH_MAX:
        raise QuestionInvalid(reason=f"at most {BATCH_MAX} at once.")
    questions = [
        Question(
            id=new_id(),
            bank_id=bank_id,
            question_type=body.type,
            words=_words(body),
            tags=clean_tags(tags),
            points=clean_points(points),
        )
        for body, points, tags in listed
    ]
    session.add_all(questions)
    # What they say points at them.
    await session.flush()
    session.add_all(_version(question, body, 1, actor.id) for question, (body, _, _) in zip(questions, listed, strict=True))
    # Whoever reads the bank in this transaction finds them whole.
    await session.flush()
    return questions


async def edit_question(
    session: Session,
    actor: Actor,
    question_id: UUID,
    body: AnyQuestion | None = None,
    *,
    points: Decimal | None = None,
    tags: Iterable[str] | None = None,
    version: int | None = None,
) -> Asked:
    """Say it differently from now on: a new version, unless nothing changed. Attempts that have begun keep theirs.

    ``version`` is the one that the writer looked at. Raises ``QuestionUnknown``, ``QuestionInvalid``, ``QuestionStale``.
    """
    found = await get_question_for(session, actor, question_id)
    question = await session.get_one(Question, question_id, with_for_update=True, populate_existing=True)
    if version is not None and question.version != version:
        raise QuestionStale
    if points is not None:
        question.points = clean_points(points)
    if tags is not None:
        question.tags = clean_tags(tags)
    if body is not None and body != found.body:
        if body.type != question.question_type:
            raise QuestionInvalid(reason="a question keeps its type; write another one.")
        question.version += 1
        question.words = _words(body)
        session.add(_version(question, body, question.version, actor.id))
    # The answer is read from the database.
    await session.flush()
    return (await newest(session, [question_id]))[question_id]


async def archive_question(session: Session, actor: Actor, question_id: UUID, *, archived: bool = True) -> Question:
    """Ask it no more (or again): no draw takes it. Quizzes that hold it by name keep it. Raises ``QuestionUnknown``."""
    question = (await get_question_for(session, actor, question_id)).question
    question.archived_at = (question.archived_at or clock.now()) if archived else None
    return question


async def copy_questions(session: Session, question_ids: Sequence[UUID], bank_id: UUID, author_id: UUID) -> dict[UUID, UUID]:
    """The same questions in another bank, apart from now on: from the old ids to the new ones."""
    query = select(Question).where(Question.id.in_(list(question_ids)))
    bodies = await newest(session, question_ids)
    copies: dict[UUID, UUID] = {}
    made = []
    for question in await session.scalars(query.order_by(Question.id)):
        copies[question.id] = copy_id = new_id()
        made.append(
            Question(
                id=copy_id,
                bank_id=bank_id,
                question_type=question.question_type,
                words=question.words,
                tags=list(question.tags),
                points=question.points,
            )
        )
    session.add_all(made)
    # What they say points at them.
    await session.flush()
    session.add_all(
        QuestionVersion(id=new_id(), question_id=copy_id, version=1, body=bodies[old_id].version.body, author_id=author_id)
        for old_id, copy_id in copies.items()
    )
    return copies


async def keep_rubric(
    session: Session, actor: Actor, course_id: UUID, title: str, rubric: Rubric, *, rubric_id: UUID | None = None
) -> RubricTemplate:
    """Keep a rubric to use again, or change one. Copies that were taken of it stay as they are.

    Raises ``CourseUnknown``, ``RubricUnknown``, ``QuestionInvalid``.
    """
    await courses.get_for_staff(session, actor, course_id, Right.OUTLINE)
    criteria = rubric.model_dump(mode="json")["criteria"]
    if rubric_id is None:
        made = RubricTemplate(id=new_id(), course_id=course_id, title=_title(title), criteria=criteria)
        session.add(made)
        return made
    kept = await get_rubric_for(session, actor, rubric_id)
    if kept.course_id != course_id:
        raise RubricUnknown
    kept.title, kept.criteria = _title(title), criteria
    return kept


async def remove_rubric(session: Session, actor: Actor, rubric_id: UUID) -> None:
    """Keep it no longer. Copies that were taken of it stay. Raises ``RubricUnknown``."""
    await session.delete(await get_rubric_for(session, actor, rubric_id))


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are kept: small letters, each once. Raises ``QuestionInvalid``."""
    cleaned = [" ".join(tag.split()).lower() for tag in tags]
    kept = list(dict.fromkeys(tag for tag in cleaned if tag))
    if len(kept) > TAGS_MAX or any(len(tag) > TAG_LENGTH_MAX for tag in kept):
        raise QuestionInvalid(reason=f"at most {TAGS_MAX} tags of {TAG_LENGTH_MAX} letters.")
    return kept


def clean_points(points: Decimal) -> Decimal:
    """Points in hundredths. Raises ``QuestionInvalid``."""
    if not points.is_finite() or not POINTS_MIN <= points <= POINTS_MAX or points != round(points, 2):
        raise QuestionInvalid(reason=f"its points lie between {POINTS_MIN} and {POINTS_MAX}, in hundredths.")
    return points.quantize(Decimal("0.01"))


def _version(question: Question, body: AnyQuestion, version: int, author_id: UUID) -> QuestionVersion:
    return QuestionVersion(
        id=new_id(), question_id=question.id, version=version, body=body.model_dump(mode="json"), author_id=author_id
    )


def _words(body: AnyQuestion) -> str:
    return kinds.words(body.text)[:WORDS_KEPT_MAX]


def _title(title: str) -> str:
    kept = " ".join(title.split())
    if not 1 <= len(kept) <= TITLE_MAX:
        raise QuestionInvalid(reason=f"its title has between 1 and {TITLE_MAX} letters.")
    return kept
