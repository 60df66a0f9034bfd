"""Files as other programs write them, and packages as attackers do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

FILES = Path(__file__).parent / "files"
GIFT = (FILES / "questions.gift").read_text()
MOODLE_XML = (FILES / "moodle.xml").read_bytes()


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def cartridge() -> bytes:
    """A small cartridge as another program writes it."""
    return zipped(
        {
            "imsmanifest.xml": (FILES / "imsmanifest.xml").read_bytes(),
            "w/stars.html": "<html><body><h2>Stars</h2><p>They <b>burn</b>.</p></body></html>",
            "q/quiz.xml": (FILES / "quiz.xml").read_bytes(),
            "l/link.xml": '<webLink xmlns="x"><title>More</title><url href="https://example.org/sky"/></webLink>',
            "t/tool.xml": "<x/>",
            "w/star.png": b"PNG",
        }
    )


def bomb() -> bytes:
    """Half a gigabyte of noughts in half a megabyte."""
    return zipped({"imsmanifest.xml": b"<x/>", "zeros": bytes(200_000_000)})
