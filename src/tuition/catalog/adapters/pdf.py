"""Reading PDF in a process of its own: a file made to break the reader breaks that process and nothing else.

Run as a program (``python pdf.py FILE``) it prints one JSON object; it imports nothing of ours, so that it starts at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pypdfium2

from tuition.kernel import Phrase

TIMEOUT_S = 120
MEMORY_MAX_BYTES = 2 * 2**30
PAGES_MAX = 5_000
TEXT_LENGTH_MAX = 5_000_000
OUTLINE_MAX = 2_000
PAGE_BREAK = "\f"


class PdfUnreadable(Exception):
    """Its message says to a person why."""


@dataclass(frozen=True, slots=True)
class PdfContents:
    """What is in a PDF."""

    page_count: int
    text: str
    """The pages' text, a form feed between two pages."""
    outline: list[dict[str, Any]]


async def read_pdf(path: Path) -> PdfContents:
    """Read a PDF. Raises ``PdfUnreadable``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", __file__, str(path)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    with contextlib.suppress(psutil.NoSuchProcess):
        restrained = psutil.Process(process.pid)
        restrained.nice(10)
        if hasattr(restrained, "rlimit"):
            restrained.rlimit(psutil.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            answer, _ = await process.communicate()
    except TimeoutError as error:
        raise PdfUnreadable("it takes too long to read.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise PdfUnreadable("the PDF is damaged.")
    found = json.loads(answer)
    if "refused" in found:
        raise PdfUnreadable(found["refused"])
    if not 1 <= found["page_count"] <= PAGES_MAX:
        raise PdfUnreadable(
            Phrase("it has {pages} pages, and 1 to {most} are possible.", pages=found["page_count"], most=PAGES_MAX)
        )
    return PdfContents(found["page_count"], found["text"], found["outline"])


def contents_of(path: Path) -> dict[str, Any]:
    """What is in the PDF, or ``refused`` with the reason."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return {"refused": "it is protected by a password." if "assword" in str(error) else "the PDF is damaged."}
    page_count = len(document)
    if not 1 <= page_count <= PAGES_MAX:
        return {"page_count": page_count}
    texts: list[str] = []
    length = 0
    for page in document:
        words = page.get_textpage().get_text_bounded().replace("\x00", "").replace(PAGE_BREAK, " ")
        length += len(words)
        texts.append(words if length <= TEXT_LENGTH_MAX else "")
    return {"page_count": page_count, "text": PAGE_BREAK.join(texts), "outline": _outline(document)}


def _outline(document: pypdfium2.PdfDocument) -> list[dict[str, Any]]:
    entries = []
    for bookmark in document.get_toc():
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        title = " ".join(bookmark.get_title().replace("\x00", "").split())
        if title and page is not None:
            entries.append({"title": title[:300], "page": page + 1, "level": bookmark.level})
        if len(entries) >= OUTLINE_MAX:
            break
    return entries


if __name__ == "__main__":
    json.dump(contents_of(Path(sys.argv[1])), sys.stdout)
