"""SCORM packages: bringing one, opening it, what it reports, and what learners have come to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from tuition.api.catalog.uploads import FileIn, UploadOut, let_go
from tuition.edge import EdgeRoute, PageOut, Reading, Services, SignedIn, Writing, problems
from tuition.kernel import clock
from tuition.learning import enrollments, packages
from tuition.learning.packages import Completion, Package, PackageLesson, PackageState, PackageStatus, Said, Standard, Success
from tuition.platform import files, paging

router = APIRouter(prefix="/v1", tags=["Packages"], route_class=EdgeRoute)
ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
LessonId = Annotated[UUID, Path(description="The lesson.", examples=[ID_EXAMPLE])]
LaunchId = Annotated[UUID, Path(description="The launch.", examples=[ID_EXAMPLE])]


class ItemOut(BaseModel):
    """Something that a package opens, or a title above such."""

    identifier: str
    title: str
    href: str = Field(description="Below the launch's address and the item's number; empty: it only stands above others.")
    depth: int
    is_sco: bool = Field(description="Whether it reports; what does not is done once it was opened.")


class StateOut(BaseModel):
    """How far you are with an item."""

    item: str
    completion: Completion
    success: Success
    percentage: Decimal | None
    seconds: int

    @classmethod
    def of(cls, row: PackageState) -> StateOut:
        """How it is shown."""
        return cls(
            item=row.item,
            completion=Completion(row.completion),
            success=Success(row.success),
            percentage=row.percentage,
            seconds=row.total_s + row.session_s,
        )


class PackageOut(BaseModel):
    """What a lesson shows, as far as it has arrived."""

    lesson_id: UUID
    version: int = Field(description="How many packages the lesson has shown; 0: none yet.")
    is_graded: bool = Field(description="Whether its score is in the gradebook. It is the word of the learner's browser.")
    standard: Standard | None
    edition: str = Field(examples=["2004 4th Edition"])
    title: str
    items: list[ItemOut]

    @classmethod
    def of(cls, row: PackageLesson, package: Package | None) -> PackageOut:
        """How it is shown."""
        listed = [packages.item_of(one) for one in package.items] if package else []
        return cls(
            lesson_id=row.lesson_id,
            version=row.version,
            is_graded=row.is_graded,
            standard=Standard(package.standard) if package and package.standard else None,
            edition=package.edition if package else "",
            title=package.title if package else "",
            items=[ItemOut.model_validate(one, from_attributes=True) for one in listed],
        )


class BroughtOut(BaseModel):
    """A package that was brought."""

    id: UUID
    file_name: str
    size: int
    status: PackageStatus
    failure: str = Field(description="Why it cannot be played, in a sentence.")
    file_count: int


class GradedIn(BaseModel):
    """Whether the score counts."""

    model_config = ConfigDict(extra="forbid")

    is_graded: bool


class LaunchIn(BaseModel):
    """How it is opened."""

    model_config = ConfigDict(extra="forbid")

    again: bool = Field(default=False, description="From its beginning, as a new attempt.")


class LaunchOut(BaseModel):
    """A package opened in one window."""

    id: UUID
    address: str = Field(
        description="Where its files are, for as long as it is open: `{address}/{number}/{href}`, where the number is the item's "
        "place among those that open something, from 0.",
        examples=["/packages/0192….sign"],
    )
    is_recorded: bool = Field(description="False for who teaches here, or only looks at a preview.")
    attempt: int
    open_until: datetime
    items: list[ItemOut]


class SecondsIn(BaseModel):
    """How long the page was in use."""

    model_config = ConfigDict(extra="forbid")

    seconds: int = Field(default=0, ge=0, le=3600, description="Since the last such word; at most a minute counts.")


class OpenOut(BaseModel):
    """How long a launch stays open."""

    open_until: datetime


class StandingOut(BaseModel):
    """How far you are in this attempt."""

    states: list[StateOut]
    is_complete: bool
    score: Decimal | None = Field(description="Of the best attempt, in percent.")

    @classmethod
    def of(cls, standing: packages.Standing) -> StandingOut:
        """How it is shown."""
        states = [StateOut.of(row) for row in standing.states.values()]
        return cls(states=states, is_complete=standing.is_complete, score=standing.score)


class ResultOut(BaseModel):
    """What a learner's attempts come to."""

    enrollment_id: UUID
    name: str
    attempts: int
    version: int | None
    is_done: bool
    score: Decimal | None
    seconds: int
    at: datetime | None


@router.get("/lessons/{lesson_id}/package", responses=problems(401, 403, 404), summary="Show a lesson's package")
async def show(lesson_id: LessonId, session: Reading, actor: SignedIn) -> PackageOut:
    """For who may open the lesson."""
    await enrollments.open_lesson(session, actor, lesson_id, now=clock.now())
    return PackageOut.of(*await packages.of_lesson(session, lesson_id))


@router.post(
    "/lessons/{lesson_id}/package/uploads", status_code=201, responses=problems(401, 404, 413), summary="Announce a package"
)
async def announce(lesson_id: LessonId, body: FileIn, session: Writing, actor: SignedIn) -> UploadOut:
    """Announce a SCORM package (a zip with `imsmanifest.xml`) for a lesson of the type `package`.

    Then send its bytes with `PUT /v1/uploads/{id}`, in parts and again after any interruption, and finish with `…/complete` here.
    """
    return UploadOut.of(await packages.begin_file(session, actor, lesson_id, **body.model_dump()))


@router.post(
    "/lessons/{lesson_id}/package/uploads/{upload_id}/complete",
    status_code=202,
    responses=problems(401, 404, 409),
    summary="Finish a package",
)
async def complete(lesson_id: LessonId, upload_id: UUID, request: Request, actor: SignedIn, services: Services) -> BroughtOut:
    """All of it has arrived: a job unpacks it. The lesson shows what it showed until that is done; attempts stay."""
    await let_go(request)
    store = services.service(files.Store)
    made = await packages.take_file(services.database, store, actor, lesson_id, upload_id)
    return BroughtOut.model_validate(made, from_attributes=True)


@router.get("/lessons/{lesson_id}/package/brought", responses=problems(401, 404), summary="Show what was brought last")
async def brought(lesson_id: LessonId, session: Reading, actor: SignedIn) -> BroughtOut:
    """How far it is, or why it cannot be played. For who writes the course."""
    await packages.get_for_staff(session, actor, lesson_id)
    found = await packages.last_brought(session, lesson_id)
    if found is None:
        raise packages.PackageUnknown
    return BroughtOut.model_validate(found, from_attributes=True)


@router.put("/lessons/{lesson_id}/package/grading", responses=problems(401, 404), summary="Say whether its score counts")
async def grade(lesson_id: LessonId, body: GradedIn, session: Writing, actor: SignedIn) -> PackageOut:
    """In the gradebook. A package's score is what the learner's own browser says."""
    await packages.set_graded(session, actor, lesson_id, is_graded=body.is_graded)
    return PackageOut.of(*await packages.of_lesson(session, lesson_id))


@router.get("/lessons/{lesson_id}/package/results", responses=problems(401, 404), summary="List what learners have come to")
async def results(
    lesson_id: LessonId,
    session: Reading,
    actor: SignedIn,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
    cursor: Annotated[str | None, Query(max_length=paging.CURSOR_LENGTH_MAX)] = None,
) -> PageOut[ResultOut]:
    """Everybody in the course, the newest first, for who may see its learners."""
    page = await packages.results_page(session, actor, lesson_id, limit=limit, cursor=cursor)
    items = [
        ResultOut(
            enrollment_id=enrollment.id,
            name=name,
            attempts=result.attempts if result else 0,
            version=result.version if result else None,
            is_done=result.is_done if result else False,
            score=result.score if result else None,
            seconds=result.seconds if result else 0,
            at=result.at if result else None,
        )
        for enrollment, name, result in page.items
    ]
    return PageOut[ResultOut](items=items, next_cursor=page.next_cursor)


@router.post(
    "/lessons/{lesson_id}/package/launches", status_code=201, responses=problems(401, 403, 404), summary="Open a package"
)
async def launch(lesson_id: LessonId, body: LaunchIn, session: Writing, actor: SignedIn) -> LaunchOut:
    """In a window of its own. Its files are fetched by the address alone, without any other credential, while it is open."""
    opened = await enrollments.open_lesson(session, actor, lesson_id, now=clock.now())
    launched = await packages.open_package(session, actor, opened, again=body.again)
    return LaunchOut(
        id=launched.launch.id,
        address=f"/packages/{packages.token_of(launched.launch.id)}",
        is_recorded=launched.launch.enrollment_id is not None,
        attempt=launched.launch.attempt,
        open_until=launched.launch.open_until,
        items=[ItemOut.model_validate(one, from_attributes=True) for one in launched.items],
    )


@router.post("/package-launches/{launch_id}/reports", responses=problems(401, 403, 404, 409), summary="Report")
async def report(launch_id: LaunchId, body: Said, session: Writing, actor: SignedIn) -> StandingOut:
    """All that an item says about its learner, as flat elements of the SCORM data model. Again is no change.

    Of several windows of one learner the newest one reports; an older one is refused with 409.
    """
    own = await packages.get_launch_for(session, actor, launch_id)
    return StandingOut.of(await packages.report(session, own, body))


@router.post("/package-launches/{launch_id}/renew", responses=problems(401, 403, 404), summary="Keep a launch open")
async def renew(launch_id: LaunchId, body: SecondsIn, session: Writing, actor: SignedIn) -> OpenOut:
    """For another quarter of an hour, if the lesson is still open to you."""
    return OpenOut(open_until=(await packages.renew(session, actor, launch_id, seconds=body.seconds)).open_until)
