"""What is switched off says why, beside the switch."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from checks.house.source import Finding, House, Source

SWITCH = re.compile(
    r"#\s*(?P<switch>type:\s*ignore|noqa|pragma:\s*no cover)"
    r"(?P<codes>\[[\w, -]+\]|:\s*[A-Z]+\d+(?:[, ]+[A-Z]+\d+)*)?(?P<reason>.*)",
    re.IGNORECASE,
)
WHOLE_FILE = re.compile(r"#\s*(?:ruff:\s*noqa|flake8:\s*noqa|mypy:\s*ignore-errors)", re.IGNORECASE)
REASON_LENGTH_MIN = 10


def reason_beside_ignore(house: House) -> Iterator[Finding]:
    """Each `type: ignore` and `noqa` states its reason after it: the next reader must be able to remove it."""
    for source in house.sources:
        for line, comment in _comments(source):
            if WHOLE_FILE.search(comment):
                yield source.finding(line, "reason", "a whole file is never switched off; name the line and the code")
                continue
            found = SWITCH.search(comment)
            if found and len(found["reason"].strip(" #-—:;,.")) < REASON_LENGTH_MIN:
                advice = f"say why after it: `# {found['switch']}{found['codes'] or ''}  # because …`"
                yield source.finding(line, "reason", advice)


def _comments(source: Source) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
