"""Questions as Moodle's XML."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from xml.etree.ElementTree import Element, SubElement, tostring

from tuition.learning.exchange.formats.moodle import exact, losses
from tuition.learning.exchange.formats.pictures import FOLDER, NAMED, named_in
from tuition.learning.exchange.formats.words import plain, to_html
from tuition.learning.exchange.values import Taken
from tuition.learning.questions import (
    AnyQuestion,
    ChoiceGap,
    Cloze,
    Essay,
    Figures,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    OrderRule,
    ShortAnswer,
    ToleranceKind,
    TrueFalse,
    WordGap,
)

NAME_MAX = 120
Written = tuple[AnyQuestion, Decimal, Iterable[str]]
_GAP = re.compile(r"\[\[([A-Za-z0-9_-]{1,24})\]\]")
_INVALID = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_SIGNS = re.compile(r"([\\}#~])")
_GRADINGS = {OrderRule.NEIGHBOURS: "RELATIVE_NEXT_EXCLUDE_LAST", OrderRule.POSITIONS: "ABSOLUTE_POSITION"}


def write(questions: Sequence[Written], *, title: str, shown: Mapping[str, bytes]) -> tuple[bytes, list[Taken]]:
    """A file of these questions, and what it could not hold of each; ``shown`` are their pictures by name."""
    root = Element("quiz")
    category = SubElement(root, "question", type="category")
    _plain(category, "category", f"$course$/top/{title.replace('/', '//')}")
    report = []
    for body, points, tags in questions:
        kept_tags = list(tags)
        element, lost = _question(body, points, kept_tags, shown)
        written = tostring(element, encoding="unicode")
        SubElement(element, "exact").text = exact.kept(body, points, kept_tags, written)
        element.tail = "\n"
        root.append(element)
        report.append(Taken(_name(body), body.type, " ".join(lost)))
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data, report


def _name(body: AnyQuestion) -> str:
    return _clean(plain(_GAP.sub("…", body.text)))[:NAME_MAX] or body.type


def _question(body: AnyQuestion, points: Decimal, tags: Sequence[str], shown: Mapping[str, bytes]) -> tuple[Element, list[str]]:
    element = Element("question")
    _plain(element, "name", _name(body))
    _text(element, "questiontext", _cloze_text(body) if isinstance(body, Cloze) else to_html(body.text), shown)
    _text(element, "generalfeedback", to_html(body.explanation), shown)
    SubElement(element, "defaultgrade").text = f"{points:f}"
    SubElement(element, "penalty").text = "0"
    SubElement(element, "hidden").text = "0"
    kind, lost = _body(element, body, shown)
    element.set("type", kind)
    if tags:
        holder = SubElement(element, "tags")
        for tag in tags:
            _plain(holder, "tag", tag)
    return element, lost


def _body(element: Element, body: AnyQuestion, shown: Mapping[str, bytes]) -> tuple[str, list[str]]:
    match body:
        case MultipleChoice():
            SubElement(element, "single").text = "false" if body.several else "true"
            SubElement(element, "shuffleanswers").text = "true"
            worth = worths(body.options, several=body.several)
            for option in body.options:
                _answer(element, to_html(option.text), worth[option.id], option.feedback, shown)
            return "multichoice", losses.of_choice(body)
        case TrueFalse():
            for word, is_right, said in (
                ("true", body.answer, body.feedback_true),
                ("false", not body.answer, body.feedback_false),
            ):
                _answer(element, word, Decimal(100 if is_right else 0), said, shown, form="moodle_auto_format")
            return "truefalse", []
        case ShortAnswer():
            SubElement(element, "usecase").text = "1" if body.tolerance.match_case else "0"
            for form in body.accepted:
                words = form.text if body.tolerance.wildcards else form.text.replace("*", r"\*")
                _answer(element, words, form.percent, form.feedback, shown, form="moodle_auto_format")
            return "shortanswer", losses.of_words(body.tolerance)
        case Numeric():
            return "numerical", _numeric(element, body, shown)
        case Matching():
            SubElement(element, "shuffleanswers").text = "true"
            for prompt, answer in [
                *((to_html(p.prompt), p.answer) for p in body.pairs),
                *(("", d.text) for d in body.distractors),
            ]:
                part = _text(element, "subquestion", prompt, shown)
                _plain(part, "answer", answer)
            return "matching", []
        case Ordering():
            SubElement(element, "layouttype").text = "VERTICAL"
            SubElement(element, "selecttype").text = "ALL"
            SubElement(element, "gradingtype").text = _GRADINGS.get(body.partial, "ALL_OR_NOTHING")
            for place, item in enumerate(body.items, 1):
                _answer(element, to_html(item.text), Decimal(place), "", shown)
            return "ordering", losses.of_order(body.partial)
        case Cloze():
            return "cloze", [note for gap in body.gaps if isinstance(gap, WordGap) for note in losses.of_words(gap.tolerance)][:1]
        case _:
            return "essay", _essay(element, body, shown)


def _numeric(element: Element, body: Numeric, shown: Mapping[str, bytes]) -> list[str]:
    lost = []
    for figures in body.accepted:
        answer = _answer(element, figure(figures.value), figures.percent, figures.feedback, shown, form="moodle_auto_format")
        SubElement(answer, "tolerance").text = figure(tolerance_of(figures))
        if figures.tolerance_kind is ToleranceKind.RELATIVE and figures.tolerance:
            lost.append("Its tolerance in percent became one in figures.")
    units = SubElement(element, "units")
    for unit in body.units:
        holder = SubElement(units, "unit")
        SubElement(holder, "multiplier").text = figure(round(1 / unit.factor, 12))
        SubElement(holder, "unit_name").text = _clean(unit.name)
    SubElement(element, "unitgradingtype").text = "1" if body.unit_required else "0"
    SubElement(element, "unitpenalty").text = "1"
    SubElement(element, "showunits").text = "0" if body.units else "3"
    return lost[:1]


def _essay(element: Element, body: Essay, shown: Mapping[str, bytes]) -> list[str]:
    SubElement(element, "responseformat").text = "editor"
    SubElement(element, "responserequired").text = "1"
    SubElement(element, "responsefieldlines").text = "15"
    SubElement(element, "minwordlimit").text = str(body.words_min or "")
    SubElement(element, "maxwordlimit").text = str(body.words_max or "")
    SubElement(element, "attachments").text = "0"
    _text(element, "graderinfo", to_html(body.grader_notes), shown)
    _text(element, "responsetemplate", to_html(body.template), shown)
    return ["Its rubric is left out; the file cannot hold one."] if body.rubric else []


def _cloze_text(body: Cloze) -> str:
    codes = {gap.id: _code(gap) for gap in body.gaps}
    return _GAP.sub(lambda found: codes.get(found[1], found[0]), to_html(body.text))


def _code(gap: object) -> str:
    match gap:
        case ChoiceGap():
            worth = worths(gap.options, several=False)
            kind, answers = "MULTICHOICE", [(plain(one.text), worth[one.id], one.feedback) for one in gap.options]
        case WordGap():
            kind = "SHORTANSWER_C" if gap.tolerance.match_case else "SHORTANSWER"
            answers = [(one.text, one.percent, one.feedback) for one in gap.accepted]
        case _:
            kind = "NUMERICAL"
            answers = [
                (f"{figure(one.value)}:{figure(tolerance_of(one))}", one.percent, one.feedback)
                for one in gap.accepted  # type: ignore[attr-defined]  # because the third kind of gap is the one for numbers
            ]
    inside = "~".join(
        f"%{figure(percent)}%{_coded(text)}" + (f"#{_coded(plain(said))}" if said else "") for text, percent, said in answers
    )
    return f"{{{gap.weight}:{kind}:{inside}}}"  # type: ignore[attr-defined]  # because every gap has a weight


def _coded(text: str) -> str:
    return escape(_SIGNS.sub(r"\\\1", _clean(text)), quote=False)


def worths(options: Sequence[Option], *, several: bool) -> dict[str, Decimal]:
    """What choosing each option is worth in percent, with as many digits as Moodle keeps."""
    if any(option.percent is not None for option in options):
        return {option.id: option.percent or Decimal(0) for option in options}
    right = sum(option.is_correct for option in options)
    each = round(Decimal(100) / right, 5) if several else Decimal(100)
    wrong = -each if several else Decimal(0)
    return {option.id: each if option.is_correct else wrong for option in options}


def tolerance_of(figures: Figures) -> Decimal:
    """How far from the value is still right, in figures."""
    if figures.tolerance_kind is ToleranceKind.ABSOLUTE:
        return figures.tolerance
    return round(abs(figures.value) * figures.tolerance / 100, 12)


def figure(value: Decimal) -> str:
    """A figure in full, without noughts at its end."""
    return f"{value.normalize():f}"


def _answer(
    element: Element, text: str, percent: Decimal, said: str, shown: Mapping[str, bytes], *, form: str = "html"
) -> Element:
    answer = _text(element, "answer", text, shown, form=form)
    answer.set("fraction", figure(percent))
    _text(answer, "feedback", to_html(said), shown)
    return answer


def _text(parent: Element, tag: str, text: str, shown: Mapping[str, bytes], *, form: str = "html") -> Element:
    """A text, with the files that it shows beside it."""
    element = SubElement(parent, tag, format=form)
    SubElement(element, "text").text = _clean(NAMED.sub(lambda found: f"@@PLUGINFILE@@/{_bare(found[0])}", text))
    for name in named_in(text):
        if name in shown:
            file = SubElement(element, "file", name=_bare(name), path="/", encoding="base64")
            file.text = base64.b64encode(shown[name]).decode()
    return element


def _plain(parent: Element, tag: str, text: str) -> None:
    SubElement(SubElement(parent, tag), "text").text = _clean(text)


def _bare(name: str) -> str:
    return name.removeprefix(FOLDER)


def _clean(text: str) -> str:
    """Without the signs that XML cannot hold, or would read as others."""
    return _INVALID.sub("", text.replace("\r\n", "\n"))
