"""Files of hand-ins: taken in as a stream, and forgotten in the background."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from tuition import catalog
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.learning.assignments.actions.submitting import add_file, own_draft
from tuition.learning.assignments.errors import FileRefused, FileTooLarge, SubmissionUnknown
from tuition.learning.assignments.models import SubmissionFile
from tuition.learning.assignments.queries import get_submission_for
from tuition.learning.assignments.rules import takes
from tuition.platform import jobs
from tuition.platform.database import Database
from tuition.platform.files import Store

PREFIX = "submissions"
FEEDBACK_BYTES_MAX = 100 * 2**20
MB = 2**20


@jobs.work("assignments.forget_files", retries=jobs.PATIENT)
async def forget_files(context: jobs.Context, *, prefix: str) -> None:
    """Delete one file, or everything of a hand-in."""
    assert prefix.startswith(f"{PREFIX}/"), "only files of hand-ins"
    store = context.service(Store)
    if await store.exists(prefix):
        await store.delete(prefix)
    await store.delete_prefix(prefix)


async def receive_file(
    database: Database,
    store: Store,
    actor: Actor,
    submission_id: UUID,
    *,
    file_name: str,
    chunks: AsyncIterator[bytes],
    is_feedback: bool = False,
) -> SubmissionFile:
    """Take a file in, never whole in memory, and record it once it is stored; what is refused leaves nothing behind.

    Raises ``SubmissionUnknown``, ``NotOpen``, ``FileRefused``, ``FileTooLarge``.
    """
    name = catalog.safe_name(file_name)
    async with database.transaction() as session:
        held = await get_submission_for(session, actor, submission_id)
        if is_feedback and not held.is_staff:
            raise SubmissionUnknown
        if not is_feedback:
            await own_draft(session, actor, submission_id)
            if not takes(name, held.assignment.file_types):
                raise FileRefused(name=name, reason="files of this kind are not taken here.")
        limit = FEEDBACK_BYTES_MAX if is_feedback else held.assignment.file_bytes_max
    key = f"{PREFIX}/{submission_id}/{new_id()}"
    try:
        size = await store.put(key, _limited(chunks, limit))
        if not size:
            raise FileRefused(name=name, reason="it is empty.")
        async with database.transaction() as session:
            return await add_file(session, actor, submission_id, file_name=name, size=size, file_key=key, is_feedback=is_feedback)
    except BaseException:
        await store.delete(key)
        raise


async def _limited(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > limit:
            raise FileTooLarge(limit_mb=max(1, limit // MB))
        yield chunk
