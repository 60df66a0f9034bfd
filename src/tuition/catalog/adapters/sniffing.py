"""What sort of file it really is: its first bytes decide, not its name."""

from __future__ import annotations

from pathlib import PurePosixPath

import puremagic

from tuition.catalog.rules.states import UploadPurpose
from tuition.kernel import Phrase

HEAD_BYTES = 4096
NAME_LENGTH_MAX = 200
PDF = "application/pdf"
PDF_MARK = b"%PDF-"
TEXT = "text/plain"
UNKNOWN = "application/octet-stream"
_PLAYLISTS = frozenset({"application/vnd.apple.mpegurl", "audio/x-mpegurl", "audio/mpegurl", "audio/x-scpls"})
_MEDIA_BESIDES = frozenset({"application/ogg", "application/x-matroska", UNKNOWN})
"""Unknown to the table of first bytes (a transport stream, for one) is for ffmpeg to say, which reads known containers only."""
_COVERS = frozenset({"image/png", "image/jpeg", "image/webp"})
_WANTED = {
    UploadPurpose.MEDIA: Phrase("a film or a recording (such as MP4, MOV, MKV, WebM, MP3, M4A, WAV)"),
    UploadPurpose.DOCUMENT: Phrase("a PDF or a plain text"),
    UploadPurpose.COVER: Phrase("a JPEG, PNG or WebP picture"),
}


def sniff(head: bytes) -> str:
    """The media type of a file by its first bytes."""
    if PDF_MARK in head[:1024]:
        return PDF
    if head and _is_text(head):
        return "text/html" if head.lstrip()[:1] == b"<" else TEXT
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    return next((match.mime_type for match in matches if match.mime_type), UNKNOWN)


def why_refused(purpose: UploadPurpose, head: bytes) -> str | None:
    """Why a file that begins like this cannot serve the purpose; none when it may."""
    if not head:
        return Phrase("it is empty.")
    kind = sniff(head)
    match purpose:
        case UploadPurpose.MEDIA:
            fits = (kind.startswith(("video/", "audio/")) and kind not in _PLAYLISTS) or kind in _MEDIA_BESIDES
        case UploadPurpose.DOCUMENT:
            fits = kind in (PDF, TEXT)
        case UploadPurpose.COVER:
            fits = kind in _COVERS
    return None if fits else Phrase("it looks like {kind}, and {wanted} is needed here.", kind=kind, wanted=_WANTED[purpose])


def safe_name(name: str) -> str:
    """A file's name as it may be shown and offered for download: no folders, no control characters, not too long."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(mark for mark in last if mark.isprintable()).strip(". ")
    return shown[-NAME_LENGTH_MAX:] or "file"


def _is_text(head: bytes) -> bool:
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut may go through the last character.
        return error.start >= len(head) - 3
    return True
