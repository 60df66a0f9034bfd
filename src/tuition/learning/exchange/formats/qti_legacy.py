"""QTI 1.2 as Common Cartridge uses it: the quizzes inside a cartridge, read and written.

Source: 1EdTech Common Cartridge 1.3, QTI 1.2.1 profile. Its kinds: ``cc.multiple_choice``, ``cc.multiple_response``,
``cc.true_false``, ``cc.essay``, ``cc.fib``, ``cc.pattern_match``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from tuition.learning.exchange.formats.qti import normal
from tuition.learning.exchange.formats.words import LINE_MAX, TEXT_MAX, cut, from_html, from_plain, lost_in, plain, to_html
from tuition.learning.exchange.values import FoundQuestion, found, skipped
from tuition.learning.questions import AnyQuestion, Essay, MultipleChoice, QuestionInvalid, ShortAnswer, TrueFalse, parse

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
NAME_MAX = 255
Details = dict[str, Any]


def read_all(root: Element) -> Iterator[FoundQuestion]:
    """Every item of an assessment or a question bank."""
    for item in normal(root).iter("item"):
        yield read_item(item)


def read_item(item: Element) -> FoundQuestion:
    """One item."""
    meta = _meta(item)
    kind = meta.get("cc_profile") or meta.get("question_type") or ""
    name = (item.get("title") or item.get("ident") or "?")[:NAME_MAX]
    presentation = item.find("presentation")
    if presentation is None:
        return skipped(name, kind or "item", "It asks nothing: it has no presentation.")
    notes: list[str] = []
    try:
        details = _details(item, presentation, kind, notes)
        stem = _material(presentation, notes, direct=True)
        said = {feedback.get("ident", ""): _material(feedback, notes) for feedback in item.iterfind("itemfeedback")}
        general = next((text for ident, text in said.items() if ident.startswith("general")), "")
        details = {"text": cut(stem, TEXT_MAX, notes) or name, "explanation": cut(general, TEXT_MAX, notes), **details}
        body = parse(details)
        weight = Decimal(meta.get("cc_weighting") or meta.get("points_possible") or "1")
        points = min(max(weight, Decimal("0.01")), Decimal("999.99")).quantize(Decimal("0.01"))
    except (QuestionInvalid, ValueError, ArithmeticError, LookupError) as error:
        reason = str(error.fields.get("reason", "")) if isinstance(error, QuestionInvalid) else str(error)
        return skipped(name, kind or "item", f"It cannot be asked: {reason}")
    return found(name, kind or "item", body, notes=list(dict.fromkeys(notes)), points=points)


def write(questions: Sequence[tuple[AnyQuestion, Decimal]], *, identifier: str, title: str) -> tuple[bytes, list[int]]:
    """An assessment of these questions, and which of them its format can hold (by their place)."""
    root = Element("questestinterop", xmlns=NAMESPACE)
    assessment = SubElement(root, "assessment", ident=identifier, title=title)
    metadata = SubElement(assessment, "qtimetadata")
    _field(metadata, "cc_profile", "cc.exam.v0p1")
    _field(metadata, "qmd_assessmenttype", "Examination")
    section = SubElement(assessment, "section", ident="root_section")
    held = []
    for place, (body, points) in enumerate(questions):
        if isinstance(body, MultipleChoice | TrueFalse | ShortAnswer | Essay):
            _write_item(section, f"{identifier}_{place + 1}", body, points)
            held.append(place)
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data, held


def _meta(item: Element) -> dict[str, str]:
    return {
        (field.findtext("fieldlabel") or ""): (field.findtext("fieldentry") or "").strip()
        for field in item.iter("qtimetadatafield")
    }


def _details(item: Element, presentation: Element, kind: str, notes: list[str]) -> Details:
    choices = presentation.find(".//response_lid")
    if choices is not None and len(list(presentation.iter("response_lid"))) > 1:
        raise ValueError("it has several lists of choices, which only some programs know.")
    if choices is not None and choices.find("render_choice") is not None:
        return _choice(item, choices, kind, notes)
    field = presentation.find(".//response_str")
    if field is None:
        raise ValueError("how it is answered is not known here.")
    accepted, case = _accepted(item, notes)
    if "essay" in kind or not accepted:
        return {"type": "essay"}
    if "pattern_match" in kind:
        notes.append("Its pattern is read as the words themselves.")
    return {"type": "short_answer", "accepted": accepted, "tolerance": {"match_case": case}}


def _choice(item: Element, field: Element, kind: str, notes: list[str]) -> Details:
    labels = list(field.iter("response_label"))
    right, worth = _right(item)
    if not right:
        raise ValueError("no answer is marked as right.")
    said = {feedback.get("ident", ""): _material(feedback, notes) for feedback in item.iterfind("itemfeedback")}
    texts = {label.get("ident", ""): _material(label, notes) for label in labels}
    if "true_false" in kind and {plain(text).lower() for text in texts.values()} == {"true", "false"}:
        name_of = {plain(text).lower(): name for name, text in texts.items()}
        feedback = {word: cut(_said_for(item, name, said), LINE_MAX, notes) for word, name in name_of.items()}
        answer = name_of["true"] in right
        return {"type": "true_false", "answer": answer, "feedback_true": feedback["true"], "feedback_false": feedback["false"]}
    several = field.get("rcardinality", "Single").lower() == "multiple"
    if several and worth:
        notes.append("What half an answer is worth follows the rule of this house.")
    options = [
        {
            "text": cut(text, LINE_MAX, notes) or "–",
            "is_correct": name in right,
            "feedback": cut(_said_for(item, name, said), LINE_MAX, notes),
        }
        for name, text in texts.items()
    ]
    partial = "all_or_nothing" if several and not worth else "per_option"
    return {"type": "multiple_choice", "several": several, "options": options, "partial": partial}


def _right(item: Element) -> tuple[set[str], bool]:
    """Which answers give points, and whether several conditions add up."""
    right: set[str] = set()
    adding = False
    for condition in item.iter("respcondition"):
        gives = [setvar for setvar in condition.iterfind("setvar") if _number(setvar.text) > 0]
        if not gives:
            continue
        adding = adding or any(setvar.get("action", "").lower() == "add" for setvar in gives)
        wanted = condition.find("conditionvar")
        if wanted is None:
            continue
        refused = {equal for no in wanted.iter("not") for equal in no.iter("varequal")}
        right |= {(equal.text or "").strip() for equal in wanted.iter("varequal") if equal not in refused}
    return right, adding


def _accepted(item: Element, notes: list[str]) -> tuple[list[Details], bool]:
    forms: list[Details] = []
    case = False
    for condition in item.iter("respcondition"):
        share = max((_number(setvar.text) for setvar in condition.iterfind("setvar")), default=Decimal(0))
        for equal in [*condition.iter("varequal"), *condition.iter("varsubstring")]:
            text = (equal.text or "").strip()
            if not text or share <= 0:
                continue
            case = case or equal.get("case", "No").lower() == "yes"
            if equal.tag == "varsubstring":
                notes.append("An answer that only had to hold a word must be that word here.")
            forms.append({"text": text[:LINE_MAX], "percent": min(Decimal(100), share)})
    if forms and all(form["percent"] != 100 for form in forms):
        most = max(form["percent"] for form in forms)
        for form in forms:
            form["percent"] = round(form["percent"] * 100 / most, 5)
    return forms, case


def _said_for(item: Element, name: str, said: dict[str, str]) -> str:
    for condition in item.iter("respcondition"):
        equals = [(equal.text or "").strip() for equal in condition.iter("varequal")]
        if equals == [name]:
            shown = condition.find("displayfeedback")
            if shown is not None:
                return said.get(shown.get("linkrefid", ""), "")
    return ""


def _number(text: str | None) -> Decimal:
    try:
        return Decimal((text or "0").strip() or "0")
    except InvalidOperation:
        return Decimal(0)


def _material(element: Element, notes: list[str], *, direct: bool = False) -> str:
    """The texts of an element; ``direct``: only its own, not those of its answers."""
    pieces = []
    holders = [child for child in element if child.tag in ("material", "flow")] if direct else [element]
    for holder in holders:
        for text in holder.iter("mattext"):
            raw = text.text or ""
            notes += [note for note in lost_in(raw) if note not in notes]
            pieces.append(from_html(raw) if text.get("texttype", "text/plain") == "text/html" else from_plain(raw))
    return "\n\n".join(filter(None, pieces))


def _write_item(section: Element, ident: str, body: AnyQuestion, points: Decimal) -> None:
    item = SubElement(section, "item", ident=ident, title=plain(body.text)[:120] or ident)
    metadata = SubElement(SubElement(item, "itemmetadata"), "qtimetadata")
    presentation = SubElement(item, "presentation")
    _text(presentation, body.text)
    processing = Element("resprocessing")
    outcomes = SubElement(processing, "outcomes")
    SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    feedback: list[tuple[str, str]] = [("general_fb", body.explanation)] if body.explanation else []
    match body:
        case MultipleChoice():
            profile = "cc.multiple_response.v0p1" if body.several else "cc.multiple_choice.v0p1"
            options = [(option.id, option.text, option.is_correct, option.feedback) for option in body.options]
            feedback += _write_choice(presentation, processing, options, several=body.several)
        case TrueFalse():
            profile = "cc.true_false.v0p1"
            options = [
                ("true", "True", body.answer, body.feedback_true),
                ("false", "False", not body.answer, body.feedback_false),
            ]
            feedback += _write_choice(presentation, processing, options, several=False)
        case ShortAnswer():
            profile = "cc.fib.v0p1"
            SubElement(SubElement(presentation, "response_str", ident="response1", rcardinality="Single"), "render_fib")
            for form in body.accepted:
                condition = _condition(processing, f"{form.percent.normalize():f}")
                equal = SubElement(
                    condition, "varequal", respident="response1", case="Yes" if body.tolerance.match_case else "No"
                )
                equal.text = form.text
        case _:
            profile = "cc.essay.v0p1"
            SubElement(SubElement(presentation, "response_str", ident="response1", rcardinality="Single"), "render_fib")
    _field(metadata, "cc_profile", profile)
    _field(metadata, "cc_weighting", f"{points:f}")
    if len(processing) > 1 or profile != "cc.essay.v0p1":
        item.append(processing)
    for name, text in feedback:
        _text(SubElement(SubElement(item, "itemfeedback", ident=name), "flow_mat"), text)


def _write_choice(
    presentation: Element, processing: Element, options: Sequence[tuple[str, str, bool, str]], *, several: bool
) -> list[tuple[str, str]]:
    field = SubElement(presentation, "response_lid", ident="response1", rcardinality="Multiple" if several else "Single")
    render = SubElement(field, "render_choice")
    for name, text, _, _ in options:
        _text(SubElement(render, "response_label", ident=name), text)
    said = []
    for name, _, _, feedback in options:
        if feedback:
            condition = SubElement(processing, "respcondition", {"continue": "Yes"})
            SubElement(SubElement(condition, "conditionvar"), "varequal", respident="response1").text = name
            SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=f"{name}_fb")
            said.append((f"{name}_fb", feedback))
    wanted = _condition(processing, "100")
    holder = SubElement(wanted, "and") if several else wanted
    for name, _, is_correct, _ in options:
        if is_correct:
            SubElement(holder, "varequal", respident="response1").text = name
        elif several:
            SubElement(SubElement(holder, "not"), "varequal", respident="response1").text = name
    return said


def _condition(processing: Element, share: str) -> Element:
    condition = SubElement(processing, "respcondition", {"continue": "No"})
    wanted = SubElement(condition, "conditionvar")
    SubElement(condition, "setvar", action="Set", varname="SCORE").text = share
    return wanted


def _field(metadata: Element, label: str, entry: str) -> None:
    field = SubElement(metadata, "qtimetadatafield")
    SubElement(field, "fieldlabel").text = label
    SubElement(field, "fieldentry").text = entry


def _text(parent: Element, markdown: str) -> None:
    SubElement(SubElement(parent, "material"), "mattext", texttype="text/html").text = to_html(markdown)
