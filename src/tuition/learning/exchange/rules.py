"""What a file is, from its name and its first bytes."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

from tuition.learning.exchange.errors import FormatUnknown, ScormPackage
from tuition.learning.exchange.values import Format

FILE_BYTES_MAX = 128 * 1024 * 1024
KNOWN = "GIFT, Moodle XML, QTI, Common Cartridge, a zipped folder of Markdown"
SCORM = re.compile(rb"adlcp_(?:rootv1p2|v1p3)|<schema>\s*ADL\s*SCORM", re.IGNORECASE)
"""What every manifest of SCORM 1.2 or 2004 says, and none of a Common Cartridge or of QTI."""
_HEAD = 4096


class ImportStatus(StrEnum):
    """Where it is."""

    EXPECTED = "expected"
    """Announced; its file has not arrived."""
    WAITING = "waiting"
    """A job will take it up."""
    RUNNING = "running"
    """A job reads it."""
    DONE = "done"
    """Every item has its outcome."""
    FAILED = "failed"
    """It could not be read, and nothing of it is here; ``failure`` says why."""


MAKES_COURSE = frozenset({Format.COMMON_CARTRIDGE, Format.MARKDOWN})
"""Formats that are a whole course; the others are questions for a bank."""


def format_of(name: str, data: bytes) -> Format:
    """How a file is written. Raises ``FormatUnknown``, ``ScormPackage``."""
    lowered, head = name.lower(), data[:_HEAD]
    if head[:2] == b"PK":
        return _package(data)
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if text[:1] == b"<":
        if b"assessmentItem" in head or b"qti-assessment-item" in head:
            return Format.QTI
        if b"<quiz" in head:
            return Format.MOODLE_XML
        raise FormatUnknown(known=KNOWN)
    if b"\x00" not in head and (lowered.endswith((".gift", ".txt")) or b"{" in head):
        return Format.GIFT
    raise FormatUnknown(known=KNOWN)


def _package(data: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            manifest = archive.open("imsmanifest.xml").read(1 << 20) if "imsmanifest.xml" in names else b""
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise FormatUnknown(known=KNOWN) from error
    if SCORM.search(manifest):
        raise ScormPackage
    if b"imsqti_item" in manifest or b"imsqti_test" in manifest:
        return Format.QTI
    if manifest:
        return Format.COMMON_CARTRIDGE
    if any(name.lower().endswith((".md", ".markdown")) for name in names):
        return Format.MARKDOWN
    raise FormatUnknown(known=KNOWN)
