"""A statement of one account, typeset by Typst: what came in and went out, and what it held after each line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

from tuition.commerce.documents.rendering import ACCENT, fonts

TEMPLATE = Path(__file__).with_name("statement.typ")


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line, as its reader writes dates and words. The figures never depend on the language."""

    date: str
    what: str
    amount: str
    balance: str


@dataclass(frozen=True, slots=True)
class StatementWords:
    """What stands on a statement besides names and figures, in one language."""

    language: str
    title: str
    account: str
    period: str
    to: str
    date: str
    what: str
    amount: str
    balance: str
    before: str
    after: str
    nothing: str
    footer: str


def render_statement(
    rows: Sequence[StatementRow],
    words: StatementWords,
    *,
    seller: str,
    owner: str,
    currency: str,
    before: str,
    after: str,
    accent: str = ACCENT,
) -> bytes:
    """The statement as PDF, on as many pages as it needs; ``before`` and ``after`` are what the account held then."""
    data = {
        "accent": accent,
        "seller": seller,
        "owner": owner,
        "currency": currency,
        "before": before,
        "after": after,
        "rows": [asdict(row) for row in rows],
        "words": asdict(words),
    }
    pdf = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"data": json.dumps(data)}, font_paths=fonts())
    assert isinstance(pdf, bytes), "one document is one file"
    return pdf
