"""Moodle's GIFT: questions in plain text.

Source: https://docs.moodle.org/en/GIFT_format. A question without a name is called by its first words; what stands behind the
answers makes the question a gap in its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import unescape
from typing import Any

from tuition.learning.exchange.formats.moodle import exact
from tuition.learning.exchange.formats.words import LINE_MAX, TEXT_MAX, cut, from_html, from_plain, lost_in, plain
from tuition.learning.exchange.values import FoundQuestion, found, skipped
from tuition.learning.questions import QuestionInvalid, parse

NAME_MAX = 80
Details = dict[str, Any]
GAP = "……"
# Escaped signs become letters of a private plane while the text is taken apart.
_ESCAPED = {sign: chr(0xF0000 + place) for place, sign in enumerate("~=#{}:\\")}
_HIDE = re.compile(r"\\([~=#{}:\\])")
_SHOW = {ord(letter): sign for sign, letter in _ESCAPED.items()}
EXACT = "// exact: "
"""A comment of ours: the whole of the question below it."""
_TITLE = re.compile(r"^::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(html|markdown|plain|moodle)\]\s*", re.IGNORECASE)
_TAGS = re.compile(r"\[tag:([^\]]+)\]")
_WEIGHT = re.compile(r"^\s*%(-?\d+(?:\.\d+)?)%\s*")
_TRUTH = re.compile(r"^\s*(T|TRUE|F|FALSE)\s*(#.*)?$", re.IGNORECASE | re.DOTALL)
_ANSWER = re.compile(r"(?=[=~])")
_RANGE = re.compile(r"^(-?[\d.eE+-]+?)\s*\.\.\s*(-?[\d.eE+-]+)$")


@dataclass(frozen=True, slots=True)
class _Answer:
    """One ``=`` or ``~`` of a question."""

    is_right: bool
    percent: Decimal | None
    text: str
    """As it stands there; what is compared with it is plain text, what is shown becomes Markdown."""
    feedback: str


@dataclass(slots=True)
class _Block:
    """A question as it stands in the file."""

    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    exact: str = ""


def read(text: str) -> Iterator[FoundQuestion]:
    """Every question of a file, in order; each category becomes a tag."""
    category = ""
    for block in _blocks(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")):
        written = "\n".join(block.lines).strip()
        if written.upper().startswith("$CATEGORY:"):
            first, _, written = written.partition("\n")
            category = _category(first.partition(":")[2])
        if written:
            whole = exact.restored(block.exact, written, "?", "question") if block.exact else None
            read_so = _question(written.strip(), tuple(filter(None, [category, *block.tags])))
            yield read_so if whole is None else replace(whole, item=replace(whole.item, name=read_so.item.name))


def _blocks(text: str) -> Iterator[_Block]:
    """Questions are apart by blank lines; comments are not part of them, but may carry tags."""
    block = _Block()
    for line in text.split("\n"):
        if line.startswith(EXACT):
            block.exact = line.removeprefix(EXACT)
        elif line.lstrip().startswith("//"):
            block.tags += _TAGS.findall(line)
        elif line.strip():
            block.lines.append(line)
        elif block.lines:
            yield block
            block = _Block()
    if block.lines:
        yield block


def _category(path: str) -> str:
    return path.strip().removeprefix("$course$/").removeprefix("top/").rpartition("/")[2].replace("\\", "")[:60]


def _question(written: str, tags: tuple[str, ...]) -> FoundQuestion:
    hidden = _HIDE.sub(lambda match: _ESCAPED[match[1]], written)
    title = _TITLE.match(hidden)
    name = _bare(title[1]) if title else ""
    hidden = hidden[title.end() :] if title else hidden
    form = _FORMAT.match(hidden)
    is_html = (form[1].lower() if form else "moodle") in ("html", "moodle")
    is_markdown = bool(form and form[1].lower() == "markdown")
    hidden = hidden[form.end() :] if form else hidden
    before, brace, rest = hidden.partition("{")
    inside, closed, after = rest.partition("}")
    name = (name or plain(_text(before + after, is_html=is_html)) or "?")[:NAME_MAX]
    if not brace:
        return skipped(name, "description", "It asks nothing: a text without an answer. Make it a lesson.")
    if not closed:
        return skipped(name, "question", "Its answers are not closed: a } is missing.")
    has_gap = bool(after.strip())
    stem = f"{before.rstrip()} {GAP} {after.lstrip()}" if has_gap else before
    notes = lost_in(stem)
    body = _bare(stem) if is_markdown else _text(stem, is_html=is_html)
    if not body.strip():
        return skipped(name, "question", "It has no text.")
    try:
        kind, details = _read_answers(inside)
        made = parse({"text": cut(body, TEXT_MAX, notes), **details})
    except (QuestionInvalid, ValueError, ArithmeticError) as error:
        reason = str(error.fields.get("reason", "")) if isinstance(error, QuestionInvalid) else str(error)
        return skipped(name, "question", f"It cannot be asked: {reason}")
    if has_gap:
        notes.append("The answer stood inside the text: a gap marks its place.")
    return found(name, kind, made, notes=notes, tags=tags)


def _read_answers(inside: str) -> tuple[str, Details]:
    inside, _, general = inside.partition("####")
    explained: Details = {"explanation": _text(general, is_html=True)} if general.strip() else {}
    body = inside.strip()
    if not body:
        return "essay", {"type": "essay", **explained}
    truth = _TRUTH.match(body)
    if truth:
        return "truefalse", _truth(truth[1], truth[2] or "") | explained
    if body.startswith("#"):
        return "numerical", {"type": "numeric", "accepted": _figures(body[1:]), **explained}
    answers = [_answer(piece) for piece in _ANSWER.split(body) if piece.strip()]
    if any(not answer.text for answer in answers):
        raise ValueError("one of its answers is empty.")
    if all(answer.is_right and "->" in answer.text for answer in answers):
        return "matching", _matching(answers) | explained
    if all(answer.is_right for answer in answers):
        forms = [
            {"text": unescape(answer.text)[:LINE_MAX], "percent": answer.percent or 100, "feedback": answer.feedback}
            for answer in answers
        ]
        wild = any("*" in answer.text for answer in answers)
        words: Details = {"type": "short_answer", "accepted": forms, "tolerance": {"wildcards": wild}}
        return "shortanswer", words | explained
    return "multichoice", _choice(answers) | explained


def _answer(piece: str) -> _Answer:
    sign, rest = piece.lstrip()[0], piece.lstrip()[1:]
    if sign not in "=~":
        raise ValueError(f"“{_bare(piece)[:40]}” stands before the first answer.")
    weight = _WEIGHT.match(rest)
    rest = rest[weight.end() :] if weight else rest
    text, _, feedback = rest.partition("#")
    percent = Decimal(weight[1]) if weight else None
    return _Answer(sign == "=", percent, _bare(text), _text(feedback, is_html=True)[:LINE_MAX])


def _truth(word: str, feedback: str) -> Details:
    answer = word.upper().startswith("T")
    wrong, _, right = feedback.removeprefix("#").partition("#")
    said = {"feedback_true": right if answer else wrong, "feedback_false": wrong if answer else right}
    return {"type": "true_false", "answer": answer} | {name: _text(text, is_html=True)[:LINE_MAX] for name, text in said.items()}


def _matching(answers: list[_Answer]) -> Details:
    pairs, distractors = [], []
    for answer in answers:
        prompt, _, partner = (part.strip() for part in answer.text.partition("->"))
        if prompt:
            pairs.append({"prompt": from_html(prompt)[:LINE_MAX], "answer": plain(from_html(partner))[:LINE_MAX]})
        else:
            distractors.append({"text": plain(from_html(partner))[:LINE_MAX]})
    return {"type": "matching", "pairs": pairs, "distractors": distractors}


def _choice(answers: list[_Answer]) -> Details:
    several = not any(answer.is_right for answer in answers)
    weighed = several or any(answer.percent is not None for answer in answers)
    options = []
    for answer in answers:
        percent = answer.percent if answer.percent is not None else Decimal(100 if answer.is_right else 0)
        right = percent > 0 if several else answer.is_right
        option: Details = {"text": from_html(answer.text)[:LINE_MAX], "is_correct": right, "feedback": answer.feedback}
        options.append(option | ({"percent": percent} if weighed else {}))
    return {"type": "multiple_choice", "several": several, "options": options}


def _figures(body: str) -> list[Details]:
    pieces = [piece for piece in _ANSWER.split(body) if piece.strip()] if "=" in body else [body]
    accepted = []
    for piece in pieces:
        rest = piece.strip().removeprefix("=")
        weight = _WEIGHT.match(rest)
        rest = rest[weight.end() :] if weight else rest
        figure, _, feedback = rest.partition("#")
        value, tolerance = _figure(figure.strip())
        accepted.append(
            {
                "value": value,
                "tolerance": tolerance,
                "percent": Decimal(weight[1]) if weight else Decimal(100),
                "feedback": _text(feedback, is_html=True)[:LINE_MAX],
            }
        )
    return accepted


def _figure(written: str) -> tuple[Decimal, Decimal]:
    between = _RANGE.match(written)
    if between:
        low, high = Decimal(between[1]), Decimal(between[2])
        return (low + high) / 2, (high - low) / 2
    value, _, tolerance = _bare(written).partition(":")
    return Decimal(value.strip()), Decimal(tolerance.strip() or 0)


def _bare(text: str) -> str:
    return text.translate(_SHOW).strip()


def _text(text: str, *, is_html: bool) -> str:
    bare = _bare(text)
    return from_html(bare) if is_html else from_plain(bare)
