"""Pages that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from checks.house.source import Finding, House

LINK = re.compile(r"\]\((?P<inline>[^)\s]+)(?:\s+\"[^\"]*\")?\)|<img[^>]+src=\"(?P<image>[^\"]+)\"")
ELSEWHERE = re.compile(r"^(?:[a-z]+:|#|//)", re.IGNORECASE)
FENCE = "```"


def links_lead_somewhere(house: House) -> Iterator[Finding]:
    """A relative link or picture in a page names a file that exists."""
    for name, text in house.texts():
        if not name.endswith(".md"):
            continue
        fenced = False
        for number, line in enumerate(text.splitlines(), 1):
            fenced ^= line.lstrip().startswith(FENCE)
            for found in () if fenced else LINK.finditer(line):
                target = unquote(found["inline"] or found["image"])
                if ELSEWHERE.match(target):
                    continue
                path = house.root / PurePosixPath(name).parent / target.partition("#")[0]
                if not path.exists():
                    yield Finding(
                        name, number, "link", f"`{target}` leads nowhere; name a file that exists, relative to this page"
                    )
