"""Quizzes: their rules, what they ask, exceptions, figures."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from tuition.api.learning.quizzes.shapes import (
    ID_EXAMPLE,
    QUESTION_EXAMPLE,
    AttemptOut,
    Input,
    Points,
    QuestionId,
    QuestionOut,
    QuizId,
    QuizOut,
    Tags,
)
from tuition.edge import EdgeRoute, Reading, SignedIn, Writing, problems
from tuition.learning import courses, quizzes
from tuition.learning.courses import Right
from tuition.learning.questions import AnyQuestion
from tuition.learning.quizzes import GradingPolicy, QuizType, ShowAnswers

router = APIRouter(prefix="/v1", tags=["Quizzes"], route_class=EdgeRoute)
EDITED_OR_GRADED = (Right.OUTLINE, Right.GRADE, Right.REPORTS)


class QuizzesOut(BaseModel):
    """The quizzes of a course, the oldest first."""

    items: list[QuizOut]


class QuizChangesIn(Input):
    """What is to change. What is left out stays as it is; null takes a limit away."""

    title: str = Field(default="", min_length=1, max_length=500, examples=["Prime numbers"])
    description: str = Field(default="", max_length=20_000)
    quiz_type: QuizType = QuizType.GRADED
    passing_score: Decimal = Field(default=Decimal(70), ge=0, le=100, decimal_places=2, examples=["70.00"])
    time_limit_minutes: int | None = Field(default=None, ge=1, le=10_080, examples=[20])
    max_attempts: int | None = Field(default=None, ge=1, le=1000, examples=[2])
    grading_policy: GradingPolicy = GradingPolicy.HIGHEST
    shuffle_questions: bool = True
    shuffle_options: bool = True
    show_answers: ShowAnswers = ShowAnswers.AFTER_SUBMIT
    opens_at: AwareDatetime | None = Field(default=None, examples=[None])
    closes_at: AwareDatetime | None = Field(default=None, examples=[None])
    is_published: bool = False


class CoverOut(BaseModel):
    """A quiz as you stand before it."""

    quiz: QuizOut
    question_count: int
    points: Decimal
    time_limit_minutes: int | None = Field(description="Yours, with what was granted to you.")
    attempts_max: int | None
    attempts_left: int | None = Field(description="Null: any number.")
    opens_at: datetime | None
    closes_at: datetime | None
    obstacle: str = Field(
        description="Why none can begin now: enroll, empty, not_yet_open, closed, used_up; or empty.", examples=[""]
    )
    result: Decimal | None = Field(description="What your graded attempts come to, in percent.", examples=["75.00"])
    attempts: list[AttemptOut]


class ListedOut(BaseModel):
    """A question that everybody gets."""

    points: Decimal
    order_index: int
    question: QuestionOut


class DrawOut(BaseModel):
    """Questions that are drawn anew for each attempt."""

    id: UUID
    bank_id: UUID
    tag: str = Field(description="Empty: any question of the bank.")
    count: int
    points: Decimal = Field(description="What each is worth.")


class ContentsOut(BaseModel):
    """What a quiz asks, with keys, for its staff."""

    questions: list[ListedOut]
    draws: list[DrawOut]
    question_count: int
    points: Decimal

    @classmethod
    def of(cls, found: quizzes.Contents) -> ContentsOut:
        """How it is shown."""
        return cls(
            questions=[
                ListedOut(points=one.row.points, order_index=one.row.order_index, question=QuestionOut.of(one.asked))
                for one in found.listed
            ],
            draws=[DrawOut.model_validate(draw, from_attributes=True) for draw in found.draws],
            question_count=found.count,
            points=found.points,
        )


class AddIn(Input):
    """Questions of banks, or a new one."""

    question_ids: list[UUID] = Field(default_factory=list, max_length=300, description="Questions of banks that you may use.")
    body: AnyQuestion | None = Field(
        default=None, description="A new question, which goes into the quiz's own bank.", examples=[QUESTION_EXAMPLE]
    )
    points: Points | None = Field(default=None, description="What each is worth here; left out: what it is usually worth.")
    tags: Tags = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_of_both(self) -> AddIn:
        if bool(self.question_ids) == (self.body is not None):
            raise ValueError("name questions, or write one")
        return self


class QuizOrderIn(Input):
    """All its questions in their order."""

    question_ids: list[UUID] = Field(max_length=300)


class PointsIn(Input):
    """What a question is worth."""

    points: Points


class DrawIn(Input):
    """What to draw."""

    bank_id: UUID = Field(examples=[ID_EXAMPLE])
    tag: str = Field(default="", max_length=60)
    count: int = Field(ge=1, le=100, examples=[5])
    points: Points = Decimal("1.00")


class QuizOverrideIn(Input):
    """Other rules for one learner or one group; everything left out: the quiz's own again."""

    enrollment_id: UUID | None = Field(default=None, examples=[ID_EXAMPLE])
    group_id: UUID | None = Field(default=None, examples=[None])
    extra_minutes: int = Field(default=0, ge=0, le=10_080, examples=[10])
    extra_attempts: int = Field(default=0, ge=0, le=1000)
    closes_at: AwareDatetime | None = Field(default=None, examples=[None])


class QuizOverrideOut(BaseModel):
    """Other rules for one learner or one group."""

    id: UUID
    enrollment_id: UUID | None
    group_id: UUID | None
    extra_minutes: int
    extra_attempts: int
    closes_at: datetime | None


class QuizOverridesOut(BaseModel):
    """Every exception of a quiz."""

    items: list[QuizOverrideOut]


class QuestionStatisticsOut(BaseModel):
    """One question in figures, over all graded attempts."""

    question_id: UUID
    words: str
    question_type: str
    attempts: int
    blank: int
    facility: Decimal | None = Field(description="The mean share of its points: 1 is easy, 0 is hard.", examples=["0.640"])
    discrimination: Decimal | None = Field(
        description="Correlation with the rest of the attempt, from ten attempts on. Below 0, look at the key.",
        examples=["0.410"],
    )


class StatisticsOut(BaseModel):
    """A quiz in figures, over its graded attempts."""

    attempts: int
    average: Decimal | None = Field(description="In percent.", examples=["71.50"])
    passed: int
    median_seconds: int | None
    scores: list[int] = Field(description="How many reached 0-10 %, 10-20 %, … 90-100 %.")
    questions: list[QuestionStatisticsOut] = Field(description="The hardest first.")


@router.get("/courses/{course_id}/quizzes", responses=problems(401, 404), summary="List the quizzes of a course")
async def list_quizzes(course_id: Annotated[UUID, Path(examples=[ID_EXAMPLE])], session: Reading, actor: SignedIn) -> QuizzesOut:
    """For its staff. A quiz comes into being with its lesson."""
    if not set(EDITED_OR_GRADED) & await courses.rights_of(session, actor, course_id):
        raise courses.CourseUnknown
    return QuizzesOut(items=[QuizOut.of(quiz) for quiz in await quizzes.quizzes_of_course(session, course_id)])


@router.get("/quizzes/{quiz_id}", responses=problems(401, 403, 404), summary="Show a quiz")
async def show_quiz(quiz_id: QuizId, session: Writing, actor: SignedIn) -> CoverOut:
    """Its rules as they hold for you, and your attempts. One whose time is over is handed in by looking."""
    found = await quizzes.cover(session, actor, quiz_id)
    limit = found.terms.time_limit
    return CoverOut(
        quiz=QuizOut.of(found.quiz),
        question_count=found.questions,
        points=found.points,
        time_limit_minutes=None if limit is None else int(limit.total_seconds() // 60),
        attempts_max=found.terms.attempts_max,
        attempts_left=found.attempts_left,
        opens_at=found.terms.opens_at,
        closes_at=found.terms.closes_at,
        obstacle=found.obstacle,
        result=found.result,
        attempts=[AttemptOut.of(attempt) for attempt in found.attempts],
    )


@router.patch("/quizzes/{quiz_id}", responses=problems(401, 404, 409), summary="Change a quiz")
async def edit_quiz(quiz_id: QuizId, body: QuizChangesIn, session: Writing, actor: SignedIn) -> QuizOut:
    """Attempts in progress keep their questions; more time reaches them at once, less does not."""
    return QuizOut.of(await quizzes.edit_quiz(session, actor, quiz_id, body.model_dump(exclude_unset=True)))


@router.get("/quizzes/{quiz_id}/questions", responses=problems(401, 404), summary="List what a quiz asks")
async def list_questions(quiz_id: QuizId, session: Reading, actor: SignedIn) -> ContentsOut:
    """With keys, for its staff."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, *EDITED_OR_GRADED)
    return ContentsOut.of(await quizzes.contents_of(session, quiz.id))


@router.post("/quizzes/{quiz_id}/questions", status_code=201, responses=problems(401, 404), summary="Add questions to a quiz")
async def add_questions(quiz_id: QuizId, body: AddIn, session: Writing, actor: SignedIn) -> ContentsOut:
    """At its end. What is there already stays where it is."""
    if body.body is not None:
        points = body.points or Decimal(1)
        await quizzes.write_question(session, actor, quiz_id, body.body, points=points, tags=body.tags)
    else:
        await quizzes.add_to_quiz(session, actor, quiz_id, body.question_ids, points=body.points)
    return ContentsOut.of(await quizzes.contents_of(session, quiz_id))


@router.put("/quizzes/{quiz_id}/questions", responses=problems(401, 404), summary="Put a quiz in order")
async def reorder(quiz_id: QuizId, body: QuizOrderIn, session: Writing, actor: SignedIn) -> ContentsOut:
    """All its questions, each once. Drawn ones come after them."""
    await quizzes.reorder(session, actor, quiz_id, body.question_ids)
    # The list that is answered is read from the database.
    await session.flush()
    return ContentsOut.of(await quizzes.contents_of(session, quiz_id))


@router.patch(
    "/quizzes/{quiz_id}/questions/{question_id}", responses=problems(401, 404), summary="Change what a question is worth"
)
async def change_points(
    quiz_id: QuizId, question_id: QuestionId, body: PointsIn, session: Writing, actor: SignedIn
) -> ContentsOut:
    """In attempts that begin from now on."""
    await quizzes.change_points(session, actor, quiz_id, question_id, body.points)
    # The list that is answered is read from the database.
    await session.flush()
    return ContentsOut.of(await quizzes.contents_of(session, quiz_id))


@router.delete(
    "/quizzes/{quiz_id}/questions/{question_id}", status_code=204, responses=problems(401, 404), summary="Take a question out"
)
async def remove_question(quiz_id: QuizId, question_id: QuestionId, session: Writing, actor: SignedIn) -> None:
    """It stays in its bank, and in attempts that have it."""
    await quizzes.remove_from_quiz(session, actor, quiz_id, question_id)


@router.post("/quizzes/{quiz_id}/draws", status_code=201, responses=problems(401, 404), summary="Draw questions")
async def add_draw(quiz_id: QuizId, body: DrawIn, session: Writing, actor: SignedIn) -> DrawOut:
    """So many of a bank, perhaps with a tag, anew for each attempt, none twice in one."""
    made = await quizzes.add_draw(session, actor, quiz_id, body.bank_id, count=body.count, tag=body.tag, points=body.points)
    return DrawOut.model_validate(made, from_attributes=True)


@router.delete("/quizzes/{quiz_id}/draws/{draw_id}", status_code=204, responses=problems(401, 404), summary="Draw no more")
async def remove_draw(
    quiz_id: QuizId, draw_id: Annotated[UUID, Path(examples=[ID_EXAMPLE])], session: Writing, actor: SignedIn
) -> None:
    """Attempts that have begun keep what was drawn for them."""
    await quizzes.remove_draw(session, actor, quiz_id, draw_id)


@router.get("/quizzes/{quiz_id}/overrides", responses=problems(401, 404), summary="List the exceptions of a quiz")
async def list_overrides(quiz_id: QuizId, session: Reading, actor: SignedIn) -> QuizOverridesOut:
    """More time, more attempts, a later end: for whom."""
    quiz = await quizzes.get_quiz_for_staff(session, actor, quiz_id, Right.OUTLINE, Right.GRADE)
    found = await quizzes.overrides_of(session, quiz.id)
    return QuizOverridesOut(items=[QuizOverrideOut.model_validate(one, from_attributes=True) for one in found])


@router.put("/quizzes/{quiz_id}/overrides", responses=problems(401, 404), summary="Make an exception")
async def set_override(quiz_id: QuizId, body: QuizOverrideIn, session: Writing, actor: SignedIn) -> QuizOverridesOut:
    """For one learner or one group, instead of what was granted before. An attempt in progress gets its minutes at once."""
    await quizzes.set_override(session, actor, quiz_id, **body.model_dump())
    found = await quizzes.overrides_of(session, quiz_id)
    return QuizOverridesOut(items=[QuizOverrideOut.model_validate(one, from_attributes=True) for one in found])


@router.get("/quizzes/{quiz_id}/statistics", responses=problems(401, 404), summary="Show a quiz in figures")
async def statistics(quiz_id: QuizId, session: Reading, actor: SignedIn) -> StatisticsOut:
    """How hard each question is, and whether it tells those who know from those who do not."""
    return StatisticsOut.model_validate(await quizzes.statistics_of(session, actor, quiz_id), from_attributes=True)
