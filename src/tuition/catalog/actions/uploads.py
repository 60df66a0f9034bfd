"""The book-keeping of files on their way in. The bytes themselves are ``work.receiving``'s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from tuition.catalog.adapters.sniffing import safe_name
from tuition.catalog.errors import (
    FieldInvalid,
    KindRefuses,
    UploadClosed,
    UploadIncomplete,
    UploadOffsetWrong,
    UploadsTooMany,
    UploadTooLarge,
    UploadUnknown,
)
from tuition.catalog.models import Content, Upload, UploadPart
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.states import PLAYABLE, Kind, UploadPurpose, UploadStatus
from tuition.identity import Actor
from tuition.kernel import clock
from tuition.platform import jobs
from tuition.platform.database import AnySession, Session

OPEN_MAX = 5
"""How many unfinished uploads one person may have."""
EXPIRES_AFTER = timedelta(hours=24)
"""How long an upload waits for its next chunk."""
CHECK_STALE_AFTER = timedelta(minutes=30)
"""After this, a check that never ended (a server that died) may be begun again."""
DUE_MAX = 500
SHA256_LENGTH = 64
MB = 2**20
UNFINISHED = (UploadStatus.OPEN.value, UploadStatus.CHECKING.value)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The largest files that are taken, in bytes."""

    file_bytes: int
    picture_bytes: int

    def of(self, purpose: UploadPurpose) -> int:
        """The limit for a purpose."""
        return self.picture_bytes if purpose is UploadPurpose.COVER else self.file_bytes


async def begin_upload(
    session: Session,
    actor: Actor,
    content_id: UUID,
    purpose: UploadPurpose,
    *,
    file_name: str,
    size: int,
    limits: UploadLimits,
    sha256: str | None = None,
    subject_id: UUID | None = None,
) -> Upload:
    """Announce a file of ``size`` bytes for one of the actor's contents; ``subject_id``: what of a room above waits for it.

    Raises ``ContentUnknown``, ``KindRefuses``, ``FieldInvalid``, ``UploadTooLarge``, ``UploadsTooMany``.
    """
    content = await get_owned_content(session, actor, content_id)
    _check_purpose(content, purpose)
    limit = limits.of(purpose)
    return await _begin(session, actor, content_id, purpose, file_name, size, limit=limit, sha256=sha256, subject_id=subject_id)


async def begin_upload_of_work(
    session: Session,
    actor: Actor,
    content_id: UUID,
    subject_id: UUID,
    *,
    file_name: str,
    size: int,
    limit: int,
    sha256: str | None = None,
) -> Upload:
    """Announce a file for something of a room above, which has asked whether this person may.

    Raises ``FieldInvalid``, ``UploadTooLarge``, ``UploadsTooMany``.
    """
    purpose = UploadPurpose.WORK
    return await _begin(session, actor, content_id, purpose, file_name, size, limit=limit, sha256=sha256, subject_id=subject_id)


async def _begin(
    session: Session,
    actor: Actor,
    content_id: UUID,
    purpose: UploadPurpose,
    file_name: str,
    size: int,
    *,
    limit: int,
    sha256: str | None,
    subject_id: UUID | None = None,
) -> Upload:
    if size < 1:
        raise FieldInvalid(field="size", reason="an empty file cannot be uploaded")
    if size > limit:
        raise UploadTooLarge(limit_mb=max(1, limit // MB))
    if sha256 is not None and (len(sha256) != SHA256_LENGTH or set(sha256.lower()) - set("0123456789abcdef")):
        raise FieldInvalid(field="sha256", reason="give 64 hexadecimal digits")
    # Two begun at once are counted one after the other.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"catalog/uploads/{actor.id}", 0))))
    unfinished = select(func.count()).where(Upload.person_id == actor.id, Upload.status.in_(UNFINISHED))
    if (await session.scalar(unfinished) or 0) >= OPEN_MAX:
        raise UploadsTooMany(limit=OPEN_MAX)
    upload = Upload(
        person_id=actor.id,
        content_id=content_id,
        purpose=str(purpose),
        subject_id=subject_id,
        file_name=safe_name(file_name),
        size=size,
        received=0,
        sha256=sha256.lower() if sha256 else None,
        status=UploadStatus.OPEN,
        expires_at=clock.now() + EXPIRES_AFTER,
    )
    session.add(upload)
    # The caller needs the row's times.
    await session.flush()
    return upload


async def get_upload_for(session: AnySession, actor: Actor, upload_id: UUID) -> Upload:
    """One of the actor's own uploads. Raises ``UploadUnknown``."""
    upload = await session.scalar(select(Upload).where(Upload.id == upload_id, Upload.person_id == actor.id))
    if upload is None:
        raise UploadUnknown
    return upload


async def unfinished_uploads(session: AnySession, actor: Actor, *, subject_id: UUID | None = None) -> list[Upload]:
    """What the actor began and has not finished, oldest first: everything, or what was begun for one subject."""
    query = select(Upload).where(Upload.person_id == actor.id, Upload.status.in_(UNFINISHED)).order_by(Upload.id)
    if subject_id is not None:
        query = query.where(Upload.subject_id == subject_id)
    return list(await session.scalars(query))


async def subject_waiting_for(session: AnySession, content_id: UUID) -> UUID | None:
    """What of a room above waits for the file that a content was given last; none: nothing does."""
    query = select(Upload.subject_id).where(Upload.content_id == content_id, Upload.status == UploadStatus.COMPLETED)
    query = query.where(Upload.purpose.in_([UploadPurpose.MEDIA, UploadPurpose.DOCUMENT]))
    found: UUID | None = await session.scalar(query.order_by(Upload.id.desc()).limit(1))
    return found


async def contents_for_subject(session: AnySession, subject_id: UUID) -> list[UUID]:
    """The contents whose files were sent for it, the newest first."""
    query = select(Upload.content_id).where(Upload.subject_id == subject_id, Upload.status == UploadStatus.COMPLETED)
    return list(await session.scalars(query.order_by(Upload.id.desc()).limit(OPEN_MAX)))


async def empty_for_subject(session: AnySession, actor: Actor, subject_id: UUID) -> Content | None:
    """A content that the actor began for it and whose file never arrived: to be used, instead of another one beside it."""
    arrived = select(Upload.content_id).where(Upload.subject_id == subject_id, Upload.status == UploadStatus.COMPLETED)
    query = (
        select(Content)
        .join(Upload, Upload.content_id == Content.id)
        .where(Upload.subject_id == subject_id, Upload.person_id == actor.id, Upload.purpose != UploadPurpose.WORK)
        .where(Content.id.not_in(arrived), Content.creator_id == actor.id, Content.deleted_at.is_(None))
    )
    found: Content | None = await session.scalar(query.order_by(Content.id.desc()).limit(1))
    return found


def check_offset(upload: Upload, start: int) -> None:
    """Raise ``UploadClosed`` or ``UploadOffsetWrong`` unless the upload takes bytes from ``start`` on."""
    if upload.status != UploadStatus.OPEN:
        raise UploadClosed(status=upload.status)
    if start != upload.received:
        raise UploadOffsetWrong(expected=upload.received, offset=start)


async def record_part(session: Session, actor: Actor, upload_id: UUID, *, start: int, size: int, file_key: str) -> Upload:
    """Count bytes that have arrived and are kept. Of two that bring the same bytes, the second is refused.

    Raises ``UploadUnknown``, ``UploadClosed``, ``UploadOffsetWrong``, ``UploadTooLarge``.
    """
    upload = await _locked(session, actor, upload_id)
    check_offset(upload, start)
    if start + size > upload.size:
        raise UploadTooLarge(limit_mb=upload.size // MB)
    session.add(UploadPart(upload_id=upload_id, start=start, size=size, file_key=file_key))
    upload.received = start + size
    upload.expires_at = clock.now() + EXPIRES_AFTER
    return upload


async def begin_check(session: Session, actor: Actor, upload_id: UUID) -> tuple[Upload, list[UploadPart]]:
    """All bytes are here: take no more, and say where they are.

    Raises ``UploadUnknown``, ``UploadClosed``, ``UploadIncomplete``.
    """
    upload = await _locked(session, actor, upload_id)
    is_stale = upload.status == UploadStatus.CHECKING and upload.updated_at < clock.now() - CHECK_STALE_AFTER
    if upload.status != UploadStatus.OPEN and not is_stale:
        raise UploadClosed(status=upload.status)
    if upload.received < upload.size:
        raise UploadIncomplete(received=upload.received, size=upload.size)
    upload.status, upload.updated_at = UploadStatus.CHECKING, clock.now()
    parts = await session.scalars(select(UploadPart).where(UploadPart.upload_id == upload_id).order_by(UploadPart.start))
    return upload, list(parts)


async def close_upload(session: Session, upload_id: UUID, status: UploadStatus, *, failure: str | None = None) -> Upload | None:
    """End an unfinished upload and let its bytes be forgotten; none when it had ended already."""
    query = select(Upload).where(Upload.id == upload_id, Upload.status.in_(UNFINISHED)).with_for_update()
    upload: Upload | None = await session.scalar(query, execution_options={"populate_existing": True})
    if upload is None:
        return None
    upload.status, upload.failure = status, failure
    await session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))
    await jobs.defer(session, "catalog.forget_files", prefix=parts_prefix(upload_id))
    return upload


async def cancel_upload(session: Session, actor: Actor, upload_id: UUID) -> None:
    """Give an upload up. Again is no change. Raises ``UploadUnknown``; ``UploadClosed`` when it was finished."""
    upload = await get_upload_for(session, actor, upload_id)
    if upload.status == UploadStatus.COMPLETED:
        raise UploadClosed(status=upload.status)
    await close_upload(session, upload.id, UploadStatus.CANCELLED)


async def sweep_uploads(session: Session, *, now: datetime) -> int:
    """End the uploads that nobody continued; returns how many."""
    query = select(Upload.id).where(Upload.status.in_(UNFINISHED), Upload.expires_at <= now).limit(DUE_MAX)
    due = list(await session.scalars(query))
    for upload_id in due:
        await close_upload(session, upload_id, UploadStatus.EXPIRED)
    return len(due)


def parts_prefix(upload_id: UUID) -> str:
    """Where the file store keeps the chunks of an upload."""
    return f"uploads/{upload_id}"


async def _locked(session: Session, actor: Actor, upload_id: UUID) -> Upload:
    query = select(Upload).where(Upload.id == upload_id, Upload.person_id == actor.id).with_for_update()
    upload: Upload | None = await session.scalar(query, execution_options={"populate_existing": True})
    if upload is None:
        raise UploadUnknown
    return upload


def _check_purpose(content: Content, purpose: UploadPurpose) -> None:
    kind = Kind(content.kind)
    fits = {
        UploadPurpose.MEDIA: kind in PLAYABLE,
        UploadPurpose.DOCUMENT: kind is Kind.DOCUMENT,
        UploadPurpose.COVER: True,
        UploadPurpose.WORK: False,
    }
    if not fits[purpose]:
        raise KindRefuses(kind=kind, wish=f"{purpose} file")
