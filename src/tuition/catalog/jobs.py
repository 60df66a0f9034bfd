"""The catalogue's work in the background."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tuition.catalog.actions import publishing, uploads
from tuition.catalog.work import packaging
from tuition.platform import jobs
from tuition.platform.database import Session
from tuition.platform.files import Store

MEDIA_QUEUE = "media"
"""A queue of its own: an hour of encoding must not keep a receipt waiting."""


@jobs.work("catalog.package_media", retries=3, queue=MEDIA_QUEUE)
async def package_media(context: jobs.Context, *, content_id: str, version: int) -> None:
    """Make a film playable."""
    try:
        await packaging.package_media(context.database, context.service(Store), UUID(content_id), version)
    except Exception:
        if context.last_attempt:
            await packaging.record_broken(context.database, UUID(content_id), version)
        raise


@jobs.work("catalog.forget_files", retries=jobs.PATIENT)
async def forget_files(context: jobs.Context, *, prefix: str) -> None:
    """Delete one file, or everything under a prefix."""
    assert prefix.startswith(("uploads/", "contents/")), "the catalogue deletes its own files only"
    store = context.service(Store)
    if await store.exists(prefix):
        await store.delete(prefix)
    await store.delete_prefix(prefix)


@jobs.every("* * * * *", "catalog.publish_due")
async def publish_due(session: Session, *, now: datetime) -> None:
    """Publish what was scheduled."""
    await publishing.run_due(session, now=now)


@jobs.every("7 * * * *", "catalog.sweep_uploads")
async def sweep_uploads(session: Session, *, now: datetime) -> None:
    """End the uploads that nobody continued."""
    await uploads.sweep_uploads(session, now=now)
