"""Frames and sound into files a browser plays, through the ffmpeg that our environment carries."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import imageio_ffmpeg

from tuition.cli.demo.media.craft.canvas import HEIGHT, WIDTH

FPS = 24
VIDEO = ["-c:v", "libx264", "-preset", "superfast", "-crf", "25", "-tune", "animation", "-pix_fmt", "yuv420p"]
# A key frame every two seconds, so that the film can be cut into segments there; one thread, for works are made side by side.
VIDEO += ["-g", str(FPS * 2), "-threads", "1"]
COLOURS = "scale=out_color_matrix=bt709:out_range=tv,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"
SOUND = ["-c:a", "aac", "-b:a", "112k", "-ar", "48000", "-ac", "2"]
# A small room around dry synthetic tones.
ROOM = "aecho=0.9:0.8:43|79|127:0.22|0.16|0.10,volume=7dB,alimiter=limit=0.9"
DRY = "volume=7dB,alimiter=limit=0.9"
REPRODUCIBLE = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]


class EncodingFailed(RuntimeError):
    """ffmpeg could not make a demonstration file."""


def encode_silent(frames: Iterable[bytes], target: Path) -> None:
    """RGB frames of the canvas's size as a film without sound."""
    command = _ffmpeg(["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-"])
    command += ["-vf", COLOURS, *VIDEO, *REPRODUCIBLE, "-an", str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            for frame in frames:
                process.stdin.write(frame)
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg ended early; its own words, below, say why
        complaint = process.stderr.read().decode(errors="replace")
    if process.returncode != 0:
        raise EncodingFailed(complaint)


def join(pieces: Sequence[Path], sound: Path, target: Path, *, chapters: str, loop_sound: bool, dry: bool) -> None:
    """Films one after another, with chapter marks and one sound: repeated if it loops, without echo if it is dry."""
    listing = target.with_suffix(".list")
    listing.write_text("".join(f"file '{piece.name}'\n" for piece in pieces), encoding="utf-8")
    marks = target.with_suffix(".marks")
    marks.write_text(chapters, encoding="utf-8")
    command = _ffmpeg(["-f", "concat", "-i", str(listing), *(["-stream_loop", "-1"] if loop_sound else []), "-i", str(sound)])
    command += [
        "-i",
        str(marks),
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-map_metadata",
        "2",
        "-c:v",
        "copy",
        "-af",
        DRY if dry else ROOM,
        *SOUND,
    ]
    # Chapter marks count in the least common multiple of the tracks' time scales, in 32 bits: with these two it stays small.
    command += ["-video_track_timescale", "24000"]
    _run([*command, "-shortest", "-movflags", "+faststart", *REPRODUCIBLE, str(target)])
    listing.unlink()
    marks.unlink()


def encode_sound(sound: Path, target: Path, *, chapters: str) -> None:
    marks = target.with_suffix(".marks")
    marks.write_text(chapters, encoding="utf-8")
    command = _ffmpeg(["-i", str(sound), "-i", str(marks), "-map", "0:a", "-map_metadata", "1", "-af", ROOM, *SOUND])
    _run([*command, "-movflags", "+faststart", *REPRODUCIBLE, str(target)])
    marks.unlink()


def _ffmpeg(arguments: Sequence[str]) -> list[str]:
    return [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y", *arguments]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise EncodingFailed(done.stderr.decode(errors="replace"))
