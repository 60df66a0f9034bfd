"""A question's fields as they were sent, and the response that they mean."""

from __future__ import annotations

from typing import Any

from tuition.learning.questions import QuestionType
from tuition.learning.quizzes import Line
from tuition.web.studio.forms import Fields


def name_of(position: int) -> str:
    """What the fields of a question are called, or begin with."""
    return f"q{position}"


def is_there(fields: Fields, line: Line) -> bool:
    """Whether the form held this question: a hidden field says so, since an unticked box says nothing."""
    return bool(fields[f"{name_of(line.answer.position)}-there"])


def known_revision(fields: Fields, line: Line) -> int | None:
    """The revision of the answer that the page knew."""
    known = fields[f"{name_of(line.answer.position)}-known"]
    return int(known) if known.isdecimal() and len(known) < 10 else None


def read_response(fields: Fields, line: Line) -> dict[str, Any] | None:
    """What was answered to a question, as ``save_answer`` takes it; none: nothing."""
    name = name_of(line.answer.position)
    match QuestionType(line.kind):
        case QuestionType.MULTIPLE_CHOICE:
            chosen = [value for value in fields.all(name) if value]
            return {"choices": chosen} if chosen else None
        case QuestionType.TRUE_FALSE:
            return {"value": fields[name] == "true"} if fields[name] in ("true", "false") else None
        case QuestionType.SHORT_ANSWER:
            return {"text": fields[name]} if fields[name].strip() else None
        case QuestionType.ESSAY:
            return {"text": fields[name].replace("\r\n", "\n")} if fields[name].strip() else None
        case QuestionType.NUMERIC:
            return {"number": fields[name], "unit": fields[f"{name}-unit"]} if fields[name].strip() else None
        case QuestionType.MATCHING:
            pairs = {prompt["id"]: fields[f"{name}-{prompt['id']}"] for prompt in line.presented["prompts"]}
            chosen_pairs = {prompt: answer for prompt, answer in pairs.items() if answer}
            return {"pairs": chosen_pairs} if chosen_pairs else None
        case QuestionType.ORDERING:
            return _read_order(fields, name, [item["id"] for item in line.presented["items"]])
        case QuestionType.CLOZE:
            gaps = [piece["gap"]["id"] for piece in line.presented["pieces"] if "gap" in piece]
            filled = {gap: fields[f"{name}-{gap}"] for gap in gaps if fields[f"{name}-{gap}"].strip()}
            return {"gaps": filled} if filled else None


def _read_order(fields: Fields, name: str, items: list[str]) -> dict[str, Any] | None:
    """The items by the places that were chosen for them; what has none comes last, what shares one keeps its order."""
    places = {item: fields[f"{name}-{item}"] for item in items}
    if not any(places.values()):
        return None
    last = len(items) + 1
    return {"order": sorted(items, key=lambda item: int(places[item]) if places[item].isdecimal() else last)}
