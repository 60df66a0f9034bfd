"""Moodle's XML for questions.

Source: https://docs.moodle.org/en/Moodle_XML_format. Every ``question`` element gives one entry of the report.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from copy import copy
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, tostring

from tuition.learning.exchange.formats.moodle import exact
from tuition.learning.exchange.formats.moodle.cloze import read_cloze, read_gaps
from tuition.learning.exchange.formats.pictures import FOLDER, Find, named_in, shelf
from tuition.learning.exchange.formats.words import LINE_MAX, TEXT_MAX, cut, from_html, from_plain, lost_in, plain
from tuition.learning.exchange.values import FoundQuestion, found, skipped
from tuition.learning.pictures import PictureRefused
from tuition.learning.questions import QuestionInvalid, parse
from tuition.platform.files import FileUnreadable, parse_xml

NAME_MAX = 255
PLUGINFILE = "@@PLUGINFILE@@/"
_STAR = re.compile(r"(?<!\\)\*")
"""One that stands for anything."""
_UNSUPPORTED = {
    "calculated": "It makes its numbers by a formula, which cannot be done here.",
    "calculatedmulti": "It makes its numbers by a formula, which cannot be done here.",
    "calculatedsimple": "It makes its numbers by a formula, which cannot be done here.",
    "ddimageortext": "It drags onto a picture, which cannot be done here.",
    "ddmarker": "It marks a place on a picture, which cannot be done here.",
    "description": "It asks nothing: a text without an answer. Make it a lesson.",
    "random": "It draws another question: a quiz here draws from a bank.",
}
Details = dict[str, Any]


def read(data: bytes) -> Iterator[FoundQuestion]:
    """Every question of a file, in order; each category becomes a tag. Raises ``FileUnreadable``."""
    root = parse_xml(data)
    if root.tag != "quiz":
        raise FileUnreadable(reason="it is XML, and not Moodle's: its outermost element is not “quiz”.")
    category = ""
    for element in root.iter("question"):
        kind = element.get("type", "")
        if kind == "category":
            category = _plain_of(element.find("category")).rpartition("/")[2][:60]
        else:
            yield _question(element, kind, category)


def _question(element: Element, kind: str, category: str) -> FoundQuestion:
    name = _plain_of(element.find("name"))[:NAME_MAX] or "?"
    if kind in _UNSUPPORTED:
        return skipped(name, kind, _UNSUPPORTED[kind])
    reader = _READERS.get(kind)
    if reader is None:
        return skipped(name, kind, f"There is no such kind of question here ({kind or 'none named'}).")
    with shelf().looking(_files_of(element)):
        whole = _whole(element, name, kind)
        return whole or _asked(element, kind, name, category, reader)


def _whole(element: Element, name: str, kind: str) -> FoundQuestion | None:
    """As it was when it was taken out, if nothing about it has changed and its pictures are there."""
    holder = element.find("exact")
    if holder is None or holder.text is None:
        return None
    bare = copy(element)
    bare.remove(holder)
    bare.tail = None
    pictures = named_in(holder.text)
    if any(shelf().name_of(PLUGINFILE + one.removeprefix(FOLDER))[0] != one for one in pictures):
        return None
    return exact.restored(holder.text, tostring(bare, encoding="unicode"), name, kind)


def _asked(
    element: Element, kind: str, name: str, category: str, reader: Callable[[Element, list[str]], Details]
) -> FoundQuestion:
    notes = [note for holder in element.iter("text") for note in lost_in(holder.text or "")]
    stem = element.find("questiontext")
    explanation = _markdown_of(element.find("generalfeedback"))
    try:
        details = reader(element, notes)
        written = {
            "text": cut(_markdown_of(stem), TEXT_MAX, notes) or name,
            "explanation": cut(explanation, TEXT_MAX, notes),
            **details,
        }
        body = parse(written)
        points = _points(element, notes)
    except (QuestionInvalid, ValueError, ArithmeticError) as error:
        reason = str(error.fields.get("reason", "")) if isinstance(error, QuestionInvalid) else str(error)
        return skipped(name, kind, f"It cannot be asked: {reason}")
    tags = [category, *(_plain_of(tag) for tag in element.iterfind("tags/tag"))]
    kept = tuple(dict.fromkeys(tag[:60] for tag in tags if tag))[:20]
    return found(name, kind, body, notes=list(dict.fromkeys(notes)), points=points, tags=kept)


def _files_of(element: Element) -> Find:
    """Its files stand in it, in base64, beside the text that shows them."""
    files = {
        f"{file.get('path', '/')}{file.get('name', '')}".lstrip("/"): file.text or ""
        for file in element.iter("file")
        if file.get("encoding", "base64") == "base64"
    }

    def find(source: str) -> bytes | None:
        written = files.get(unquote(source.removeprefix(PLUGINFILE).partition("?")[0]).lstrip("/"))
        if not source.startswith(PLUGINFILE) or written is None:
            return None
        try:
            return base64.b64decode("".join(written.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise PictureRefused(reason="it is damaged.") from error

    return find


def _points(element: Element, notes: list[str]) -> Decimal:
    given = Decimal(_plain_of(element.find("defaultgrade")) or "1")
    if not given.is_finite() or given <= 0:
        notes.append("It was worth nothing; here it is worth one point.")
        return Decimal(1)
    kept = min(given, Decimal("999.99")).quantize(Decimal("0.01")) or Decimal("0.01")
    if kept != given:
        notes.append(f"Its points were rounded from {given.normalize():f} to {kept}.")
    return kept


def _choice(element: Element, notes: list[str]) -> Details:
    several = _plain_of(element.find("single")).lower() in ("false", "0")
    options = []
    for answer in element.iterfind("answer"):
        percent = _fraction(answer)
        options.append(
            {
                "text": cut(_markdown_of(answer), LINE_MAX, notes) or "–",
                "is_correct": percent > 0 if several else percent == Decimal(100),
                "percent": percent,
                "feedback": _feedback(answer, notes),
            }
        )
    if all(option["percent"] == (100 if option["is_correct"] else 0) for option in options) and not several:
        for option in options:
            del option["percent"]
    return {"type": "multiple_choice", "several": several, "options": options}


def _truth(element: Element, notes: list[str]) -> Details:
    answers = {_plain_of(answer).lower(): answer for answer in element.iterfind("answer")}
    if set(answers) != {"true", "false"}:
        raise ValueError("its two answers are not true and false.")
    return {
        "type": "true_false",
        "answer": _fraction(answers["true"]) > 0,
        "feedback_true": _feedback(answers["true"], notes),
        "feedback_false": _feedback(answers["false"], notes),
    }


def _short(element: Element, notes: list[str]) -> Details:
    accepted = [
        {
            "text": cut(_plain_of(answer), LINE_MAX, notes),
            "percent": _fraction(answer),
            "feedback": _feedback(answer, notes),
        }
        for answer in element.iterfind("answer")
    ]
    wild = any(_STAR.search(str(form["text"])) for form in accepted)
    for form in [] if wild else accepted:
        form["text"] = str(form["text"]).replace(r"\*", "*")
    case = _plain_of(element.find("usecase")) == "1"
    return {"type": "short_answer", "accepted": accepted, "tolerance": {"match_case": case, "wildcards": wild}}


def _numeric(element: Element, notes: list[str]) -> Details:
    accepted = []
    for answer in element.iterfind("answer"):
        if _plain_of(answer) == "*":
            notes.append("What it says to any other number is left out.")
            continue
        accepted.append(
            {
                "value": Decimal(_plain_of(answer)),
                "tolerance": Decimal(_plain_of(answer.find("tolerance")) or "0"),
                "percent": _fraction(answer),
                "feedback": _feedback(answer, notes),
            }
        )
    units = [
        {"name": _plain_of(unit.find("unit_name")), "factor": _factor(_plain_of(unit.find("multiplier")))}
        for unit in element.iterfind("units/unit")
    ]
    graded = _plain_of(element.find("unitgradingtype")) in ("1", "2")
    return {"type": "numeric", "accepted": accepted, "units": units, "unit_required": bool(units) and graded}


def _factor(multiplier: str) -> Decimal:
    """Moodle multiplies the value by it; here the answer is multiplied by its inverse."""
    return round(1 / Decimal(multiplier or "1"), 12).normalize()


def _matching(element: Element, notes: list[str]) -> Details:
    pairs, distractors = [], []
    for part in element.iterfind("subquestion"):
        prompt, answer = _markdown_of(part), _plain_of(part.find("answer"))
        if prompt:
            pairs.append({"prompt": cut(prompt, LINE_MAX, notes), "answer": cut(answer, LINE_MAX, notes)})
        elif answer:
            distractors.append({"text": cut(answer, LINE_MAX, notes)})
    return {"type": "matching", "pairs": pairs, "distractors": distractors}


def _ordering(element: Element, notes: list[str]) -> Details:
    ranked = sorted(element.iterfind("answer"), key=lambda answer: float(answer.get("fraction", "0") or 0))
    notes.append("An order that is half right may be worth something else here.")
    return {"type": "ordering", "items": [{"text": cut(_markdown_of(answer), LINE_MAX, notes)} for answer in ranked]}


def _essay(element: Element, notes: list[str]) -> Details:
    if _plain_of(element.find("attachments")) not in ("", "0"):
        notes.append("Files cannot be attached to an answer; use an assignment for that.")
    return {
        "type": "essay",
        "template": _markdown_of(element.find("responsetemplate")),
        "grader_notes": _markdown_of(element.find("graderinfo")),
    }


def _cloze(element: Element, _notes: list[str]) -> Details:
    return read_cloze(_raw(element.find("questiontext")))


def _gaps(element: Element, notes: list[str]) -> Details:
    boxes = [*element.iterfind("selectoption"), *element.iterfind("dragbox")]
    words = [(_plain_of(box), _plain_of(box.find("group")) or "1") for box in boxes]
    return read_gaps(_raw(element.find("questiontext")), words, notes)


_READERS: dict[str, Callable[[Element, list[str]], Details]] = {
    "cloze": _cloze,
    "ddmatch": _matching,
    "ddwtos": _gaps,
    "essay": _essay,
    "gapselect": _gaps,
    "matching": _matching,
    "multichoice": _choice,
    "multichoiceset": _choice,
    "numerical": _numeric,
    "ordering": _ordering,
    "shortanswer": _short,
    "truefalse": _truth,
}


def _fraction(answer: Element) -> Decimal:
    return max(Decimal(-100), min(Decimal(100), round(Decimal(answer.get("fraction") or "0"), 5)))


def _feedback(answer: Element, notes: list[str]) -> str:
    return cut(_markdown_of(answer.find("feedback")), LINE_MAX, notes)


def _raw(element: Element | None) -> str:
    if element is None:
        return ""
    inner = element.find("text")
    return (inner.text if inner is not None else element.text) or ""


def _plain_of(element: Element | None) -> str:
    return plain(from_html(_raw(element))) if element is not None else ""


def _markdown_of(element: Element | None) -> str:
    if element is None:
        return ""
    form, raw = element.get("format", "html"), _raw(element)
    if form == "markdown":
        return raw.strip()
    return from_plain(raw) if form == "plain_text" else from_html(raw)
