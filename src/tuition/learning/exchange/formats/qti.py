"""1EdTech QTI items, 2.1 to 3.0, as questions.

Sources: QTI 2.1/2.2 information model, QTI 3.0 ASI (https://www.imsglobal.org/spec/qti/v3p0/impl). 3.0 writes the same names in
another way (``qti-choice-interaction`` for ``choiceInteraction``); both are read as 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, tostring

from tuition.learning.exchange.formats.words import LINE_MAX, TEXT_MAX, cut, from_html, lost_in, plain
from tuition.learning.exchange.values import FoundQuestion, found, skipped
from tuition.learning.questions import QuestionInvalid, parse

NAME_MAX = 255
INTERACTIONS = {
    "choiceInteraction",
    "extendedTextInteraction",
    "inlineChoiceInteraction",
    "matchInteraction",
    "orderInteraction",
    "textEntryInteraction",
}
_INLINE = {"inlineChoiceInteraction", "textEntryInteraction"}
_DASH = re.compile(r"-([a-z])")
_MARK = re.compile("\uf8f0(.+?)\uf8f1")
Details = dict[str, Any]


def normal(root: Element) -> Element:
    """The same tree without namespaces, and with the names of 2.1."""
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        is_three = tag.startswith("qti-")
        element.tag = _camel(tag.removeprefix("qti-")) if is_three else tag
        names = {name: value for name, value in element.attrib.items() if not name.startswith("{")}
        element.attrib.clear()
        element.attrib.update({_camel(name) if is_three else name: value for name, value in names.items()})
    return root


def read_item(root: Element) -> FoundQuestion:
    """One item. ``root`` is ``normal`` already."""
    name = (root.get("title") or root.get("identifier") or "?")[:NAME_MAX]
    body = root.find("itemBody")
    placed = [element for element in body.iter() if element.tag.endswith("Interaction")] if body is not None else []
    kinds = {element.tag for element in placed}
    kind = next(iter(kinds), "item")
    if body is None or not placed:
        return skipped(name, "item", "It asks nothing: it has no interaction.")
    strange = kinds - INTERACTIONS
    if strange:
        return skipped(name, min(strange), f"There is no such kind of question here ({min(strange)}).")
    if len(placed) > 1 and not kinds <= _INLINE:
        return skipped(name, kind, "It asks several things at once, in different ways; make a question of each.")
    notes = lost_in(tostring(body, encoding="unicode"))
    try:
        is_cloze = len(placed) > 1 or kind == "inlineChoiceInteraction" or _stands_inside(placed[0])
        details = _cloze(root, body, placed, notes) if is_cloze else _READERS[kind](root, body, placed[0], notes)
        details.setdefault("explanation", cut(_explained(root), TEXT_MAX, notes))
        made = parse(details)
        points = _points(root)
    except (QuestionInvalid, ValueError, ArithmeticError, KeyError) as error:
        reason = str(error.fields.get("reason", "")) if isinstance(error, QuestionInvalid) else str(error)
        return skipped(name, kind, f"It cannot be asked: {reason}")
    return found(name, kind, made, notes=list(dict.fromkeys(notes)), points=points)


def _camel(name: str) -> str:
    return _DASH.sub(lambda match: match[1].upper(), name)


def _points(root: Element) -> Decimal:
    for outcome in root.iterfind("outcomeDeclaration"):
        value = outcome.findtext("defaultValue/value")
        if outcome.get("identifier") == "MAXSCORE" and value and Decimal(value) > 0:
            return min(Decimal(value), Decimal("999.99")).quantize(Decimal("0.01"))
        if outcome.get("identifier") == "SCORE" and outcome.get("normalMaximum"):
            return min(Decimal(outcome.get("normalMaximum", "1")), Decimal("999.99")).quantize(Decimal("0.01"))
    return Decimal(1)


def _explained(root: Element) -> str:
    general = [
        feedback
        for feedback in root.iterfind("modalFeedback")
        if feedback.get("identifier", "").lower() in ("general", "general_fb", "explanation", "solution")
    ]
    return "\n\n".join(_inner(feedback) for feedback in general)


def _feedback_by_choice(root: Element) -> dict[str, str]:
    """Feedback that appears for one choice: its identifier is the choice's."""
    return {item.get("identifier", ""): _inner(item) for item in root.iterfind("modalFeedback")}


def _declared(root: Element, interaction: Element) -> Element:
    wanted = interaction.get("responseIdentifier", "RESPONSE")
    for declaration in root.iterfind("responseDeclaration"):
        if declaration.get("identifier") == wanted:
            return declaration
    raise ValueError(f"the response “{wanted}” is not declared.")


def _correct(declaration: Element) -> list[str]:
    return [(value.text or "").strip() for value in declaration.iterfind("correctResponse/value")]


def _mapped(declaration: Element) -> dict[str, Decimal]:
    """What each answer is worth in percent, where the item says so."""
    mapping = declaration.find("mapping")
    if mapping is None:
        return {}
    entries = {entry.get("mapKey", ""): Decimal(entry.get("mappedValue", "0")) for entry in mapping.iterfind("mapEntry")}
    positive = [value for value in entries.values() if value > 0]
    if not positive:
        return {}
    best = sum(positive) if declaration.get("cardinality") == "multiple" else max(positive)
    whole = Decimal(mapping.get("upperBound") or best) or best
    return {key: max(Decimal(-100), min(Decimal(100), round(value * 100 / whole, 5))) for key, value in entries.items()}


def _stem(body: Element, interaction: Element, notes: list[str]) -> str:
    """The text around an interaction, with its prompt."""
    prompt = interaction.find("prompt")
    rest = deepcopy(body)
    for parent in list(rest.iter()):
        for child in list(parent):
            if child.tag == interaction.tag or child.tag in ("rubricBlock", "feedbackBlock", "comment"):
                _remove(parent, child)
    return cut("\n\n".join(filter(None, [_inner(rest), _inner(prompt) if prompt is not None else ""])), TEXT_MAX, notes)


def _remove(parent: Element, child: Element) -> None:
    before = list(parent).index(child)
    if child.tail:
        if before:
            previous = parent[before - 1]
            previous.tail = (previous.tail or "") + child.tail
        else:
            parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _inner(element: Element) -> str:
    """What an element holds, as Markdown."""
    pieces = [_escape(element.text or ""), *(tostring(child, encoding="unicode") for child in element)]
    return from_html("".join(pieces))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _choice_text(choice: Element, notes: list[str]) -> tuple[str, str]:
    """Its text, and the feedback that stands inside it."""
    copy = deepcopy(choice)
    feedback = ""
    for inline in list(copy.iterfind("feedbackInline")):
        feedback = _inner(inline)
        _remove(copy, inline)
    return cut(_inner(copy), LINE_MAX, notes) or "–", cut(feedback, LINE_MAX, notes)


def _choice(root: Element, body: Element, interaction: Element, notes: list[str]) -> Details:
    declaration = _declared(root, interaction)
    right, worth, said = set(_correct(declaration)), _mapped(declaration), _feedback_by_choice(root)
    choices = {choice.get("identifier", ""): choice for choice in interaction.iterfind("simpleChoice")}
    text = _stem(body, interaction, notes)
    if {name.lower() for name in choices} == {"true", "false"}:
        notes_true, notes_false = (
            _choice_text(choices[name], notes)[1] or said.get(name, "") for name in sorted(choices, reverse=True)
        )
        answer = any(name.lower() == "true" for name in right)
        return {"type": "true_false", "text": text, "answer": answer, "feedback_true": notes_true, "feedback_false": notes_false}
    several = declaration.get("cardinality") == "multiple"
    if not right:
        right = {name for name, percent in worth.items() if percent > 0}
    plain_worth = not worth or _is_even(worth, right, set(choices), several=several)
    options = []
    for name, choice in choices.items():
        shown, feedback = _choice_text(choice, notes)
        option: Details = {
            "id": _part_id(name),
            "text": shown,
            "is_correct": name in right,
            "feedback": feedback or said.get(name, ""),
        }
        options.append(option if plain_worth else option | {"percent": worth.get(name, Decimal(0))})
    partial = "per_option" if worth or not several else "all_or_nothing"
    return {"type": "multiple_choice", "text": text, "several": several, "options": options, "partial": partial}


def _is_even(worth: dict[str, Decimal], right: set[str], every: set[str], *, several: bool) -> bool:
    """Whether the mapping says no more than that each right one counts the same, less wrong ones."""
    if not several:
        return all(worth.get(name, Decimal(0)) == (100 if name in right else 0) for name in every)
    if not right:
        return False
    each = round(Decimal(100) / len(right), 5)
    return all(abs(worth.get(name, Decimal(0)) - (each if name in right else -each)) < Decimal("0.001") for name in every)


def _part_id(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,24}", name) else ""


def _words_of(declaration: Element) -> tuple[list[Details], bool]:
    worth, case = _mapped(declaration), False
    for entry in declaration.iterfind("mapping/mapEntry"):
        case = case or entry.get("caseSensitive", "true") == "true"
    forms = [{"text": text[:LINE_MAX], "percent": percent} for text, percent in worth.items() if text and percent > 0]
    forms += [{"text": text[:LINE_MAX], "percent": Decimal(100)} for text in _correct(declaration) if text and text not in worth]
    if forms and all(form["percent"] != 100 for form in forms):
        forms[0]["percent"] = Decimal(100)
    return forms, case if worth else True


def _figures_of(root: Element, declaration: Element) -> list[Details]:
    wanted = declaration.get("identifier", "")
    accepted: list[Details] = []
    for branch in [*root.iter("responseIf"), *root.iter("responseElseIf")]:
        equal = branch.find(".//equal")
        if equal is None or all(variable.get("identifier") != wanted for variable in equal.iter("variable")):
            continue
        value = equal.findtext("baseValue") or next(iter(_correct(declaration)), "")
        by = (equal.get("tolerance") or "0").split()
        relative = equal.get("toleranceMode") == "relative"
        share = branch.findtext("setOutcomeValue/baseValue") or "1"
        percent = min(Decimal(100), Decimal(share) * 100)
        accepted.append(
            {
                "value": Decimal(value),
                "tolerance": max(Decimal(item) for item in by),
                "tolerance_kind": "relative" if relative else "absolute",
                "percent": percent,
            }
        )
    return accepted or [{"value": Decimal(value)} for value in _correct(declaration)]


def _entry(root: Element, body: Element, interaction: Element, notes: list[str]) -> Details:
    text = _stem(body, interaction, notes)
    return {"text": text, **_asked_in_words(root, interaction, "numeric", "short_answer", "type")}


def _asked_in_words(root: Element, interaction: Element, number: str, words: str, tag: str) -> Details:
    declaration = _declared(root, interaction)
    if declaration.get("baseType") in ("float", "integer"):
        return {tag: number, "accepted": _figures_of(root, declaration)}
    forms, case = _words_of(declaration)
    if not forms:
        raise ValueError("no answer is accepted.")
    return {tag: words, "accepted": forms, "tolerance": {"match_case": case}}


def _essay(root: Element, body: Element, interaction: Element, notes: list[str]) -> Details:
    declaration = next(iter(root.iterfind("responseDeclaration")), None)
    if declaration is not None and _correct(declaration):
        notes.append("Its model answer became a note for those who grade.")
    graders = [_inner(block) for block in body.iter("rubricBlock") if "scorer" in block.get("view", "")]
    graders += _correct(declaration) if declaration is not None else []
    return {"type": "essay", "text": _stem(body, interaction, notes), "grader_notes": "\n\n".join(graders)[:TEXT_MAX]}


def _match(root: Element, body: Element, interaction: Element, notes: list[str]) -> Details:
    sets = list(interaction.iterfind("simpleMatchSet"))
    if len(sets) != 2:
        raise ValueError("it does not match two lists.")
    left, right = ({c.get("identifier", ""): c for c in part.iterfind("simpleAssociableChoice")} for part in sets)
    pairs, used = [], set()
    for written in _correct(_declared(root, interaction)):
        one, _, other = written.partition(" ")
        one, other = (one, other) if one in left else (other, one)
        if one not in left or other not in right:
            raise ValueError("a pair names something that is not there.")
        used.add(other)
        answer = plain(_choice_text(right[other], notes)[0])
        pairs.append({"id": _part_id(one), "prompt": _choice_text(left[one], notes)[0], "answer": answer})
    if len({pair["prompt"] for pair in pairs}) < len(left):
        notes.append("What belongs to nothing in its first list is left out.")
    others = [{"text": plain(_choice_text(choice, notes)[0])} for name, choice in right.items() if name not in used]
    return {"type": "matching", "text": _stem(body, interaction, notes), "pairs": pairs, "distractors": others}


def _order(root: Element, body: Element, interaction: Element, notes: list[str]) -> Details:
    choices = {choice.get("identifier", ""): choice for choice in interaction.iterfind("simpleChoice")}
    order = _correct(_declared(root, interaction))
    if sorted(order) != sorted(choices):
        raise ValueError("its order does not name every item once.")
    items = [{"id": _part_id(name), "text": _choice_text(choices[name], notes)[0]} for name in order]
    return {"type": "ordering", "text": _stem(body, interaction, notes), "items": items}


def _cloze(root: Element, body: Element, placed: list[Element], notes: list[str]) -> Details:
    gaps: list[Details] = []
    weights = _weights(root)
    for number, interaction in enumerate(placed, 1):
        name = f"g{number}"
        weight = weights.get(interaction.get("responseIdentifier", ""), 1)
        if interaction.tag == "inlineChoiceInteraction":
            right = set(_correct(_declared(root, interaction)))
            options = [
                {"text": plain(_inner(choice))[:LINE_MAX] or "–", "is_correct": choice.get("identifier") in right}
                for choice in interaction.iterfind("inlineChoice")
            ]
            gaps.append({"id": name, "weight": weight, "kind": "choice", "options": options})
        else:
            gaps.append({"id": name, "weight": weight, **_asked_in_words(root, interaction, "number", "words", "kind")})
        tail = interaction.tail
        interaction.clear()
        interaction.tag, interaction.tail = "span", tail
        interaction.text = f"\uf8f0{name}\uf8f1"
    text = _MARK.sub(r"[[\1]]", _inner(body))
    return {"type": "cloze", "text": cut(text, TEXT_MAX, notes), "gaps": gaps}


def _weights(root: Element) -> dict[str, int]:
    """How much each gap counts, where the score is a sum of products: as whole numbers beside each other."""
    shares: dict[str, Decimal] = {}
    for product in root.iter("product"):
        share = Decimal(product.findtext("baseValue") or "0")
        for part in product:
            if part.tag in ("mapResponse", "variable") and share > 0:
                shares[part.get("identifier", "").removeprefix("SCORE_")] = share
    least = min(shares.values(), default=Decimal(1))
    return {name: max(1, min(100, round(share / least))) for name, share in shares.items()}


def _stands_inside(interaction: Element) -> bool:
    """Whether words follow the field in its own line: then it is a gap, not a field under a question."""
    return interaction.tag == "textEntryInteraction" and bool((interaction.tail or "").strip())


_READERS: dict[str, Callable[[Element, Element, Element, list[str]], Details]] = {
    "choiceInteraction": _choice,
    "extendedTextInteraction": _essay,
    "matchInteraction": _match,
    "orderInteraction": _order,
    "textEntryInteraction": _entry,
}
