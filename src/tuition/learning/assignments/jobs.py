"""Files of hand-ins: put together when all of one has arrived, and forgotten in the background."""

from __future__ import annotations

from uuid import UUID

from tuition import catalog
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning.assignments.actions.files import add_file
from tuition.learning.assignments.models import SubmissionFile
from tuition.platform import jobs
from tuition.platform.database import Database, Session
from tuition.platform.files import Store

PREFIX = "submissions"


@jobs.work("assignments.forget_files", retries=jobs.PATIENT)
async def forget_files(context: jobs.Context, *, prefix: str) -> None:
    """Delete one file, or everything of a hand-in."""
    assert prefix.startswith(f"{PREFIX}/"), "only files of hand-ins"
    store = context.service(Store)
    if await store.exists(prefix):
        await store.delete(prefix)
    await store.delete_prefix(prefix)


async def take_file(database: Database, store: Store, actor: Actor, submission_id: UUID, upload_id: UUID) -> SubmissionFile:
    """Take in a file of which everything has arrived; what is refused now leaves nothing behind.

    Raises what ``catalog.take_upload`` and ``add_file`` raise.
    """
    key = f"{PREFIX}/{submission_id}/{new_id()}"

    async def keep(session: Session, upload: catalog.Upload) -> SubmissionFile:
        return await add_file(session, actor, submission_id, upload, file_key=key)

    return await catalog.take_upload(database, store, actor, upload_id, key=key, keep=keep)
