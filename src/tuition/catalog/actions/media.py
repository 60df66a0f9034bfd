"""Files that were accepted, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from tuition.catalog.actions.texts import SEARCH_TEXT_LENGTH_MAX
from tuition.catalog.errors import KindRefuses, StatusRefuses
from tuition.catalog.events import DocumentReady, MediaFailed, MediaReady
from tuition.catalog.models import Content, Document, Media, MediaRendition, MediaSegment
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.packaging import Piece
from tuition.catalog.rules.states import MediaStatus
from tuition.identity import Actor
from tuition.kernel import new_id
from tuition.platform import events, jobs
from tuition.platform.database import Session


async def accept_media(
    session: Session, content_id: UUID, *, key: str, name: str, media_type: str, size: int, sha256: str, duration_ms: int
) -> Media:
    """A checked film takes the place of the one before and waits to be packaged. What could be played still plays until then."""
    media = await _locked(session, content_id)
    assert media is not None, "a playable content has its media row from the beginning"
    if media.source_key:
        await jobs.defer(session, "catalog.forget_files", prefix=media.source_key)
    media.source_key, media.source_name, media.source_type = key, name, media_type
    media.source_size, media.source_sha256 = size, sha256
    media.duration_ms = media.duration_ms or duration_ms
    await _enqueue(session, media)
    return media


async def retry_media(session: Session, actor: Actor, content_id: UUID) -> Media:
    """Package a film again that could not be packaged. Raises ``ContentUnknown``, ``KindRefuses``, ``StatusRefuses``."""
    content = await get_owned_content(session, actor, content_id)
    media = await _locked(session, content_id)
    if media is None:
        raise KindRefuses(kind=content.kind, wish="media")
    if media.status != MediaStatus.FAILED or media.source_key is None:
        raise StatusRefuses(status=media.status, wish="packaged again")
    await _enqueue(session, media)
    return media


async def begin_packaging(session: Session, content_id: UUID, version: int) -> Media | None:
    """Take up the packaging of one version; none when a newer file has come, or it is done."""
    media = await _locked(session, content_id)
    if media is None or media.version != version or media.status not in (MediaStatus.UPLOADED, MediaStatus.PROCESSING):
        return None
    media.status, media.progress_percent = MediaStatus.PROCESSING, 0
    return media


async def record_progress(session: Session, content_id: UUID, version: int, percent: int) -> None:
    """Say how far it is."""
    media = await _locked(session, content_id)
    if media is not None and media.version == version and media.status == MediaStatus.PROCESSING:
        media.progress_percent = percent


async def finish_packaging(
    session: Session,
    content_id: UUID,
    version: int,
    *,
    prefix: str,
    poster_key: str | None,
    renditions: Sequence[dict[str, Any]],
    pieces: Sequence[Piece],
    sizes: Sequence[Sequence[int]],
) -> bool:
    """Let it be played. Whether it still was the version that is wanted; if not, its files are forgotten."""
    media = await _locked(session, content_id)
    if media is None or media.version != version or media.status != MediaStatus.PROCESSING:
        await jobs.defer(session, "catalog.forget_files", prefix=prefix)
        return False
    if media.hls_prefix and media.hls_prefix != prefix:
        await jobs.defer(session, "catalog.forget_files", prefix=media.hls_prefix)
    await session.execute(delete(MediaRendition).where(MediaRendition.content_id == content_id))
    await session.execute(delete(MediaSegment).where(MediaSegment.content_id == content_id))
    rows = [{"id": new_id(), "content_id": content_id, "position": index, **row} for index, row in enumerate(renditions)]
    await session.execute(insert(MediaRendition), rows)
    segments = [
        {
            "content_id": content_id,
            "index": index,
            "start_ms": piece.start_ms,
            "duration_ms": piece.duration_ms,
            "sizes": [rendition[index] for rendition in sizes],
        }
        for index, piece in enumerate(pieces)
    ]
    await session.execute(insert(MediaSegment), segments)
    duration_ms = pieces[-1].start_ms + pieces[-1].duration_ms
    media.status, media.progress_percent, media.failure = MediaStatus.READY, 100, None
    media.hls_prefix, media.poster_key, media.duration_ms = prefix, poster_key, duration_ms
    media.width, media.height = renditions[0]["width"], renditions[0]["height"]
    content = await session.get_one(Content, content_id, with_for_update={"key_share": True})
    content.duration_ms = duration_ms
    await events.publish(session, MediaReady(content_id, duration_ms))
    return True


async def fail_packaging(session: Session, content_id: UUID, version: int, *, prefix: str, reason: str) -> None:
    """Say why it cannot be played, and forget what was made of it."""
    media = await _locked(session, content_id)
    if media is not None and media.version == version and media.status == MediaStatus.READY:
        return  # it was done after all, and what broke was hearing of it: these files are played
    await jobs.defer(session, "catalog.forget_files", prefix=prefix)
    if media is None or media.version != version:
        return
    media.status, media.failure = MediaStatus.FAILED, reason
    content = await session.get_one(Content, content_id)
    await events.publish(session, MediaFailed(content_id, content.creator_id, reason))


async def accept_document(session: Session, content_id: UUID, *, raw_text: str, **values: Any) -> None:
    """A checked file takes the place of the document before."""
    before = await session.scalar(select(Document.file_key).where(Document.content_id == content_id))
    if before:
        await jobs.defer(session, "catalog.forget_files", prefix=before)
    row = {**values, "raw_text": raw_text}
    statement = upsert(Document).values(content_id=content_id, **row)
    await session.execute(statement.on_conflict_do_update(index_elements=["content_id"], set_=row))
    content = await session.get_one(Content, content_id)
    content.search_text = raw_text[:SEARCH_TEXT_LENGTH_MAX]
    await events.publish(session, DocumentReady(content_id))


async def accept_cover(session: Session, content_id: UUID, key: str) -> None:
    """A checked picture takes the place of the cover before."""
    content = await session.get_one(Content, content_id, with_for_update={"key_share": True})
    if content.cover_key:
        await jobs.defer(session, "catalog.forget_files", prefix=content.cover_key)
    content.cover_key = key


async def remove_cover(session: Session, actor: Actor, content_id: UUID) -> None:
    """Take the cover away; the pages draw one again. None there: nothing happens."""
    content = await get_owned_content(session, actor, content_id, lock=True)
    if content.cover_key:
        await jobs.defer(session, "catalog.forget_files", prefix=content.cover_key)
        content.cover_key = None


async def _enqueue(session: Session, media: Media) -> None:
    media.status, media.failure, media.progress_percent = MediaStatus.UPLOADED, None, 0
    media.version += 1
    await jobs.defer(session, "catalog.package_media", content_id=str(media.content_id), version=media.version)


async def _locked(session: Session, content_id: UUID) -> Media | None:
    found: Media | None = await session.scalar(
        select(Media).where(Media.content_id == content_id).with_for_update(key_share=True),
        execution_options={"populate_existing": True},
    )
    return found
