"""A learner's side: opening a package, and what its items report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from tuition.identity import Actor
from tuition.kernel import clock, new_id
from tuition.learning import enrollments
from tuition.learning.enrollments import LEARNING, OpenLesson
from tuition.learning.packages.cmi import Report, Standard, read
from tuition.learning.packages.errors import DataInvalid, LaunchUnknown, OpenedElsewhere, PackageUnknown
from tuition.learning.packages.models import Package, PackageLaunch, PackageState
from tuition.learning.packages.queries import Launched, of_lesson, result_of, states_of
from tuition.learning.packages.rules import Completion, Item, Said, Success, is_done, percentage, playable, standing
from tuition.platform.database import Session

OPEN_FOR = timedelta(minutes=15)
"""How long a launch stays open after its page was last heard of: so long files can be fetched when access has ended."""
VISIT_FOR = timedelta(hours=2)
"""For visitors of a preview, whose page does not report."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a learner is with a package, in the attempt under way."""

    states: Mapping[str, PackageState]
    is_complete: bool
    score: Decimal | None
    """Of the best attempt, in percent."""


async def open_package(session: Session, actor: Actor | None, opened: OpenLesson, *, again: bool = False) -> Launched:
    """Open the package of a lesson that is open to this person; ``again`` begins a new attempt with its first report.

    Raises ``PackageUnknown`` when there is none, or none that is ready.
    """
    row, package = await of_lesson(session, opened.lesson.id)
    if package is None:
        raise PackageUnknown
    enrollment = opened.enrollment
    records = enrollment is not None and enrollment.status in LEARNING and not opened.is_staff
    attempt = 1
    if records and enrollment is not None:
        known = select(func.max(PackageState.attempt)).where(
            PackageState.enrollment_id == enrollment.id, PackageState.lesson_id == opened.lesson.id
        )
        last = await session.scalar(known)
        attempt = (last or 0) + 1 if again or last is None else last
    launch = PackageLaunch(
        id=new_id(),
        package_id=package.id,
        lesson_id=opened.lesson.id,
        person_id=actor.id if actor else None,
        enrollment_id=enrollment.id if records and enrollment else None,
        version=row.version,
        attempt=attempt,
        open_until=clock.now() + (OPEN_FOR if actor else VISIT_FOR),
    )
    session.add(launch)
    # The page asks for its files at once.
    await session.flush()
    return Launched(launch, package)


async def get_launch_for(session: Session, actor: Actor, launch_id: UUID) -> PackageLaunch:
    """One's own launch; one that was not heard of for a while is open again only if its lesson still is.

    Raises ``LaunchUnknown``; what ``enrollments.open_lesson`` raises.
    """
    launch = await session.get(PackageLaunch, launch_id)
    if launch is None or launch.person_id != actor.id:
        raise LaunchUnknown
    if launch.open_until <= clock.now():
        await _ask_again(session, actor, launch)
    return launch


async def renew(session: Session, actor: Actor, launch_id: UUID, *, seconds: int) -> PackageLaunch:
    """Its page is still there, and was in use for so long since it last said so. Raises what ``get_launch_for`` raises."""
    launch = await get_launch_for(session, actor, launch_id)
    await _ask_again(session, actor, launch)
    if launch.enrollment_id is not None:
        await enrollments.add_time(session, launch.enrollment_id, launch.lesson_id, seconds=seconds, at=clock.now())
    return launch


async def report(session: Session, launch: PackageLaunch, said: Said) -> Standing:
    """What an item of a launch says, whole. What is not newer than its last report is known already.

    The launch is one's own (``get_launch_for``), or was found by its token while it is open (``find_launch``). Raises
    ``OpenedElsewhere``, ``DataInvalid``.
    """
    if launch.enrollment_id is None:
        return Standing({}, is_complete=False, score=None)
    # Two windows of one learner report one after the other.
    lock = func.hashtextextended(f"packages/{launch.enrollment_id}/{launch.lesson_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    package = await session.get_one(Package, launch.package_id)
    items = playable(package.items)
    found = next((one for one in items if one.identifier == said.item), None)
    if found is None:
        raise DataInvalid(element=said.item[:100], reason="the package has no such item.")
    states = await states_of(session, launch.enrollment_id, launch.lesson_id, launch.attempt)
    state = states.get(said.item)
    if state is not None and state.launch_id > launch.id:
        raise OpenedElsewhere
    if state is None or state.launch_id < launch.id or state.sequence < said.sequence:
        if not states:
            await enrollments.record_attempt(session, launch.enrollment_id, launch.lesson_id, clock.now())
        assert package.standard is not None, "what was opened is ready"
        standard = Standard(package.standard)
        reported = read(standard, said.values) if found.is_sco else Report(status="completed")
        stands = standing(standard, reported, found, is_final=said.is_final)
        _keep(session, launch, said, state, reported, stands)
        await session.flush()  # what the attempt comes to is read from the table
    return await _standing(session, launch, items)


def _keep(
    session: Session,
    launch: PackageLaunch,
    said: Said,
    state: PackageState | None,
    report: Report,
    stands: tuple[Completion, Success],
) -> None:
    assert launch.enrollment_id is not None, "only what a learner does is kept"
    if state is None:
        state = PackageState(
            id=new_id(),
            enrollment_id=launch.enrollment_id,
            lesson_id=launch.lesson_id,
            attempt=launch.attempt,
            item=said.item,
            sitting=said.sitting,
            total_s=0,
            session_s=0,
        )
        session.add(state)
    if state.sitting != said.sitting:
        state.total_s, state.session_s, state.sitting = state.total_s + state.session_s, 0, said.sitting
    state.session_s = max(state.session_s, report.session_s)
    state.launch_id, state.sequence, state.version = launch.id, said.sequence, launch.version
    state.completion, state.success = stands
    for name in ("status", "raw", "least", "most", "scaled", "progress", "location", "suspend_data", "kept"):
        setattr(state, name, getattr(report, name))
    state.percentage = percentage(report)


async def _standing(session: Session, launch: PackageLaunch, items: list[Item]) -> Standing:
    assert launch.enrollment_id is not None, "only a learner has a standing"
    wanted = [item.identifier for item in items]
    query = select(PackageState).where(
        PackageState.enrollment_id == launch.enrollment_id, PackageState.lesson_id == launch.lesson_id
    )
    everything = list(await session.scalars(query))
    result = result_of(everything, wanted) if everything else None
    if result is not None and result.is_done:
        await enrollments.complete_lesson(session, launch.enrollment_id, launch.lesson_id, at=clock.now(), score=result.score)
    states = {state.item: state for state in everything if state.attempt == launch.attempt}
    complete = all(one in states and is_done(states[one].completion, states[one].success) for one in wanted)
    return Standing(states, is_complete=complete, score=result.score if result else None)


async def _ask_again(session: Session, actor: Actor, launch: PackageLaunch) -> None:
    now: datetime = clock.now()
    await enrollments.open_lesson(session, actor, launch.lesson_id, now=now)
    launch.open_until = now + OPEN_FOR
