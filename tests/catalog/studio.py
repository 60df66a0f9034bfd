"""A creator at work: uploads, packaging, and what lies in the store."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from PIL import Image

from tuition import catalog
from tuition.catalog import Kind, UploadPurpose
from tuition.identity import Actor
from tuition.platform import files, jobs
from tuition.platform.database import Database
from tuition.platform.jobs import Services

LIMITS = catalog.UploadLimits(file_bytes=50_000_000, picture_bytes=2_000_000)


class Shelf:
    """A store in a folder, and what lies in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = files.local(folder)

    @property
    def files(self) -> dict[str, bytes]:
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def change(self, key: str, data: bytes) -> None:
        (self.folder / key).write_bytes(data)


class Studio:
    """A creator at work on a fresh database."""

    def __init__(self, database: Database, shelf: Shelf, actor: Actor) -> None:
        self.database, self.shelf, self.store, self.actor = database, shelf, shelf.store, actor
        self.services = Services(shelf.store)

    async def content(self, kind: Kind, title: str = "Film") -> UUID:
        async with self.database.transaction() as session:
            return (await catalog.create_content(session, self.actor, kind, title=title)).id

    async def begin(
        self, content_id: UUID, data: bytes, purpose: UploadPurpose = UploadPurpose.MEDIA, *, sha256: str | None = None
    ) -> UUID:
        async with self.database.transaction() as session:
            upload = await catalog.begin_upload(
                session, self.actor, content_id, purpose, file_name="a/b/film.mp4", size=len(data), limits=LIMITS, sha256=sha256
            )
            return upload.id

    async def send(self, upload_id: UUID, data: bytes, *, start: int = 0) -> catalog.Upload:
        return await catalog.receive(self.database, self.store, self.actor, upload_id, start=start, chunks=in_pieces(data))

    async def finish(self, upload_id: UUID) -> catalog.Upload:
        return await catalog.finish_upload(self.database, self.store, self.actor, upload_id)

    async def upload(self, content_id: UUID, data: bytes, purpose: UploadPurpose = UploadPurpose.MEDIA) -> catalog.Upload:
        upload_id = await self.begin(content_id, data, purpose)
        await self.send(upload_id, data)
        return await self.finish(upload_id)

    async def work(self) -> None:
        await jobs.drain(self.database, self.services)

    async def media(self, content_id: UUID) -> catalog.Media:
        async with self.database.transaction() as session:
            media = await catalog.find_media(session, content_id)
            assert media is not None
            return media


async def in_pieces(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def picture(width: int = 800, height: int = 600, *, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    exif[0x0112] = 6
    Image.new("RGB", (width, height), "teal").save(file, kind, exif=exif)
    return file.getvalue()


def pdf(pages: int = 2) -> bytes:
    file = io.BytesIO()
    sheets = [Image.new("RGB", (200, 300), "white") for _ in range(pages)]
    sheets[0].save(file, "PDF", save_all=True, append_images=sheets[1:])
    return file.getvalue()
