"""What the catalogue knows of a person: what they made, and the names of the files that they sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.catalog.actions.uploads import UNFINISHED, close_upload
from tuition.catalog.models import Content, Document, Media, Upload
from tuition.catalog.rules.states import Status, UploadStatus
from tuition.kernel import clock
from tuition.platform.database import AnySession, Session


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Everything that they made, whatever its state, and every file that they sent."""
    contents = await session.scalars(select(Content).where(Content.creator_id == person_id).order_by(Content.id))
    sent = await session.scalars(select(Upload).where(Upload.person_id == person_id).order_by(Upload.id))
    shown = (
        "id",
        "kind",
        "title",
        "slug",
        "description",
        "tags",
        "language",
        "visibility",
        "status",
        "published_at",
        "deleted_at",
    )
    return {
        "contents": [{name: _plain(getattr(content, name)) for name in shown} for content in contents],
        "uploads": [
            {"id": str(upload.id), "file_name": upload.file_name, "size": upload.size, "sent_at": upload.created_at.isoformat()}
            for upload in sent
        ],
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Forget file names and drafts. What was published stays: others bought it, and its author's name is emptied elsewhere."""
    unfinished = select(Upload.id).where(Upload.person_id == person_id, Upload.status.in_(UNFINISHED))
    for upload_id in list(await session.scalars(unfinished)):
        await close_upload(session, upload_id, UploadStatus.CANCELLED)
    await session.execute(update(Upload).where(Upload.person_id == person_id).values(file_name=""))
    made = select(Content.id).where(Content.creator_id == person_id)
    await session.execute(update(Media).where(Media.content_id.in_(made)).values(source_name=""))
    await session.execute(update(Document).where(Document.content_id.in_(made)).values(file_name=""))
    unpublished = (Status.DRAFT.value, Status.SCHEDULED.value)
    drafts = select(Content).where(Content.creator_id == person_id, Content.status.in_(unpublished), Content.deleted_at.is_(None))
    for draft in await session.scalars(drafts):
        draft.deleted_at, draft.slug = clock.now(), f"deleted-{draft.id.hex}"
        draft.status, draft.publish_at = Status.DRAFT, None


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool | list) else str(value)
