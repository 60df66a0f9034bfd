"""Running ffmpeg on files that strangers made.

It reads one local file through one of the listed containers and nothing else: a playlist, a concat script or a network address
inside an upload would make it read what it must not. It runs one at a time in a process, with the lowest priority, a bound on
memory and a bound on time.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import psutil

from tuition.catalog.rules.packaging import SEGMENT_S, Quality, Source

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mp3,wav,w64,flac,ogg,aac,aiff"
_GUARD = ("-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS)
MEMORY_MAX_BYTES = 4 * 2**30
PROBE_TIMEOUT_S = 600
ENCODE_TIMEOUT_MIN_S = 900
ENCODE_TIMEOUT_FACTOR = 8
"""An hour of film may take eight to package; more means that something is wrong with it."""
THREADS_MAX = 4
LOG_LINES_MAX = 200
_one_at_a_time = asyncio.Semaphore(1)

Report = Callable[[int], Coroutine[Any, Any, None]]
"""Hears how many milliseconds of the film are done."""


class FfmpegFailed(Exception):
    """ffmpeg ended with an error, or was ended for taking too long."""

    def __init__(self, log: Sequence[str], *, timed_out: bool = False) -> None:
        super().__init__("timed out" if timed_out else "\n".join(log[-5:]))
        self.log = tuple(log)
        self.timed_out = timed_out


async def probe(path: Path) -> Source:
    """Read the whole file once without decoding it. Raises ``FfmpegFailed`` when it is no media file."""
    log: list[str] = []
    reached_ms = 0

    async def note(at_ms: int) -> None:
        nonlocal reached_ms
        reached_ms = max(reached_ms, at_ms)

    arguments = ("-v", "info", *_GUARD, "-i", str(path), "-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-f", "null", "-")
    await run(arguments, timeout_s=PROBE_TIMEOUT_S, report=note, log=log)
    return read_probe(log, reached_ms)


def read_probe(log: Sequence[str], reached_ms: int) -> Source:
    """What ffmpeg said about its input, and how far it could read."""
    head = "\n".join(log).partition("Output #0")[0]
    container = re.search(r"^Input #0, ([\w,]+), from", head, re.MULTILINE)
    announced = re.search(r"Duration: (\d+):(\d\d):(\d\d)\.(\d\d)", head)
    picture = re.search(r"Stream #0:\d+[^\n]*: Video:(?![^\n]*attached pic)[^\n]*?, (\d{2,5})x(\d{2,5})[\s,]", head)
    if container is None:
        raise FfmpegFailed(log)
    width, height = (int(picture[1]), int(picture[2])) if picture else (None, None)
    turned = re.search(r"rotation of (-?\d+)", head)
    if turned and int(turned[1]) % 180 != 0:
        width, height = height, width
    announced_ms = 0
    if announced:
        hours, minutes, seconds, hundredths = map(int, announced.groups())
        announced_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + hundredths * 10
    return Source(
        duration_ms=reached_ms,
        announced_ms=announced_ms,
        container=container[1],
        width=width,
        height=height,
        has_sound=": Audio:" in head,
    )


async def package(path: Path, folder: Path, source: Source, qualities: Sequence[Quality], report: Report) -> None:
    """Cut the film into ``folder/<quality>/init.mp4``, ``00000.m4s``, … and ``index.m3u8``. Raises ``FfmpegFailed``."""
    for quality in qualities:
        (folder / quality.name).mkdir(parents=True)
    arguments = ["-v", "warning", *_GUARD, "-i", str(path), *_graph(source, qualities)]
    for index, quality in enumerate(qualities):
        arguments += _output(folder / quality.name, index, source, quality)
    timeout_s = max(ENCODE_TIMEOUT_MIN_S, source.duration_ms * ENCODE_TIMEOUT_FACTOR // 1000)
    await run(arguments, timeout_s=timeout_s, report=report)


async def poster(path: Path, target: Path, source: Source) -> None:
    """A still from the first tenth, the most typical of fifty frames: seldom a black one. Raises ``FfmpegFailed``."""
    at_s = source.duration_ms // 10_000
    picture = "thumbnail=50,scale=trunc(iw*sar/2)*2:ih,scale='min(1280,iw)':-2"
    arguments = ("-v", "warning", *_GUARD, "-ss", str(at_s), "-i", str(path), "-map", "0:v:0", "-vf", picture)
    await run((*arguments, "-frames:v", "1", "-q:v", "3", "-f", "image2", str(target)), timeout_s=PROBE_TIMEOUT_S)


async def run(arguments: Sequence[str], *, timeout_s: int, report: Report | None = None, log: list[str] | None = None) -> None:
    """Run ffmpeg to its end. Raises ``FfmpegFailed``."""
    lines = log if log is not None else []
    async with _one_at_a_time:
        process = await asyncio.create_subprocess_exec(
            imageio_ffmpeg.get_ffmpeg_exe(),
            *("-hide_banner", "-nostdin", "-nostats", "-y", "-progress", "pipe:1", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        _restrain(process.pid)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.gather(_follow(process.stdout, report), _collect(process.stderr, lines))
                code = await process.wait()
        except TimeoutError as error:
            raise FfmpegFailed(lines, timed_out=True) from error
        finally:
            # Also when this task is cancelled: nobody leaves an encoder behind.
            if process.returncode is None:
                process.kill()
                await process.wait()
    if code != 0:
        raise FfmpegFailed(lines)


def _restrain(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.nice(15)
        if hasattr(process, "rlimit"):
            process.rlimit(psutil.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))


async def _follow(stream: asyncio.StreamReader, report: Report | None) -> None:
    async for line in stream:
        name, _, value = line.decode("utf-8", "replace").strip().partition("=")
        if report is not None and name == "out_time_us" and value.lstrip("-").isdigit():
            await report(max(0, int(value) // 1000))


async def _collect(stream: asyncio.StreamReader, lines: list[str]) -> None:
    # A broken file can complain for every frame: keep the beginning, read the rest and forget it.
    while chunk := await stream.readline():
        if len(lines) < LOG_LINES_MAX:
            lines.append(chunk.decode("utf-8", "replace").rstrip())


def _graph(source: Source, qualities: Sequence[Quality]) -> list[str]:
    if not source.has_picture:
        return []
    names = [f"[p{index}]" for index in range(len(qualities))]
    split = f"[0:v:0]scale=trunc(iw*sar/2)*2:ih,setsar=1,split={len(qualities)}{''.join(names)}"
    scales = [
        f"{name}scale={quality.width}:{quality.height},format=yuv420p[v{index}]"
        for index, (name, quality) in enumerate(zip(names, qualities, strict=True))
    ]
    return ["-filter_complex", ";".join([split, *scales])]


def _output(folder: Path, index: int, source: Source, quality: Quality) -> list[str]:
    picture = [
        *("-map", f"[v{index}]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high"),
        *("-maxrate", f"{quality.picture_kbps}k", "-bufsize", f"{quality.picture_kbps * 2}k", "-sc_threshold", "0"),
        # Key frames at the same moments in every rendition: a piece of one can follow a piece of another.
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_S})", "-threads", str(THREADS_MAX)),
    ]
    sound = ["-map", "0:a:0", "-c:a", "aac", "-b:a", f"{quality.sound_kbps}k", "-ac", "2", "-ar", "44100"]
    return [
        *(picture if source.has_picture else ["-vn"]),
        *(sound if source.has_sound else ["-an"]),
        *("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-f", "hls", "-hls_time", str(SEGMENT_S)),
        *("-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"),
        *("-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename", str(folder / "%05d.m4s"), str(folder / "index.m3u8")),
    ]
