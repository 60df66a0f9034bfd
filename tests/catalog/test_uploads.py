"""Files on their way in: chunks, interruptions, refusals, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import imageio_ffmpeg
import pytest
from PIL import Image
from sqlalchemy import insert, select

from tuition import catalog, identity
from tuition.catalog import Kind, UploadPurpose
from tuition.catalog import jobs as catalog_jobs
from tuition.catalog.actions import uploads as book
from tuition.catalog.adapters import ffmpeg
from tuition.catalog.errors import (
    FieldInvalid,
    FileRefused,
    KindRefuses,
    StatusRefuses,
    UploadClosed,
    UploadIncomplete,
    UploadOffsetWrong,
    UploadsTooMany,
    UploadTooLarge,
    UploadUnknown,
)
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock, new_id
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

    async def begin(self, content_id: UUID, data: bytes, purpose: UploadPurpose = UploadPurpose.MEDIA, **options: str) -> UUID:
        async with self.database.transaction() as session:
            upload = await catalog.begin_upload(
                session, self.actor, content_id, purpose, file_name="a/b/film.mp4", size=len(data), limits=LIMITS, **options
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


@pytest.fixture
async def studio(database: Database, tmp_path: Path) -> Studio:
    person_id = new_id()
    async with database.transaction() as session:
        await session.execute(insert(identity.User).values(id=person_id, email="mona@example.org", full_name="Mona"))
    actor = Actor(id=person_id, roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True)
    return Studio(database, Shelf(tmp_path / "files"), actor)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Small real media files by name."""
    folder = tmp_path_factory.mktemp("films")
    picture = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=9"]
    sound = ["-f", "lavfi", "-i", "sine=440:d=9"]
    recipes = {
        "film.mp4": [*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "+faststart"],
        "late-index.mp4": [*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
        "silent-tall.mkv": ["-f", "lavfi", "-i", "testsrc2=s=180x320:r=10:d=5", "-c:v", "libx264", "-preset", "ultrafast"],
        "sound.mp3": [*sound],
    }
    found = {}
    for name, recipe in recipes.items():
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *recipe, str(folder / name)], check=True)
        found[name] = (folder / name).read_bytes()
    return found


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


async def test_a_film_goes_all_the_way_to_the_player(studio: Studio, films: dict[str, bytes]) -> None:
    content_id = await studio.content(Kind.VIDEO)
    data = films["film.mp4"]
    upload_id = await studio.begin(content_id, data, sha256=hashlib.sha256(data).hexdigest())
    await studio.send(upload_id, data[:150_000])
    with pytest.raises(UploadIncomplete):
        await studio.finish(upload_id)
    again = await studio.send(upload_id, data[150_000:], start=150_000)
    assert again.received == len(data)
    assert (await studio.finish(upload_id)).status == "completed"
    waiting = await studio.media(content_id)
    assert (waiting.status, waiting.source_name, waiting.source_sha256) == (
        "uploaded",
        "film.mp4",
        hashlib.sha256(data).hexdigest(),
    )
    await studio.work()
    async with studio.database.transaction() as session:
        film = await catalog.media_of(session, content_id)
        content = await catalog.get_owned_content(session, studio.actor, content_id)
    assert [(item.name, item.width, item.height) for item in film.renditions] == [("240p", 426, 240)]
    assert film.renditions[0].codecs.startswith("avc1.64")
    assert [piece.start_ms for piece in film.segments] == [0, 4000, 8000]
    assert film.segments[-1].start_ms + film.segments[-1].duration_ms == content.duration_ms == film.media.duration_ms
    assert abs((content.duration_ms or 0) - 9000) < 100
    for rendition in film.renditions:
        assert len(studio.shelf.files[film.init_key(rendition)]) == rendition.init_bytes
        for piece in film.segments:
            assert len(studio.shelf.files[film.segment_key(rendition, piece.index)]) == piece.sizes[rendition.position]
    assert film.media.poster_key in studio.shelf.files
    assert not [key for key in studio.shelf.files if key.startswith("uploads/")]


async def test_the_pieces_decode_and_a_second_run_changes_nothing(
    studio: Studio, films: dict[str, bytes], tmp_path: Path
) -> None:
    content_id = await studio.content(Kind.VIDEO)
    await studio.upload(content_id, films["silent-tall.mkv"])
    await studio.work()
    async with studio.database.transaction() as session:
        film = await catalog.media_of(session, content_id)
    [rendition] = film.renditions
    assert (rendition.name, rendition.width, rendition.height, "mp4a" in rendition.codecs) == ("180p", 180, 320, False)
    whole = studio.shelf.files[film.init_key(rendition)] + b"".join(
        studio.shelf.files[film.segment_key(rendition, piece.index)] for piece in film.segments
    )
    (tmp_path / "whole.mp4").write_bytes(whole)
    said: list[str] = []
    await ffmpeg.run(["-v", "error", "-i", str(tmp_path / "whole.mp4"), "-f", "null", "-"], timeout_s=60, log=said)
    assert said == []
    before = studio.shelf.files
    await catalog_jobs.packaging.package_media(studio.database, studio.store, content_id, 1)
    assert studio.shelf.files == before


async def test_sound_alone_has_renditions_of_its_own(studio: Studio, films: dict[str, bytes]) -> None:
    content_id = await studio.content(Kind.AUDIO)
    await studio.upload(content_id, films["sound.mp3"])
    await studio.work()
    async with studio.database.transaction() as session:
        sound = await catalog.media_of(session, content_id)
    assert [(item.name, item.width, item.codecs) for item in sound.renditions] == [
        ("sound_high", None, "mp4a.40.2"),
        ("sound_low", None, "mp4a.40.2"),
    ]
    assert sound.media.poster_key is None


async def test_a_new_file_takes_over_when_it_is_ready_and_the_old_one_plays_until_then(
    studio: Studio, films: dict[str, bytes]
) -> None:
    content_id = await studio.content(Kind.VIDEO)
    await studio.upload(content_id, films["silent-tall.mkv"])
    await studio.work()
    await studio.upload(content_id, films["film.mp4"])
    async with studio.database.transaction() as session:
        assert (await catalog.media_of(session, content_id)).renditions[0].name == "180p"
    await studio.work()
    async with studio.database.transaction() as session:
        assert (await catalog.media_of(session, content_id)).renditions[0].name == "240p"
    assert {key.split("/")[3] for key in studio.shelf.files if "/hls/" in key} == {"2"}


@pytest.mark.parametrize(
    ("kind", "purpose", "data", "words"),
    [
        (Kind.VIDEO, UploadPurpose.MEDIA, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "text"),
        (Kind.VIDEO, UploadPurpose.MEDIA, b"\x00\x01\x02" * 5000, "damaged"),
        (Kind.VIDEO, UploadPurpose.MEDIA, b"\x00\x00\x00\x20ftypisom" + b"\x00" * 900, "damaged"),
        (Kind.VIDEO, UploadPurpose.MEDIA, b"MZ\x90\x00" + b"\x00" * 900, "looks like"),
        (Kind.VIDEO, UploadPurpose.MEDIA, picture(), "image/jpeg"),
        (Kind.AUDIO, UploadPurpose.MEDIA, b"<html><script>alert(1)</script>", "text/html"),
        (Kind.DOCUMENT, UploadPurpose.DOCUMENT, b"%PDF-1.7\n" + b"garbage" * 100, "damaged"),
        (Kind.DOCUMENT, UploadPurpose.DOCUMENT, pdf()[:400], "damaged"),
        (Kind.DOCUMENT, UploadPurpose.DOCUMENT, picture(), "image/jpeg"),
        (Kind.SERIES, UploadPurpose.COVER, picture()[:700], "damaged"),
        (Kind.SERIES, UploadPurpose.COVER, picture(100, 100), "smaller"),
        (Kind.SERIES, UploadPurpose.COVER, b"GIF89a" + b"\x00" * 300, "looks like"),
        (Kind.SERIES, UploadPurpose.COVER, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "looks like"),
    ],
)
async def test_a_wrong_file_is_refused_with_a_reason_and_leaves_nothing(
    studio: Studio, kind: Kind, purpose: UploadPurpose, data: bytes, words: str
) -> None:
    content_id = await studio.content(kind)
    with pytest.raises(FileRefused) as refusal:
        await studio.upload(content_id, data, purpose)
    assert words in refusal.value.sentence
    await studio.work()
    assert studio.shelf.files == {}
    async with studio.database.transaction() as session:
        [upload] = await session.scalars(select(catalog.Upload))
        assert (upload.status, words in (upload.failure or "")) == ("refused", True)
        content = await catalog.get_owned_content(session, studio.actor, content_id)
        assert content.cover_key is None


@pytest.mark.parametrize("name", ["film.mp4", "late-index.mp4"])
async def test_a_film_that_breaks_off_is_refused(studio: Studio, films: dict[str, bytes], name: str) -> None:
    content_id = await studio.content(Kind.VIDEO)
    with pytest.raises(FileRefused):
        await studio.upload(content_id, films[name][: len(films[name]) // 3])
    assert (await studio.media(content_id)).status == "empty"


async def test_sound_is_not_a_film(studio: Studio, films: dict[str, bytes]) -> None:
    with pytest.raises(FileRefused, match="no moving picture"):
        await studio.upload(await studio.content(Kind.VIDEO), films["sound.mp3"])


async def test_a_file_that_arrived_changed_is_refused(studio: Studio, films: dict[str, bytes]) -> None:
    data = films["sound.mp3"]
    upload_id = await studio.begin(await studio.content(Kind.AUDIO), data, sha256="0" * 64)
    await studio.send(upload_id, data)
    with pytest.raises(FileRefused, match="SHA-256"):
        await studio.finish(upload_id)


async def test_a_cover_is_written_anew_without_what_the_camera_knew(studio: Studio) -> None:
    content_id = await studio.content(Kind.SERIES)
    await studio.upload(content_id, picture(), UploadPurpose.COVER)
    await studio.work()
    first = set(studio.shelf.files)
    assert sorted(key.rsplit("/", 1)[1] for key in first) == ["1280.webp", "320.webp", "640.webp"]
    for data in studio.shelf.files.values():
        with Image.open(io.BytesIO(data)) as cover:
            assert (cover.format, dict(cover.getexif())) == ("WEBP", {})
            assert cover.width * 9 == cover.height * 16
    await studio.upload(content_id, picture(kind="PNG"), UploadPurpose.COVER)
    await studio.work()
    assert len(studio.shelf.files) == 3
    assert not first & set(studio.shelf.files)


async def test_a_document_is_read(studio: Studio) -> None:
    content_id = await studio.content(Kind.DOCUMENT)
    await studio.upload(content_id, pdf(3), UploadPurpose.DOCUMENT)
    async with studio.database.transaction() as session:
        document = await catalog.document_of(session, content_id, with_text=True)
        assert document is not None
        assert (document.page_count, document.media_type, document.raw_text.count("\f")) == (3, "application/pdf", 2)
    await studio.upload(content_id, "# عنوان\n\nText".encode(), UploadPurpose.DOCUMENT)
    await studio.work()
    assert len(studio.shelf.files) == 1


async def test_the_same_bytes_from_two_sides_count_once(studio: Studio) -> None:
    data = b"x" * 1_000_000
    upload_id = await studio.begin(await studio.content(Kind.VIDEO), data)
    outcomes = await asyncio.gather(*(studio.send(upload_id, data[:400_000]) for _ in range(4)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Upload", *["UploadOffsetWrong"] * 3]
    assert len(studio.shelf.files) == 1
    with pytest.raises(UploadOffsetWrong) as refusal:
        await studio.send(upload_id, data, start=0)
    assert refusal.value.fields["expected"] == 400_000


async def test_more_bytes_than_announced_are_refused(studio: Studio) -> None:
    upload_id = await studio.begin(await studio.content(Kind.VIDEO), b"x" * 1000)
    with pytest.raises(UploadTooLarge):
        await studio.send(upload_id, b"x" * 1001)
    assert studio.shelf.files == {}


async def test_a_connection_that_breaks_keeps_what_arrived(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuition.catalog.work.receiving.PART_BYTES", 200_000)
    data = b"x" * 1_000_000
    upload_id = await studio.begin(await studio.content(Kind.VIDEO), data)

    async def breaking() -> AsyncIterator[bytes]:
        async for piece in in_pieces(data[:500_000]):
            yield piece
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await catalog.receive(studio.database, studio.store, studio.actor, upload_id, start=0, chunks=breaking())
    async with studio.database.transaction() as session:
        assert (await catalog.get_upload_for(session, studio.actor, upload_id)).received == 400_000
    assert (await studio.send(upload_id, data[400_000:], start=400_000)).received == len(data)


async def test_abandoned_uploads_are_swept_with_their_bytes(studio: Studio, moment: FrozenClock) -> None:
    content_id = await studio.content(Kind.VIDEO)
    upload_id = await studio.begin(content_id, b"x" * 1000)
    await studio.send(upload_id, b"x" * 500)
    moment.advance(timedelta(hours=25))
    async with studio.database.transaction() as session:
        assert await book.sweep_uploads(session, now=moment.now()) == 1
        assert await book.sweep_uploads(session, now=moment.now()) == 0
    await studio.work()
    assert studio.shelf.files == {}
    with pytest.raises(UploadClosed):
        await studio.send(upload_id, b"x" * 500, start=500)


async def test_a_person_has_a_few_open_uploads_at_most(studio: Studio) -> None:
    content_id = await studio.content(Kind.VIDEO)
    outcomes = await asyncio.gather(*(studio.begin(content_id, b"x" * 10) for _ in range(8)), return_exceptions=True)
    assert len([outcome for outcome in outcomes if isinstance(outcome, UploadsTooMany)]) == 3
    async with studio.database.transaction() as session:
        [first, *_] = await catalog.unfinished_uploads(session, studio.actor)
        await catalog.cancel_upload(session, studio.actor, first.id)
        await catalog.cancel_upload(session, studio.actor, first.id)
    await studio.begin(content_id, b"x" * 10)


async def test_somebody_elses_upload_does_not_exist(studio: Studio) -> None:
    upload_id = await studio.begin(await studio.content(Kind.VIDEO), b"x" * 10)
    stranger = Actor(id=new_id(), roles=frozenset({Role.CREATOR}))
    with pytest.raises(UploadUnknown):
        await catalog.receive(studio.database, studio.store, stranger, upload_id, start=0, chunks=in_pieces(b"x"))
    with pytest.raises(UploadUnknown):
        await catalog.finish_upload(studio.database, studio.store, stranger, upload_id)


async def test_what_cannot_be_uploaded_is_said_at_once(studio: Studio) -> None:
    film, article = await studio.content(Kind.VIDEO), await studio.content(Kind.WRITTEN)
    with pytest.raises(KindRefuses):
        await studio.begin(article, b"x")
    with pytest.raises(FieldInvalid):
        await studio.begin(film, b"")
    with pytest.raises(FieldInvalid):
        await studio.begin(film, b"x", sha256="nonsense")
    async with studio.database.transaction() as session:
        with pytest.raises(UploadTooLarge):
            await catalog.begin_upload(
                session, studio.actor, film, UploadPurpose.MEDIA, file_name="f", size=LIMITS.file_bytes + 1, limits=LIMITS
            )


async def test_a_film_that_cannot_be_decoded_fails_with_a_reason_and_can_be_tried_again(
    studio: Studio, films: dict[str, bytes]
) -> None:
    content_id = await studio.content(Kind.VIDEO)
    upload = await studio.upload(content_id, films["film.mp4"])
    key = f"contents/{content_id}/media/{upload.id}"
    good = studio.shelf.files[key]
    studio.shelf.change(key, b"\x00" * 1000)
    await studio.work()
    media = await studio.media(content_id)
    assert (media.status, media.hls_prefix) == ("failed", None)
    assert media.failure is not None
    assert set(studio.shelf.files) == {key}
    studio.shelf.change(key, good)
    async with studio.database.transaction() as session:
        await catalog.retry_media(session, studio.actor, content_id)
        with pytest.raises(StatusRefuses):
            await catalog.retry_media(session, studio.actor, content_id)
    await studio.work()
    assert (await studio.media(content_id)).status == "ready"
