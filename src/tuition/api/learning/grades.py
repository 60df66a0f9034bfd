"""The gradebook of a course, and one's own grades."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import gradebook
from tuition.learning.gradebook import Book, GradeCategory, Report, Row, WaitingKind
from tuition.platform import paging

router = APIRouter(prefix="/v1/courses/{course_id}/gradebook", tags=["gradebook"], route_class=EdgeRoute)
queue = APIRouter(prefix="/v1/grading", tags=["gradebook"], route_class=EdgeRoute)
due = APIRouter(prefix="/v1/me", tags=["gradebook"], route_class=EdgeRoute)
reports = APIRouter(prefix="/v1/courses", tags=["gradebook"], route_class=EdgeRoute)
Weight = Annotated[Decimal, Field(ge=0, le=9999, examples=["1"])]


class CategoryIn(BaseModel):
    """A kind of work."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200, examples=["Essays"])
    weight: Weight = Decimal(1)
    drop_lowest: int = Field(default=0, ge=0, le=100)


class CategoryOut(CategoryIn):
    """A kind of work, as it is kept."""

    id: UUID

    @classmethod
    def of(cls, row: GradeCategory) -> CategoryOut:
        """How it is shown."""
        return cls(id=row.id, title=row.title, weight=row.weight, drop_lowest=row.drop_lowest)


class ItemIn(BaseModel):
    """How a graded lesson counts."""

    model_config = ConfigDict(extra="forbid")

    category_id: UUID | None = None
    weight: Weight = Decimal(1)
    is_hidden: bool = False


class ItemOut(ItemIn):
    """A graded lesson."""

    lesson_id: UUID
    title: str


class Letter(BaseModel):
    """A letter, and from how many percent on it is given."""

    model_config = ConfigDict(extra="forbid")

    letter: str = Field(min_length=1, max_length=10, examples=["A"])
    at_least: Decimal = Field(ge=0, le=100, max_digits=5, decimal_places=2, examples=["90"])


class SettingsIn(BaseModel):
    """Whether learners see their grades, and which letters there are."""

    model_config = ConfigDict(extra="forbid")

    is_released: bool = True
    letters: list[Letter] = Field(default=[], max_length=20)


class CellOut(BaseModel):
    """One result."""

    lesson_id: UUID
    percentage: Decimal | None
    earned: Decimal | None
    is_override: bool
    reason: str


class RowOut(BaseModel):
    """One learner's results."""

    enrollment_id: UUID
    name: str
    cells: list[CellOut]
    total: Decimal | None
    letter: str

    @classmethod
    def of(cls, row: Row) -> RowOut:
        """How it is shown."""
        cells = [
            CellOut(
                lesson_id=lesson_id,
                percentage=cell.percentage,
                earned=cell.earned,
                is_override=cell.override is not None,
                reason=cell.override.reason if cell.override else "",
            )
            for lesson_id, cell in row.cells.items()
        ]
        return cls(enrollment_id=row.enrollment.id, name=row.name, cells=cells, total=row.total, letter=row.letter)


class BookOut(BaseModel):
    """The gradebook with a page of learners."""

    is_released: bool
    letters: list[Letter]
    categories: list[CategoryOut]
    items: list[ItemOut]
    rows: list[RowOut]
    next_cursor: str | None = None

    @classmethod
    def of(cls, book: Book, rows: list[Row], next_cursor: str | None = None) -> BookOut:
        """How it is shown."""
        items = [
            ItemOut(
                lesson_id=item.lesson.id,
                title=item.lesson.title,
                category_id=item.category_id,
                weight=item.weight,
                is_hidden=item.is_hidden,
            )
            for item in book.items
        ]
        return cls(
            is_released=book.settings.is_released,
            letters=[Letter(letter=letter, at_least=Decimal(bound)) for letter, bound in book.letters],
            categories=[CategoryOut.of(row) for row in book.categories],
            items=items,
            rows=[RowOut.of(row) for row in rows],
            next_cursor=next_cursor,
        )


class OverrideIn(BaseModel):
    """A result set by hand."""

    model_config = ConfigDict(extra="forbid")

    percentage: Decimal | None = Field(ge=0, le=100, examples=["75"], description="Null: the learner is excused.")
    reason: str = Field(min_length=1, max_length=1000, examples=["Handed in on paper."])


class StopOut(BaseModel):
    """A lesson, and how many have completed it."""

    lesson_id: UUID
    title: str
    completed: int


class StrugglingOut(BaseModel):
    """Somebody who may need help."""

    enrollment_id: UUID
    name: str
    progress_percentage: Decimal
    is_away: bool = Field(description="Not seen for two weeks.")
    grade: Decimal | None


class ReportOut(BaseModel):
    """How a class is doing."""

    learners: int
    completed: int
    progress: list[int] = Field(description="How many learners are in each tenth of the course.")
    stops: list[StopOut]
    struggling: list[StrugglingOut]

    @classmethod
    def of(cls, report: Report) -> ReportOut:
        """How it is shown."""
        return cls(
            learners=report.learners,
            completed=report.completed,
            progress=report.progress,
            stops=[StopOut(lesson_id=stop.lesson.id, title=stop.lesson.title, completed=stop.completed) for stop in report.stops],
            struggling=[
                StrugglingOut(
                    enrollment_id=one.enrollment.id,
                    name=one.name,
                    progress_percentage=one.enrollment.progress_percentage,
                    is_away=one.is_away,
                    grade=one.grade,
                )
                for one in report.struggling
            ],
        )


@router.get("", summary="Show the gradebook", responses=problems(401, 404))
async def show(
    course_id: UUID,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> BookOut:
    """Categories, items, and a page of learners with their results. For who grades."""
    book, page = await gradebook.grades_page(session, actor, course_id, limit=limit, cursor=cursor)
    return BookOut.of(book, page.items, page.next_cursor)


@router.put("", summary="Configure the gradebook", responses=problems(401, 404))
async def configure(course_id: UUID, body: SettingsIn, session: Writing, actor: SignedIn) -> SettingsIn:
    """Whether learners see their grades, and which letters there are."""
    letters = [(wanted.letter, wanted.at_least) for wanted in body.letters]
    row = await gradebook.configure(session, actor, course_id, is_released=body.is_released, letters=letters)
    kept = [Letter(letter=letter, at_least=Decimal(bound)) for letter, bound in row.letters]
    return SettingsIn(is_released=row.is_released, letters=kept)


@router.get("/mine", summary="Show your grades", responses=problems(401, 403, 404))
async def mine(course_id: UUID, session: Reading, actor: SignedIn) -> BookOut:
    """Your own results, as far as they are released."""
    book, row = await gradebook.own_grades(session, actor, course_id)
    return BookOut.of(book, [row])


@router.get(
    "/export.csv",
    summary="Export the gradebook",
    response_class=Response,
    responses={**problems(401, 404), 200: {"description": "A table", "content": {"text/csv": {}}}},
)
async def export(course_id: UUID, session: Reading, actor: SignedIn) -> Response:
    """Every learner with every result, for spreadsheets; no cell acts as a formula."""
    table = await gradebook.export_csv(session, actor, course_id)
    headers = {"content-disposition": 'attachment; filename="grades.csv"', "cache-control": "private, no-store"}
    # Spreadsheets take a file for UTF-8 only when it says so.
    return Response("\ufeff" + table, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/categories", status_code=201, summary="Add a category", responses=problems(401, 404))
async def add_category(course_id: UUID, body: CategoryIn, session: Writing, actor: SignedIn) -> CategoryOut:
    """A kind of work, with its weight."""
    return CategoryOut.of(await gradebook.add_category(session, actor, course_id, **body.model_dump()))


@router.put("/categories/{category_id}", summary="Change a category", responses=problems(401, 404))
async def edit_category(course_id: UUID, category_id: UUID, body: CategoryIn, session: Writing, actor: SignedIn) -> CategoryOut:
    """Its title, its weight, how many of the lowest results are left out."""
    return CategoryOut.of(await gradebook.edit_category(session, actor, course_id, category_id, **body.model_dump()))


@router.delete("/categories/{category_id}", status_code=204, summary="Remove a category", responses=problems(401, 404))
async def remove_category(course_id: UUID, category_id: UUID, session: Writing, actor: SignedIn) -> None:
    """What was in it is in none."""
    await gradebook.remove_category(session, actor, course_id, category_id)


@router.put("/items/{lesson_id}", status_code=204, summary="Say how a lesson counts", responses=problems(401, 404))
async def set_item(course_id: UUID, lesson_id: UUID, body: ItemIn, session: Writing, actor: SignedIn) -> None:
    """Its category, its weight within it, and whether learners see it yet."""
    await gradebook.set_item(session, actor, course_id, lesson_id, **body.model_dump())


@router.put("/items/{lesson_id}/overrides/{enrollment_id}", status_code=204, summary="Set a result", responses=problems(401, 404))
async def override(
    course_id: UUID, lesson_id: UUID, enrollment_id: UUID, body: OverrideIn, session: Writing, actor: SignedIn
) -> None:
    """By hand, with the reason."""
    await gradebook.override(session, actor, course_id, lesson_id, enrollment_id, percentage=body.percentage, reason=body.reason)


@router.delete(
    "/items/{lesson_id}/overrides/{enrollment_id}",
    status_code=204,
    summary="Undo a result set by hand",
    responses=problems(401, 404),
)
async def remove_override(course_id: UUID, lesson_id: UUID, enrollment_id: UUID, session: Writing, actor: SignedIn) -> None:
    """What was earned counts again."""
    await gradebook.remove_override(session, actor, course_id, lesson_id, enrollment_id)


@reports.get("/{course_id}/report", summary="See how a class is doing", responses=problems(401, 404))
async def report(course_id: UUID, session: Reading, actor: SignedIn) -> ReportOut:
    """Progress, where people stop, who may need help. For who may see reports."""
    return ReportOut.of(await gradebook.report_of(session, actor, course_id, now=clock.now()))


class WaitingOut(BaseModel):
    """A hand-in or an essay that somebody has to grade."""

    kind: WaitingKind
    id: UUID = Field(description="The hand-in's, or the answer's.")
    submitted_at: datetime
    course_id: UUID
    course_title: str
    title: str = Field(description="The assignment's, or the quiz's.", examples=["Describe a wave"])
    words: str = Field(description="The question of an essay.")
    student_name: str
    attempt: int
    late_seconds: int
    quiz_id: UUID | None
    attempt_id: UUID | None = Field(description="The attempt of an essay; with `position` it says where it is graded.")
    position: int | None


@queue.get("", summary="List what waits to be graded", responses=problems(401, 404))
async def list_waiting(
    session: Reading,
    actor: SignedIn,
    course_id: UUID | None = None,
    kind: WaitingKind | None = None,
    lesson_id: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[WaitingOut]:
    """Hand-ins and essays of every course in which you may grade, the longest waiting first."""
    filters = gradebook.Filters(course_id, kind, lesson_id)
    page = await gradebook.waiting_page(session, actor, filters, limit=limit, cursor=cursor)
    names = [name for name in WaitingOut.model_fields if name != "submitted_at"]
    items = [WaitingOut(**{name: getattr(one, name) for name in names}, submitted_at=one.at) for one in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


class DueOut(BaseModel):
    """Something that you have to do, and by when."""

    lesson_type: str = Field(examples=["assignment"])
    title: str
    course_title: str
    course_slug: str
    lesson_slug: str
    due_at: datetime
    closes_at: datetime | None
    is_late: bool
    is_begun: bool
    is_returned: bool = Field(description="It was given back to be done again.")


@due.get("/due", summary="List what you have to do", responses=problems(401))
async def list_due(session: Reading, actor: SignedIn) -> PageOut[DueOut]:
    """Assignments and quizzes with a date that you have not handed in and that are still taken, the most urgent first."""
    found = await gradebook.due_for(session, actor.id, now=clock.now())
    return PageOut(items=[DueOut.model_validate(one, from_attributes=True) for one in found])
