"""Bytes on their way in: kept chunk by chunk, put together, looked at, accepted or refused.

Chunks go to the file store, so that any process on any machine can take the next one. Nothing is ever whole in memory.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from tuition.catalog.actions.media import accept_cover, accept_document, accept_media
from tuition.catalog.actions.uploads import begin_check, check_offset, close_upload, get_upload_for, parts_prefix, record_part
from tuition.catalog.errors import FileRefused, UploadTooLarge, UploadUnknown
from tuition.catalog.models import Upload, UploadPart
from tuition.catalog.queries.contents import get_owned_content
from tuition.catalog.rules.states import Kind, UploadPurpose, UploadStatus
from tuition.catalog.work.inspecting import inspect_document, inspect_media, inspect_picture
from tuition.identity import Actor
from tuition.kernel import DomainError, new_id
from tuition.platform.database import Database, Session
from tuition.platform.files import Store

PART_BYTES = 16 * 2**20
"""What is kept and counted at once: what an interruption can lose at most."""
MB = 2**20
Kept = TypeVar("Kept")


async def receive(
    database: Database, store: Store, actor: Actor, upload_id: UUID, *, start: int, chunks: AsyncIterator[bytes]
) -> Upload:
    """Take bytes from ``start`` on, as many as come; what has arrived counts even when the connection breaks.

    Raises ``UploadUnknown``, ``UploadClosed``, ``UploadOffsetWrong``, ``UploadTooLarge``.
    """
    async with database.reading() as reading:
        upload = await get_upload_for(reading, actor, upload_id)
    check_offset(upload, start)
    with tempfile.TemporaryDirectory(prefix="tuition-upload-") as folder:
        path = Path(folder) / "part"
        at = start
        async for size in _parts(path, chunks, limit=upload.size - start):
            upload = await _keep(database, store, actor, upload_id, start=at, size=size, path=path)
            at += size
    return upload


async def finish_upload(database: Database, store: Store, actor: Actor, upload_id: UUID) -> Upload:
    """Put the file together, look at it, and give it to its content; or refuse it with the reason and keep nothing.

    Raises ``UploadUnknown``, ``UploadClosed``, ``UploadIncomplete``, ``FileRefused``.
    """
    async with database.transaction() as session:
        upload, parts = await begin_check(session, actor, upload_id)
        if upload.purpose == UploadPurpose.WORK:
            raise UploadUnknown
        kind = Kind((await get_owned_content(session, actor, upload.content_id)).kind)
    with tempfile.TemporaryDirectory(prefix="tuition-upload-") as folder:
        path = Path(folder) / "file"
        sha256 = await _assemble(store, parts, path)
        try:
            if upload.sha256 is not None and upload.sha256 != sha256:
                raise FileRefused(name=upload.file_name, reason="it arrived changed (its SHA-256 differs); upload it again.")
            return await _accept(database, store, upload, kind, path, sha256)
        except FileRefused as refusal:
            async with database.transaction() as session:
                await close_upload(session, upload_id, UploadStatus.REFUSED, failure=refusal.fields["reason"])
            raise


async def take_upload(
    database: Database,
    store: Store,
    actor: Actor,
    upload_id: UUID,
    *,
    key: str,
    keep: Callable[[Session, Upload], Awaitable[Kept]],
) -> Kept:
    """Put a file together that a room above asked for, store it at ``key``, and let that room ``keep`` it, in the same
    transaction in which the upload ends; what it refuses leaves nothing behind.

    Raises ``UploadUnknown``, ``UploadClosed``, ``UploadIncomplete``, ``FileRefused``, and what ``keep`` raises.
    """
    async with database.transaction() as session:
        upload, parts = await begin_check(session, actor, upload_id)
        if upload.purpose != UploadPurpose.WORK:
            raise UploadUnknown
    try:
        with tempfile.TemporaryDirectory(prefix="tuition-upload-") as folder:
            path = Path(folder) / "file"
            sha256 = await _assemble(store, parts, path)
            if upload.sha256 is not None and upload.sha256 != sha256:
                raise FileRefused(name=upload.file_name, reason="it arrived changed (its SHA-256 differs); upload it again.")
            await store.put_file(key, path)
        async with database.transaction() as session:
            if await close_upload(session, upload_id, UploadStatus.COMPLETED) is None:
                raise UploadUnknown
            return await keep(session, upload)
    except BaseException as error:
        await store.delete(key)
        if isinstance(error, DomainError):
            async with database.transaction() as session:
                await close_upload(session, upload_id, UploadStatus.REFUSED, failure=error.sentence)
        raise


async def _parts(path: Path, chunks: AsyncIterator[bytes], *, limit: int) -> AsyncIterator[int]:
    """Write what comes into ``path``, part by part; yields the size of each part that lies there."""
    total = 0
    size = 0
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for chunk in chunks:
            total += len(chunk)
            if total > limit:
                raise UploadTooLarge(limit_mb=limit // MB)
            await asyncio.to_thread(file.write, chunk)
            size += len(chunk)
            if size >= PART_BYTES:
                await asyncio.to_thread(file.flush)
                yield size
                size = 0
                await asyncio.to_thread(file.seek, 0)
                await asyncio.to_thread(file.truncate)
        if size:
            await asyncio.to_thread(file.flush)
            yield size
    finally:
        await asyncio.to_thread(file.close)


async def _keep(database: Database, store: Store, actor: Actor, upload_id: UUID, *, start: int, size: int, path: Path) -> Upload:
    # The key is never the same twice: of two that bring the same bytes, one is counted and the other takes its own away.
    key = f"{parts_prefix(upload_id)}/{start:015d}-{new_id().hex}"
    await store.put_file(key, path)
    try:
        async with database.transaction() as session:
            return await record_part(session, actor, upload_id, start=start, size=size, file_key=key)
    except DomainError:
        await store.delete(key)
        raise


async def _assemble(store: Store, parts: Sequence[UploadPart], path: Path) -> str:
    digest = hashlib.sha256()
    file = await asyncio.to_thread(path.open, "wb")
    try:
        for part in parts:
            async for chunk in store.stream(part.file_key):
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
    finally:
        await asyncio.to_thread(file.close)
    return digest.hexdigest()


async def _accept(database: Database, store: Store, upload: Upload, kind: Kind, path: Path, sha256: str) -> Upload:
    purpose = UploadPurpose(upload.purpose)
    key = f"contents/{upload.content_id}/{purpose}/{upload.id}"
    values: dict[str, Any] = {"size": upload.size, "sha256": sha256}
    pictures: dict[str, bytes] = {}
    match purpose:
        case UploadPurpose.MEDIA:
            source, media_type = await inspect_media(path, upload.file_name, kind)
            values |= {"key": key, "name": upload.file_name, "media_type": media_type, "duration_ms": source.duration_ms}
        case UploadPurpose.DOCUMENT:
            found = await inspect_document(path, upload.file_name)
            values |= {"file_key": key, "file_name": upload.file_name, "media_type": found.media_type, "raw_text": found.text}
            values |= {"page_count": found.page_count, "outline": found.outline}
        case UploadPurpose.COVER:
            pictures = await inspect_picture(path, upload.file_name)
        case UploadPurpose.WORK:
            raise AssertionError("a room above takes it")
    if purpose is UploadPurpose.COVER:
        for name, data in pictures.items():
            await store.put(f"{key}/{name}", data, content_type="image/webp")
    else:
        await store.put_file(key, path)
    async with database.transaction() as session:
        closed = await close_upload(session, upload.id, UploadStatus.COMPLETED)
        if closed is not None:
            await _give(session, purpose, upload.content_id, key, values)
    if closed is None:
        # It expired or was cancelled while we looked at it.
        await (store.delete_prefix(key) if purpose is UploadPurpose.COVER else store.delete(key))
        return upload
    return closed


async def _give(session: Session, purpose: UploadPurpose, content_id: UUID, key: str, values: dict[str, Any]) -> None:
    match purpose:
        case UploadPurpose.MEDIA:
            await accept_media(session, content_id, **values)
        case UploadPurpose.DOCUMENT:
            await accept_document(session, content_id, **values)
        case UploadPurpose.COVER:
            await accept_cover(session, content_id, key)
        case UploadPurpose.WORK:
            raise AssertionError("a room above takes it")
