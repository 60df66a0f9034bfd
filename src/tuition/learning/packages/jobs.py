"""Packages' work in the background."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tuition import catalog
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning.packages.actions.bringing import FORGET, UNPACK, accept_file, sweep, zip_of
from tuition.learning.packages.errors import PackageUnknown
from tuition.learning.packages.models import Package
from tuition.learning.packages.work import unpacking
from tuition.platform import jobs
from tuition.platform.database import Database, Session
from tuition.platform.files import Store


@jobs.work(UNPACK, retries=jobs.BRIEF)
async def unpack(context: jobs.Context, *, package_id: str) -> None:
    """Put a package's files into the store."""
    try:
        await unpacking.unpack(context, UUID(package_id))
    except Exception:
        if context.last_attempt:
            await unpacking.record_broken(context, UUID(package_id))
        raise


@jobs.work(FORGET, retries=jobs.PATIENT)
async def forget_files(context: jobs.Context, *, package_id: str) -> None:
    """Delete the files of a package that is gone."""
    await context.service(Store).delete_prefix(f"packages/{UUID(package_id)}")


@jobs.every("23 * * * *", "packages.sweep")
async def sweep_packages(session: Session, *, now: datetime) -> None:
    """Forget what no lesson shows any more."""
    await sweep(session, now=now)


async def take_file(database: Database, store: Store, actor: Actor, lesson_id: UUID, upload_id: UUID) -> Package:
    """Take in a package of which everything has arrived. Raises what ``catalog.take_upload`` and ``accept_file`` raise."""
    package_id = new_id()

    async def keep(session: Session, upload: catalog.Upload) -> Package:
        if upload.subject_id != lesson_id:
            raise PackageUnknown
        return await accept_file(session, actor, lesson_id, package_id, file_name=upload.file_name, size=upload.size)

    return await catalog.take_upload(database, store, actor, upload_id, key=zip_of(package_id), keep=keep)
