"""A question as a form: what stands in its fields, and the question that they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tuition.learning import questions
from tuition.learning.questions import AnyQuestion, ChoiceGap, Cloze, Essay, NumberGap, QuestionType, Rubric, TrueFalse, WordGap
from tuition.web.rendering import translate as _
from tuition.web.studio.forms import Fields, is_on

ROWS_SPARE = 2
ROWS_MORE = 4
ROWS_MAX = 50
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row: its name, what it is called, and how it is filled in."""

    name: str
    label: str
    widget: str = "text"
    """text, area, check, number, short, hidden, or choice"""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A part of a question that comes several times: options, pairs, gaps."""

    name: str
    title: str
    hint: str
    columns: tuple[Column, ...]
    rows: list[Row]


Lists = dict[str, tuple[str, str, tuple[Column, ...]]]
"""Each list of a type: title, hint, columns."""


def type_names() -> dict[str, str]:
    """What the types are called."""
    return {
        QuestionType.MULTIPLE_CHOICE: _("Multiple choice"),
        QuestionType.TRUE_FALSE: _("True or false"),
        QuestionType.SHORT_ANSWER: _("Short answer"),
        QuestionType.NUMERIC: _("Number"),
        QuestionType.MATCHING: _("Matching"),
        QuestionType.ORDERING: _("Ordering"),
        QuestionType.CLOZE: _("Text with gaps"),
        QuestionType.ESSAY: _("Essay"),
    }


def _columns() -> dict[str, Lists]:
    """The lists of each type: title, hint, columns."""
    percent = Column("percent", _("Worth in %"), "short")
    feedback = Column("feedback", _("Feedback"))
    part_id = Column("id", "", "hidden")
    return {
        QuestionType.MULTIPLE_CHOICE: {
            "options": (
                _("Options"),
                _("Leave “worth” empty, unless an option is partly right: right ones then count equally, wrong ones take away."),
                (part_id, Column("text", _("Option")), Column("is_correct", _("Right"), "check"), percent, feedback),
            )
        },
        QuestionType.TRUE_FALSE: {},
        QuestionType.SHORT_ANSWER: {
            "accepted": (_("Accepted answers"), _("One is worth 100 %."), (Column("text", _("Answer")), percent, feedback))
        },
        QuestionType.NUMERIC: _number_lists(percent, feedback),
        QuestionType.MATCHING: {
            "pairs": (_("Pairs"), "", (part_id, Column("prompt", _("Prompt")), Column("answer", _("Its answer")))),
            "distractors": (_("Answers that belong to none"), "", (part_id, Column("text", _("Answer")))),
        },
        QuestionType.ORDERING: {
            "items": (_("Items in their right order"), "", (part_id, Column("text", _("Item"))))
        },
        QuestionType.CLOZE: _gap_lists(),
        QuestionType.ESSAY: {
            "criteria": (
                _("Rubric"),
                _("One level a line: its points, then what it means. For example: 2 Clear and complete."),
                (
                    part_id,
                    Column("title", _("Criterion")),
                    Column("description", _("What to look at")),
                    Column("levels", _("Levels"), "area"),
                ),
            )
        },
    }  # fmt: skip


def _number_lists(percent: Column, feedback: Column) -> Lists:
    kinds = (("absolute", _("± so much")), ("relative", _("± percent")))
    return {
        "accepted": (
            _("Accepted numbers"),
            _("One is worth 100 %."),
            (
                Column("value", _("Number"), "number"),
                Column("tolerance", _("Tolerance"), "number"),
                Column("tolerance_kind", _("Kind of tolerance"), "choice", kinds),
                percent,
                feedback,
            ),
        ),
        "units": (
            _("Units"),
            _("The factor turns a unit into the one of the accepted numbers: 0.01 for cm, if those are metres."),
            (Column("name", _("Unit"), "short"), Column("factor", _("Factor"), "number")),
        ),
    }


def _gap_lists() -> Lists:
    kinds = (("words", _("Words")), ("number", _("Number")), ("choice", _("Choice")))
    return {
        "gaps": (
            _("Gaps"),
            _("Write [[g1]] in the text where gap g1 stands. Words: one accepted answer a line. Number: 42 or 42 ± 0.5. "
              "Choice: one option a line, the right one first."),
            (
                Column("id", _("Gap"), "short"),
                Column("kind", _("Kind"), "choice", kinds),
                Column("answers", _("Answers"), "area"),
                Column("weight", _("Weight"), "short"),
            ),
        )
    }  # fmt: skip


def lists_of(kind: str, values: Fields | dict[str, Any]) -> list[Rows]:
    """The lists of a type with their rows: as typed, and some empty ones."""
    typed = values if isinstance(values, Fields) else None
    kept: Mapping[str, Any] = {} if isinstance(values, Fields) else values
    lists = []
    for name, (title, hint, columns) in _columns()[kind].items():
        rows = _typed_rows(typed, name, columns) if typed is not None else [dict(row) for row in kept.get(name, [])]
        spare = ROWS_MORE if typed is not None and typed["more"] == name else ROWS_SPARE
        empty = max(spare, 0 if rows or name in ("distractors", "units", "criteria") else 4)
        rows += [{} for _spare in range(min(empty, ROWS_MAX - len(rows)))]
        lists.append(Rows(name, title, hint, columns, rows))
    return lists


def values_of(body: AnyQuestion) -> dict[str, Any]:
    """What stands in the fields of a question: single ones as texts, lists as rows."""
    written = body.model_dump(mode="json")
    values: dict[str, Any] = {name: _text(value) for name, value in written.items() if not isinstance(value, list | dict)}
    for name, value in written.items():
        if isinstance(value, list):
            values[name] = [{member: _text(inner) for member, inner in row.items()} for row in value]
    if isinstance(body, TrueFalse):
        values["answer"] = "true" if body.answer else "false"
    values |= {f"tolerance-{name}": _text(value) for name, value in written.get("tolerance", {}).items()}
    if isinstance(body, Cloze):
        values["gaps"] = [_gap_row(gap) for gap in body.gaps]
    if isinstance(body, Essay):
        values["criteria"] = criteria_rows(body.rubric)
    return values


def criteria_rows(rubric: Rubric | None) -> list[Row]:
    """The criteria of a rubric, as they stand in a form."""
    return [
        {
            "id": criterion.id,
            "title": criterion.title,
            "description": criterion.description,
            "levels": "\n".join(f"{level.points.normalize():f} {level.title}" for level in criterion.levels),
        }
        for criterion in (rubric.criteria if rubric else ())
    ]


def rubric_from(fields: Fields) -> Rubric:
    """The rubric that a form means. Raises ``RubricInvalid``."""
    return questions.parse_rubric({"criteria": _criteria(fields)})


def _criteria(fields: Fields) -> list[dict[str, Any]]:
    columns = _columns()[QuestionType.ESSAY]["criteria"][2]
    return [_criterion_from(row) for row in _typed_rows(fields, "criteria", columns)]


def body_from(kind: str, fields: Fields, before: AnyQuestion | None = None) -> AnyQuestion:
    """The question that a form means. Raises ``QuestionInvalid``.

    ``before`` is the question that is changed: a gap or a criterion whose text is as it was keeps what the form cannot show.
    """
    texts = {name: fields[name].replace("\r\n", "\n") for name in ("text", "explanation")}
    written: dict[str, Any] = {"type": kind, **texts}
    lists = {name: _typed_rows(fields, name, columns) for name, (_title, _hint, columns) in _columns()[kind].items()}
    match QuestionType(kind):
        case QuestionType.MULTIPLE_CHOICE:
            written |= {"several": is_on(fields, "several"), "partial": fields["partial"] or "per_option"}
            written["options"] = [_kept(row, "percent") | {"is_correct": bool(row["is_correct"])} for row in lists["options"]]
        case QuestionType.TRUE_FALSE:
            written |= {name: fields[name] for name in ("answer", "feedback_true", "feedback_false")}
        case QuestionType.SHORT_ANSWER:
            written |= {"accepted": [_kept(row, "percent") for row in lists["accepted"]], "tolerance": _tolerance(fields)}
        case QuestionType.NUMERIC:
            optional = ("percent", "tolerance", "tolerance_kind", "factor")
            written |= {name: [_kept(row, *optional) for row in lists[name]] for name in ("accepted", "units")}
            written["unit_required"] = is_on(fields, "unit_required")
        case QuestionType.MATCHING:
            written |= {name: [_kept(row) for row in lists[name]] for name in ("pairs", "distractors")}
        case QuestionType.ORDERING:
            written |= {"items": [_kept(row) for row in lists["items"]], "partial": fields["partial"] or "neighbours"}
        case QuestionType.CLOZE:
            known = {gap.id: gap for gap in before.gaps} if isinstance(before, Cloze) else {}
            written["gaps"] = [_gap_from(row, known.get(row["id"])) for row in lists["gaps"]]
        case QuestionType.ESSAY:
            written |= {name: fields[name] or None for name in ("words_min", "words_max")}
            written |= {name: fields[name] for name in ("template", "grader_notes")}
            criteria = _criteria(fields)
            written["rubric"] = {"criteria": criteria} if criteria else None
    return questions.parse(written)


def _typed_rows(fields: Fields | None, name: str, columns: Sequence[Column]) -> list[Row]:
    """The rows in which something that can be seen was typed."""
    rows = []
    for number in range(ROWS_MAX):
        row = {column.name: fields[f"{name}-{number}-{column.name}"] if fields is not None else "" for column in columns}
        seen = [row[column.name] for column in columns if column.widget in ("text", "area", "number", "short")]
        if any(value.strip() for value in seen) and (name != "gaps" or row["answers"].strip()):
            rows.append(row)
    return rows


def _kept(row: Row, *optional: str) -> dict[str, Any]:
    """A row without what was left out and may be."""
    return {name: value for name, value in row.items() if value or name not in (*optional, "id")}


def _tolerance(fields: Fields) -> dict[str, Any]:
    flags = ("match_case", "match_accents", "ignore_spaces", "arabic_forms", "wildcards")
    return {name: is_on(fields, f"tolerance-{name}") for name in flags} | {"slips_max": fields["tolerance-slips_max"] or 0}


def _gap_row(gap: WordGap | NumberGap | ChoiceGap) -> Row:
    match gap:
        case WordGap():
            answers = "\n".join(form.text for form in gap.accepted)
        case NumberGap():
            answers = "\n".join(
                f"{one.value.normalize():f}" + (f" ± {one.tolerance.normalize():f}" if one.tolerance else "")
                for one in gap.accepted
            )
        case ChoiceGap():
            listed = sorted(gap.options, key=lambda option: not option.is_correct)
            answers = "\n".join(option.text for option in listed)
    return {"id": gap.id, "kind": gap.kind, "answers": answers, "weight": str(gap.weight)}


def _gap_from(row: Row, before: WordGap | NumberGap | ChoiceGap | None) -> dict[str, Any]:
    lines = [line.strip() for line in row["answers"].splitlines() if line.strip()]
    weight = row["weight"].strip() or "1"
    if before is not None and _gap_row(before) == row | {"answers": "\n".join(lines), "weight": weight}:
        return before.model_dump(mode="json")
    made: dict[str, Any] = {"id": row["id"].strip(), "kind": row["kind"] or "words", "weight": weight}
    match made["kind"]:
        case "choice":
            ids = {option.text: option.id for option in before.options} if isinstance(before, ChoiceGap) else {}
            made["options"] = [
                {"text": line, "is_correct": place == 0} | ({"id": ids[line]} if line in ids else {})
                for place, line in enumerate(lines)
            ]
        case "number":
            parts = [line.partition("±") for line in lines]
            made["accepted"] = [{"value": value.strip(), "tolerance": by.strip() or 0} for value, _sign, by in parts]
        case _:
            made["accepted"] = [{"text": line} for line in lines]
    return made


def _criterion_from(row: Row) -> dict[str, Any]:
    levels = []
    for line in row["levels"].splitlines():
        points, _space, title = line.strip().partition(" ")
        if points:
            levels.append({"points": points.rstrip(":=").replace(",", "."), "title": title.strip() or points})
    return {"title": row["title"], "description": row["description"], "levels": levels} | ({"id": row["id"]} if row["id"] else {})


def _text(value: Any) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "yes"
        case str() if _is_figure(value):
            return f"{Decimal(value).normalize():f}"
    return str(value)


def _is_figure(value: str) -> bool:
    return "." in value and value.replace(".", "", 1).lstrip("-").isdigit()
