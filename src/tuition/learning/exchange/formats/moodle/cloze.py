"""Moodle's embedded answers: ``{1:MULTICHOICE:=Paris~Lyon#No}`` inside a text, and ``[[1]]`` for a word of a list.

Source: https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from html import unescape
from typing import Any

from tuition.learning.exchange.formats.words import LINE_MAX, from_html, plain

_GAP = re.compile(r"\{(\d{0,4}):([A-Z_]+):((?:\\.|[^\\}])*)\}")
_ANSWER = re.compile(r"(?<!\\)~")
_WEIGHT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")
_UNESCAPE = re.compile(r"\\([\\}#~/\"'&={*])")
_PLACE = re.compile(r"\[\[(\d{1,3})(?:\s+[^\]]*)?\]\]")
# Letters that nothing else uses hold the place of a gap while HTML becomes Markdown, which would escape brackets.
_OPEN, _CLOSE = "\uf8f0", "\uf8f1"
_MARK = re.compile(f"{_OPEN}(g\\d+){_CLOSE}")
_CHOICES = frozenset({"MULTICHOICE", "MC"})
_SEVERAL = frozenset({"MULTIRESPONSE", "MR"})
_WORDS = frozenset({"SHORTANSWER", "SA", "MW"})
_WORDS_CASE = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
_NUMBERS = frozenset({"NUMERICAL", "NM"})


def read_cloze(markup: str) -> dict[str, Any]:
    """The text with its gaps. Raises ``ValueError`` for a gap that cannot be."""
    gaps: list[dict[str, Any]] = []

    def place(match: re.Match[str]) -> str:
        gaps.append({"id": f"g{len(gaps) + 1}", **_gap(match[1], match[2], unescape(match[3]))})
        return f"{_OPEN}{gaps[-1]['id']}{_CLOSE}"

    text = _GAP.sub(place, markup)
    if not gaps:
        raise ValueError("no gap was found in its text.")
    return {"type": "cloze", "text": _marked(text), "gaps": gaps}


def read_gaps(markup: str, words: Sequence[tuple[str, str]], notes: list[str]) -> dict[str, Any]:
    """A text whose gaps name a word of a list; ``words`` are (word, group): a gap offers the words of its group."""
    gaps: list[dict[str, Any]] = []

    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= len(words):
            raise ValueError(f"a gap names word {number}, and there are {len(words)}.")
        right, group = words[number - 1]
        offered = dict.fromkeys(word for word, of in words if of == group)
        options = [{"text": word[:LINE_MAX], "is_correct": word == right} for word in offered]
        gaps.append({"id": f"g{len(gaps) + 1}", "kind": "choice", "options": options})
        return f"{_OPEN}{gaps[-1]['id']}{_CLOSE}"

    text = _PLACE.sub(place, markup)
    if not gaps:
        raise ValueError("no gap was found in its text.")
    notes.append("Words are chosen from a list instead of being dragged.")
    return {"type": "cloze", "text": _marked(text), "gaps": gaps}


def _marked(markup: str) -> str:
    return _MARK.sub(r"[[\1]]", from_html(markup))


def _gap(weight: str, kind: str, inside: str) -> dict[str, Any]:
    answers = [_answer(piece) for piece in _ANSWER.split(inside) if piece]
    base: dict[str, Any] = {"weight": max(1, min(100, int(weight or 1)))}
    short = re.sub(r"_(V|H|S|VS|HS)$|(?<=MC)[VHS]{1,2}$|(?<=MR)[HS]{1,2}$", "", kind)
    if short in _NUMBERS:
        accepted = []
        for text, percent, feedback in answers:
            value, _, tolerance = text.partition(":")
            accepted.append(
                {"value": Decimal(value), "tolerance": Decimal(tolerance or 0), "percent": percent, "feedback": feedback}
            )
        return base | {"kind": "number", "accepted": accepted}
    if short in _WORDS | _WORDS_CASE:
        wild = any("*" in text for text, _, _ in answers)
        forms = [{"text": text[:LINE_MAX], "percent": percent, "feedback": feedback} for text, percent, feedback in answers]
        return base | {
            "kind": "words",
            "accepted": forms,
            "tolerance": {"match_case": short in _WORDS_CASE, "wildcards": wild},
        }
    if short in _CHOICES | _SEVERAL:
        if short in _SEVERAL:
            raise ValueError("a gap in which several may be chosen is not possible here.")
        best = max(percent for _, percent, _ in answers)
        if sum(percent == best for _, percent, _ in answers) > 1:
            raise ValueError("several options of a gap are equally right.")
        options = []
        for text, percent, feedback in answers:
            option: dict[str, Any] = {"text": plain(text)[:LINE_MAX] or "–", "is_correct": percent == best, "feedback": feedback}
            options.append(option | ({"percent": percent} if 0 < percent < best or percent < 0 else {}))
        if any("percent" in option for option in options):
            for option in options:
                option.setdefault("percent", Decimal(100) if option["is_correct"] else Decimal(0))
        return base | {"kind": "choice", "options": options}
    raise ValueError(f"a gap of the kind {kind} is not possible here.")


def _answer(piece: str) -> tuple[str, Decimal, str]:
    rest, percent = piece, Decimal(0)
    weight = _WEIGHT.match(rest)
    if weight:
        percent, rest = Decimal(weight[1]), rest[weight.end() :]
    elif rest.startswith("="):
        percent, rest = Decimal(100), rest[1:]
    text, _, feedback = re.sub(r"\\#", "\uf8f2", rest).partition("#")
    return _bare(text), percent, from_html(_bare(feedback))[:LINE_MAX]


def _bare(text: str) -> str:
    return _UNESCAPE.sub(r"\1", text.replace("\uf8f2", "#")).strip()
