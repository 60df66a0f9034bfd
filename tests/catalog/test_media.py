"""Films on their way to the player."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.catalog.studio import Studio
from tuition import catalog
from tuition.catalog import Kind
from tuition.catalog.adapters import ffmpeg
from tuition.catalog.errors import StatusRefuses, UploadIncomplete
from tuition.catalog.work import packaging


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
    await packaging.package_media(studio.database, studio.store, content_id, 1)
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
