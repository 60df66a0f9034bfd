"""Finding packages, what a launch may fetch, and how far people are."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tuition import identity
from tuition.identity import Actor
from tuition.learning import courses, enrollments
from tuition.learning.courses import Course, Lesson, Right
from tuition.learning.enrollments import Enrollment
from tuition.learning.packages.cmi import Before, Standard, start
from tuition.learning.packages.errors import LaunchUnknown, PackageUnknown
from tuition.learning.packages.models import Package, PackageLaunch, PackageLesson, PackageState
from tuition.learning.packages.rules import Item, PackageStatus, is_done, playable, score_of
from tuition.platform import paging, secrets
from tuition.platform.database import AnySession

_PURPOSE = "packages.launch"


@dataclass(frozen=True, slots=True)
class Result:
    """What one learner's attempts at a package come to."""

    attempts: int
    version: int
    """Of the package that reported last."""
    done: int
    """Items done in the best attempt."""
    is_done: bool
    score: Decimal | None
    """Of the best attempt, in percent."""
    seconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Launched:
    """A launch that is open, with what it opened."""

    launch: PackageLaunch
    package: Package

    @property
    def items(self) -> list[Item]:
        """What can be opened, in its order."""
        return playable(self.package.items)


async def of_lesson(session: AnySession, lesson_id: UUID) -> tuple[PackageLesson, Package | None]:
    """A lesson's package, for whomever; the caller asks who may see it. Raises ``PackageUnknown`` for other lessons."""
    row = await session.get(PackageLesson, lesson_id)
    if row is None:
        raise PackageUnknown
    return row, await session.get(Package, row.package_id) if row.package_id else None


async def get_for_staff(
    session: AnySession, actor: Actor, lesson_id: UUID, *any_of: Right
) -> tuple[Course, Lesson, PackageLesson, Package | None]:
    """A package lesson of a course in which this person has one of these rights (none named: may change it).

    Raises ``courses.LessonUnknown`` for everybody else.
    """
    wanted = frozenset(any_of) or frozenset({Right.OUTLINE})
    lesson = await courses.find_lesson(session, lesson_id)
    rights = await courses.rights_of(session, actor, lesson.course_id) if lesson else frozenset()
    row = await session.get(PackageLesson, lesson_id) if wanted & rights else None
    if lesson is None or row is None:
        raise courses.LessonUnknown
    package = await session.get(Package, row.package_id) if row.package_id else None
    return await session.get_one(Course, lesson.course_id), lesson, row, package


async def last_brought(session: AnySession, lesson_id: UUID) -> Package | None:
    """The package that was brought last for a lesson, whatever became of it."""
    query = select(Package).where(Package.lesson_id == lesson_id).order_by(Package.id.desc()).limit(1)
    found: Package | None = await session.scalar(query)
    return found


def key_of(package_id: UUID, name: str) -> str:
    """Where a file of a package lies in the store: names are people's, keys are ours."""
    digest = hashlib.sha256(unicodedata.normalize("NFC", name).encode()).hexdigest()
    return f"packages/{package_id}/files/{digest}"


def token_of(launch_id: UUID) -> str:
    """What opens the files of a launch: signed, and worth something while the launch is open."""
    return f"{launch_id.hex}.{secrets.sign(launch_id.bytes, _PURPOSE)}"


async def find_launch(session: AnySession, token: str, *, now: datetime) -> Launched:
    """The launch of a token, while it is open. Raises ``LaunchUnknown``."""
    name, _, signature = token.partition(".")
    try:
        launch_id = UUID(hex=name)
    except ValueError as error:
        raise LaunchUnknown from error
    if not secrets.verify(launch_id.bytes, signature, _PURPOSE):
        raise LaunchUnknown
    query = (
        select(PackageLaunch, Package)
        .join(Package, Package.id == PackageLaunch.package_id)
        .where(PackageLaunch.id == launch_id, PackageLaunch.open_until > now, Package.status == PackageStatus.READY)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise LaunchUnknown
    return Launched(*row)


async def start_of(session: AnySession, launched: Launched, item: Item) -> dict[str, str]:
    """What an item finds when this launch opens it."""
    launch = launched.launch
    name, learner_id, state = "", "", None
    if launch.person_id is not None:
        people = await identity.people_by_id(session, [launch.person_id])
        name = people[launch.person_id].full_name if launch.person_id in people else ""
    if launch.enrollment_id is not None:
        # An id of this course's own: packages are other people's programs, and need not know who is who elsewhere.
        learner_id = launch.enrollment_id.hex
        state = (await states_of(session, launch.enrollment_id, launch.lesson_id, launch.attempt)).get(item.identifier)
    before = Before(
        learner_id=learner_id,
        learner_name=name,
        is_recorded=launch.enrollment_id is not None,
        mastery=item.mastery,
        threshold=item.threshold,
        launch_data=item.launch_data,
        max_time=item.max_time,
        time_limit_action=item.time_limit_action,
        **({} if state is None else _known(state)),
    )
    assert launched.package.standard is not None, "it is ready"
    return start(Standard(launched.package.standard), before)


def _known(state: PackageState) -> dict[str, Any]:
    names = ("status", "raw", "least", "most", "scaled", "progress", "location", "suspend_data", "kept")
    success = "" if state.success == "unknown" else state.success
    known = {name: getattr(state, name) for name in names}
    return known | {"is_begun": True, "success": success, "total_s": state.total_s + state.session_s}


async def states_of(session: AnySession, enrollment_id: UUID, lesson_id: UUID, attempt: int) -> dict[str, PackageState]:
    """How far a learner is in one attempt, by item."""
    query = select(PackageState).where(
        PackageState.enrollment_id == enrollment_id, PackageState.lesson_id == lesson_id, PackageState.attempt == attempt
    )
    rows = await session.scalars(query.execution_options(populate_existing=True))
    return {row.item: row for row in rows}


async def results_of(
    session: AnySession, enrollment_ids: Sequence[UUID], lesson_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], Result]:
    """What these learners' attempts come to, by enrollment and lesson. One query, and one for what the lessons show."""
    rows = await session.scalars(
        select(PackageState)
        .where(PackageState.enrollment_id.in_(list(enrollment_ids)), PackageState.lesson_id.in_(list(lesson_ids)))
        .order_by(PackageState.attempt, PackageState.id)
    )
    shown = await session.execute(
        select(PackageLesson.lesson_id, Package.items)
        .join(Package, Package.id == PackageLesson.package_id)
        .where(PackageLesson.lesson_id.in_(list(lesson_ids)))
    )
    wanted = {row.lesson_id: [item.identifier for item in playable(row.items)] for row in shown}
    found: dict[tuple[UUID, UUID], list[PackageState]] = defaultdict(list)
    for row in rows:
        found[row.enrollment_id, row.lesson_id].append(row)
    return {key: result_of(states, wanted.get(key[1], [])) for key, states in found.items()}


def result_of(states: Sequence[PackageState], wanted: Sequence[str]) -> Result:
    """What all attempts of one learner come to; ``wanted`` are the items that the lesson shows now."""
    assert states, "somebody who has not begun has no result"
    attempts: dict[int, dict[str, PackageState]] = defaultdict(dict)
    for state in states:
        attempts[state.attempt][state.item] = state
    ranked = []
    for rows in attempts.values():
        kept = [rows[item] for item in wanted if item in rows]
        done = sum(is_done(row.completion, row.success) for row in kept)
        score = score_of(row.percentage for row in kept)
        ranked.append((bool(wanted) and done == len(wanted), Decimal(-1) if score is None else score, done))
    complete, best, done = max(ranked)
    last = max(states, key=lambda state: state.updated_at)
    return Result(
        attempts=len(attempts),
        version=last.version,
        done=done,
        is_done=complete,
        score=None if best < 0 else best,
        seconds=sum(state.total_s + state.session_s for state in states),
        at=last.updated_at,
    )


async def results_page(
    session: AnySession, actor: Actor, lesson_id: UUID, *, limit: int = paging.LIMIT_USUAL, cursor: str | None = None
) -> paging.Page[tuple[Enrollment, str, Result | None]]:
    """The learners of a lesson's course, and what each has come to, for who may see that. Raises ``courses.LessonUnknown``."""
    course, *_ = await get_for_staff(session, actor, lesson_id, *enrollments.SEES_LEARNERS)
    page = await enrollments.of_course(session, course.id, limit=limit, cursor=cursor)
    results = await results_of(session, [enrollment.id for enrollment, _ in page.items], [lesson_id])
    rows = [(row, person.full_name, results.get((row.id, lesson_id))) for row, person in page.items]
    return paging.Page(rows, page.next_cursor)
