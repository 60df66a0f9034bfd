"""Questions as GIFT."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tuition.learning.exchange.formats.moodle import exact, losses
from tuition.learning.exchange.formats.moodle.gift import EXACT
from tuition.learning.exchange.formats.moodle.xml_writing import figure, tolerance_of, worths
from tuition.learning.exchange.formats.pictures import named_in
from tuition.learning.exchange.formats.words import plain, to_html
from tuition.learning.exchange.values import Taken
from tuition.learning.questions import (
    AnyQuestion,
    Cloze,
    Essay,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    ShortAnswer,
    ToleranceKind,
    TrueFalse,
)

NAME_MAX = 80
Written = tuple[AnyQuestion, Decimal, Iterable[str]]
_SIGNS = re.compile(r"([\\~=#{}:])")
_IMAGE = re.compile(r"<img\b[^>]*>")


def write(questions: Sequence[Written], *, title: str) -> tuple[bytes, list[Taken]]:
    """A file of these questions, and what it could not hold of each."""
    blocks = [f"// {' '.join(title.split())}"]
    report = []
    for body, points, tags in questions:
        kept_tags = list(tags)
        name, why = " ".join(plain(body.text).split())[:NAME_MAX] or body.type, _why_not(body)
        if why:
            blocks.append(f"// {name}: {why}")
            report.append(Taken(name, body.type, why, is_there=False))
            continue
        inside, lost = _answers(body)
        written = f"::{_escaped(name)}::[html]{_html(body.text)} {{{inside}}}"
        marks = "".join(f" [tag:{' '.join(tag.replace(']', '').split())}]" for tag in kept_tags)
        head = [f"//{marks}"] if marks else []
        if named_in(body.model_dump_json()):
            lost.append("Its pictures are left out; Moodle XML can hold them.")
        else:
            head.append(EXACT + exact.kept(body, points, kept_tags, written))
        if points != 1:
            lost.append("What it is worth is not said.")
        blocks.append("\n".join([*head, written]))
        report.append(Taken(name, body.type, " ".join(lost)))
    return ("\n\n".join(blocks) + "\n").encode(), report


def _why_not(body: AnyQuestion) -> str:
    match body:
        case Ordering():
            return "GIFT cannot ask for an order; Moodle XML can."
        case Cloze():
            return "GIFT cannot ask for gaps in a text; Moodle XML can."
        case Matching() if any("->" in pair.prompt + pair.answer for pair in body.pairs):
            return "An arrow stands in it, which GIFT reads as its own; Moodle XML can hold it."
        case _:
            return ""


def _answers(body: AnyQuestion) -> tuple[str, list[str]]:
    general = f" ####{_html(body.explanation)}" if body.explanation else ""
    match body:
        case MultipleChoice():
            return f"{_choice(body)}{general}", losses.of_choice(body)
        case TrueFalse():
            right, wrong = (body.feedback_true, body.feedback_false) if body.answer else (body.feedback_false, body.feedback_true)
            said = f"#{_html(wrong)}#{_html(right)}" if right or wrong else ""
            return f"{'TRUE' if body.answer else 'FALSE'}{said}{general}", []
        case ShortAnswer():
            forms = [f"=%{figure(one.percent)}%{_escaped(one.text)}{_said(one.feedback)}" for one in body.accepted]
            lost = losses.of_words(body.tolerance) + (["Capitals do not count."] if body.tolerance.match_case else [])
            return f"{' '.join(forms)}{general}", lost
        case Numeric():
            forms = [
                f"=%{figure(one.percent)}%{figure(one.value)}:{figure(tolerance_of(one))}{_said(one.feedback)}"
                for one in body.accepted
            ]
            lost = ["Its units are left out."] if body.units else []
            if any(one.tolerance_kind is ToleranceKind.RELATIVE and one.tolerance for one in body.accepted):
                lost.append("Its tolerance in percent became one in figures.")
            return f"#{' '.join(forms)}{general}", lost
        case Matching():
            pairs = [f"={_html(pair.prompt)} -> {_escaped(pair.answer)}" for pair in body.pairs]
            pairs += [f"= -> {_escaped(other.text)}" for other in body.distractors]
            return f"{' '.join(pairs)}{general}", []
        case _:
            assert isinstance(body, Essay), "the others are left out"
            more = body.rubric or body.template or body.grader_notes or body.words_min or body.words_max
            return general.strip(), ["Its rubric, its lengths and its notes are left out."] if more else []


def _choice(body: MultipleChoice) -> str:
    worth = worths(body.options, several=body.several)
    plainly = not body.several and all(option.percent is None for option in body.options)
    answers = []
    for option in body.options:
        sign = "=" if plainly and option.is_correct else "~" if plainly else f"~%{figure(worth[option.id])}%"
        answers.append(f"{sign}{_html(option.text)}{_said(option.feedback)}")
    return " ".join(answers)


def _said(feedback: str) -> str:
    return f"#{_html(feedback)}" if feedback else ""


def _html(markdown: str) -> str:
    return _escaped(_IMAGE.sub("", to_html(markdown)))


def _escaped(text: str) -> str:
    # A blank line would end the question.
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
