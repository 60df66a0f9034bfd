"""A film becomes pieces that a player can fetch, in several qualities."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from tuition.catalog.actions.media import begin_packaging, fail_packaging, finish_packaging, record_progress
from tuition.catalog.adapters import ffmpeg
from tuition.catalog.rules.packaging import Piece, Quality, Source, bandwidths, codecs_of, in_step, pieces_of, qualities_for
from tuition.catalog.rules.states import Kind
from tuition.catalog.work.inspecting import why_unplayable
from tuition.platform.database import Database
from tuition.platform.files import Store

PROGRESS_STEP_PERCENT = 2
PROGRESS_ENCODED_PERCENT = 95
"""The rest is for keeping the pieces."""
PUTS_AT_ONCE = 8
UNREADABLE = "The file could not be read to its end. Check that it plays on your own machine, then upload it again."
TOO_SLOW = "Packaging took too long and was stopped. Upload a smaller version of the film."
BROKE = "Something broke on our side while packaging. Try again; if it happens again, tell whoever runs this school."


def prefix_of(content_id: UUID, version: int) -> str:
    """Where the pieces of one version are kept."""
    return f"contents/{content_id}/hls/{version}"


async def package_media(database: Database, store: Store, content_id: UUID, version: int) -> None:
    """Package one version of a film. Again, also after a crash half-way, does it again from the beginning; done is done."""
    async with database.transaction() as session:
        media = await begin_packaging(session, content_id, version)
    if media is None or media.source_key is None:
        return
    prefix = prefix_of(content_id, version)
    await store.delete_prefix(prefix)
    with tempfile.TemporaryDirectory(prefix="tuition-media-") as folder:
        source_path, target = Path(folder) / "source", Path(folder) / "hls"
        await store.save(media.source_key, source_path)
        try:
            source = await ffmpeg.probe(source_path)
            reason = why_unplayable(source, Kind(media.kind))
            if reason is None:
                source = source if media.kind == Kind.VIDEO else _sound_of(source)
                qualities = qualities_for(source)
                report = _reporter(database, content_id, version, source)
                await ffmpeg.package(source_path, target, source, qualities, report)
                has_poster = await _poster(source_path, target, source)
        except ffmpeg.FfmpegFailed as error:
            reason = TOO_SLOW if error.timed_out else UNREADABLE
        if reason is not None:
            async with database.transaction() as session:
                await fail_packaging(session, content_id, version, prefix=prefix, reason=reason)
            return
        await _finish(database, store, content_id, version, target, source, qualities, has_poster=has_poster)


async def _finish(
    database: Database,
    store: Store,
    content_id: UUID,
    version: int,
    target: Path,
    source: Source,
    qualities: list[Quality],
    *,
    has_poster: bool,
) -> None:
    prefix = prefix_of(content_id, version)
    timelines = [pieces_of((target / quality.name / "index.m3u8").read_text()) for quality in qualities]
    if not timelines[0] or not in_step(timelines):
        async with database.transaction() as session:
            await fail_packaging(session, content_id, version, prefix=prefix, reason=UNREADABLE)
        return
    pieces = timelines[0]
    sizes = [[_piece(target, quality, index).stat().st_size for index in range(len(pieces))] for quality in qualities]
    await _keep(store, prefix, target, qualities, pieces, has_poster=has_poster)
    async with database.transaction() as session:
        await finish_packaging(
            session,
            content_id,
            version,
            prefix=prefix,
            poster_key=f"{prefix}/poster.jpg" if has_poster else None,
            renditions=[_rendition(target, quality, source, pieces, sizes[index]) for index, quality in enumerate(qualities)],
            pieces=pieces,
            sizes=sizes,
        )


async def record_broken(database: Database, content_id: UUID, version: int) -> None:
    """The last attempt raised: let its creator see that it is not under way any more."""
    async with database.transaction() as session:
        await fail_packaging(session, content_id, version, prefix=prefix_of(content_id, version), reason=BROKE)


def _sound_of(source: Source) -> Source:
    # The picture inside a recording is its sleeve.
    return Source(source.duration_ms, source.container, source.announced_ms, has_sound=True)


async def _poster(source_path: Path, target: Path, source: Source) -> bool:
    if not source.has_picture:
        return False
    try:
        await ffmpeg.poster(source_path, target / "poster.jpg", source)
    except ffmpeg.FfmpegFailed:
        # A film without a still is a film: its cover stands in.
        return False
    return (target / "poster.jpg").exists()


def _reporter(database: Database, content_id: UUID, version: int, source: Source) -> ffmpeg.Report:
    shown = 0

    async def report(done_ms: int) -> None:
        nonlocal shown
        percent = min(PROGRESS_ENCODED_PERCENT, done_ms * PROGRESS_ENCODED_PERCENT // max(1, source.duration_ms))
        if percent >= shown + PROGRESS_STEP_PERCENT:
            shown = percent
            async with database.transaction() as session:
                await record_progress(session, content_id, version, percent)

    return report


async def _keep(
    store: Store, prefix: str, target: Path, qualities: list[Quality], pieces: list[Piece], *, has_poster: bool
) -> None:
    paths = [target / "poster.jpg"] if has_poster else []
    for quality in qualities:
        paths.append(target / quality.name / "init.mp4")
        paths += [_piece(target, quality, index) for index in range(len(pieces))]
    for start in range(0, len(paths), PUTS_AT_ONCE):
        batch = paths[start : start + PUTS_AT_ONCE]
        await asyncio.gather(*(store.put_file(f"{prefix}/{path.relative_to(target).as_posix()}", path) for path in batch))


def _piece(target: Path, quality: Quality, index: int) -> Path:
    return target / quality.name / f"{index:05d}.m4s"


def _rendition(target: Path, quality: Quality, source: Source, pieces: list[Piece], sizes: list[int]) -> dict[str, Any]:
    init = (target / quality.name / "init.mp4").read_bytes()
    peak, average = bandwidths(pieces, sizes)
    return {
        "name": quality.name,
        "width": quality.width,
        "height": quality.height,
        "bandwidth": peak,
        "average_bandwidth": average,
        "codecs": codecs_of(init, has_sound=source.has_sound),
        "init_bytes": len(init),
    }
