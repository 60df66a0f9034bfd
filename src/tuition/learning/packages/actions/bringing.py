"""A teacher's side: a package arrives for a lesson, and whether its score counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, or_, select

from tuition import catalog
from tuition.identity import Actor
from tuition.learning import courses
from tuition.learning.packages.manifest import Manifest
from tuition.learning.packages.models import Package, PackageLaunch, PackageLesson
from tuition.learning.packages.queries import get_for_staff
from tuition.learning.packages.rules import PACKAGE_BYTES_MAX, PackageStatus
from tuition.platform import audit, jobs
from tuition.platform.database import Session

UNPACK = "packages.unpack"
FORGET = "packages.forget_files"
KEPT_FOR = timedelta(hours=24)
"""How long what no lesson shows (a former version, a failure) stays: somebody may have it open, or read why."""
DUE_MAX = 100


def zip_of(package_id: UUID) -> str:
    """Where a package lies as it arrived, until it is unpacked."""
    return f"packages/{package_id}/package.zip"


async def begin_file(
    session: Session, actor: Actor, lesson_id: UUID, *, file_name: str, size: int, sha256: str | None = None
) -> catalog.Upload:
    """Announce the package of a lesson. Raises ``courses.LessonUnknown``; what ``catalog.begin_upload_of_work`` raises."""
    course, lesson, *_ = await get_for_staff(session, actor, lesson_id)
    return await catalog.begin_upload_of_work(
        session, actor, course.id, lesson.id, file_name=file_name, size=size, limit=PACKAGE_BYTES_MAX, sha256=sha256
    )


async def accept_file(session: Session, actor: Actor, lesson_id: UUID, package_id: UUID, *, file_name: str, size: int) -> Package:
    """It has arrived, and lies in the store under ``zip_of``: a job unpacks it."""
    await get_for_staff(session, actor, lesson_id)
    package = Package(id=package_id, lesson_id=lesson_id, brought_by=actor.id, file_name=file_name, size=size)
    session.add(package)
    await session.flush()  # the caller shows the row
    await jobs.record_progress(session, ("package", package.id), UNPACK, done=0, total=0)
    await jobs.defer(session, UNPACK, package_id=str(package.id))
    return package


async def set_graded(session: Session, actor: Actor, lesson_id: UUID, *, is_graded: bool) -> PackageLesson:
    """Whether the package's score is in the gradebook. Raises ``courses.LessonUnknown``."""
    *_, row, _package = await get_for_staff(session, actor, lesson_id, courses.Right.OUTLINE, courses.Right.GRADE)
    if row.is_graded != is_graded:
        row.is_graded = is_graded
        await audit.record(session, actor.id, "packages.graded", subject=("lesson", lesson_id), details={"is_graded": is_graded})
    return row


async def finish_unpacking(session: Session, package_id: UUID, manifest: Manifest, *, file_count: int, is_framed: bool) -> None:
    """All its files are in the store: the lesson shows it from now on, unless a newer one was faster."""
    package = await session.get_one(Package, package_id, with_for_update=True, populate_existing=True)
    package.standard, package.edition, package.title = manifest.standard, manifest.edition, manifest.title
    package.items = [item.row() for item in manifest.items]
    package.file_count, package.is_framed, package.status = file_count, is_framed, PackageStatus.READY
    await session.flush()  # the lesson points at it
    row = await session.get(PackageLesson, package.lesson_id, with_for_update=True) if package.lesson_id else None
    if row is not None and (row.package_id is None or row.package_id < package.id):
        row.package_id, row.version = package.id, row.version + 1


async def fail_unpacking(session: Session, package_id: UUID, reason: str) -> None:
    """It cannot be played, and nothing of it is kept."""
    package = await session.get_one(Package, package_id, with_for_update=True, populate_existing=True)
    package.status, package.failure = PackageStatus.FAILED, reason
    await jobs.record_progress(session, ("package", package_id), UNPACK, done=0, total=0, state="failed", message=reason)


async def begin_unpacking(session: Session, package_id: UUID) -> bool:
    """Whether it is still to be unpacked."""
    package = await session.get(Package, package_id, with_for_update=True)
    if package is None or package.status in (PackageStatus.READY, PackageStatus.FAILED):
        return False
    package.status = PackageStatus.UNPACKING
    return True


async def sweep(session: Session, *, now: datetime) -> int:
    """Forget launches that are over, and packages that no lesson shows and nobody has open; returns how many packages."""
    await session.execute(delete(PackageLaunch).where(PackageLaunch.open_until < now - KEPT_FOR))
    shown = exists().where(PackageLesson.package_id == Package.id)
    opened = exists().where(PackageLaunch.package_id == Package.id, PackageLaunch.open_until > now)
    over = or_(Package.status == PackageStatus.READY, Package.status == PackageStatus.FAILED, Package.lesson_id.is_(None))
    due = select(Package.id).where(over, ~shown, ~opened, Package.updated_at < now - KEPT_FOR).limit(DUE_MAX)
    gone = list(await session.scalars(due))
    await session.execute(delete(Package).where(Package.id.in_(gone)))
    for package_id in gone:
        await jobs.defer(session, FORGET, package_id=str(package_id))
    return len(gone)
