"""Files on their way in: chunks, interruptions, refusals, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from tests.catalog.studio import LIMITS, Studio, in_pieces, pdf, picture
from tuition import catalog
from tuition.catalog import Kind, UploadPurpose
from tuition.catalog.actions import uploads as book
from tuition.catalog.errors import (
    FieldInvalid,
    FileRefused,
    KindRefuses,
    UploadClosed,
    UploadOffsetWrong,
    UploadsTooMany,
    UploadTooLarge,
    UploadUnknown,
)
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock, new_id


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
