"""Is this file what it has to be? Every refusal says why in a sentence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuition.catalog.adapters import ffmpeg
from tuition.catalog.adapters.pdf import PdfUnreadable, read_pdf
from tuition.catalog.adapters.pictures import PictureUnreadable, cover_sizes
from tuition.catalog.adapters.sniffing import HEAD_BYTES, PDF, TEXT, sniff, why_refused
from tuition.catalog.errors import FileRefused
from tuition.catalog.rules.packaging import DURATION_MAX_MS, DURATION_MIN_MS, SIDE_MAX, Source
from tuition.catalog.rules.states import Kind, UploadPurpose
from tuition.kernel import Phrase

TEXT_BYTES_MAX = 5_000_000


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """What is in a document."""

    media_type: str
    text: str
    page_count: int | None = None
    outline: list[dict[str, Any]] = field(default_factory=list)


async def inspect_media(path: Path, name: str, kind: Kind) -> tuple[Source, str]:
    """What is in a film or a recording, and its media type. Raises ``FileRefused``."""
    head = await _head(path, name, UploadPurpose.MEDIA)
    try:
        source = await ffmpeg.probe(path)
    except ffmpeg.FfmpegFailed as error:
        raise FileRefused(name=name, reason="it is damaged, or not a film or a recording that can be read.") from error
    reason = why_unplayable(source, kind)
    if reason:
        raise FileRefused(name=name, reason=reason)
    return source, sniff(head)


def why_unplayable(source: Source, kind: Kind) -> str | None:
    """Why this cannot be played as a content of this kind; none when it can."""
    if kind is Kind.VIDEO and not source.has_picture:
        return "there is no moving picture in it. Make it an audio content instead."
    if kind is Kind.AUDIO and not source.has_sound:
        return "there is no sound in it."
    if source.is_cut_off:
        return Phrase(
            "it breaks off after {played} of {announced}. Upload the whole file.",
            played=_clock(source.duration_ms),
            announced=_clock(source.announced_ms),
        )
    if source.duration_ms < DURATION_MIN_MS:
        return "it is shorter than half a second."
    if source.duration_ms > DURATION_MAX_MS:
        return Phrase("it is longer than {hours} hours.", hours=DURATION_MAX_MS // 3_600_000)
    if max(source.width or 0, source.height or 0) > SIDE_MAX:
        return Phrase("its picture is larger than {most} pixels.", most=SIDE_MAX)
    return None


async def inspect_document(path: Path, name: str) -> FoundDocument:
    """What is in a PDF or a text. Raises ``FileRefused``."""
    head = await _head(path, name, UploadPurpose.DOCUMENT)
    if sniff(head) == PDF:
        try:
            found = await read_pdf(path)
        except PdfUnreadable as error:
            raise FileRefused(name=name, reason=error.args[0]) from error
        return FoundDocument(PDF, found.text, found.page_count, found.outline)
    if (await asyncio.to_thread(path.stat)).st_size > TEXT_BYTES_MAX:
        raise FileRefused(name=name, reason=Phrase("a text has at most {most} MB.", most=TEXT_BYTES_MAX // 1_000_000))
    try:
        words = await asyncio.to_thread(path.read_text, "utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused(name=name, reason="its text is not UTF-8.") from error
    return FoundDocument(TEXT, words.replace("\x00", ""))


async def inspect_picture(path: Path, name: str) -> dict[str, bytes]:
    """A cover in our sizes, by file name. Raises ``FileRefused``."""
    await _head(path, name, UploadPurpose.COVER)
    try:
        return await asyncio.to_thread(cover_sizes, path)
    except PictureUnreadable as error:
        raise FileRefused(name=name, reason=error.args[0]) from error


async def _head(path: Path, name: str, purpose: UploadPurpose) -> bytes:
    head = await asyncio.to_thread(_first_bytes, path)
    reason = why_refused(purpose, head)
    if reason:
        raise FileRefused(name=name, reason=reason)
    return head


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _clock(duration_ms: int) -> str:
    seconds = duration_ms // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"
