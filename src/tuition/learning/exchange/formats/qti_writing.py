"""Questions as QTI 2.1 items, and the same in the names of 3.0."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import assert_never
from xml.etree.ElementTree import Element, SubElement, tostring

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from tuition.learning.exchange.formats.words import to_html
from tuition.learning.questions import (
    AnyQuestion,
    ChoiceGap,
    Cloze,
    Essay,
    Figures,
    Form,
    Matching,
    MultipleChoice,
    Numeric,
    Option,
    Ordering,
    Partial,
    ShortAnswer,
    ToleranceKind,
    TrueFalse,
    WordGap,
)

NAMESPACES = {"2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1", "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"}
_TEMPLATES = {
    "2.1": "http://www.imsglobal.org/question/qti_v2p1/rptemplates/",
    "3.0": "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
}
_HTML = frozenset(
    {"a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "dfn", "div", "dl", "dt", "em"}
    | {"figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q"}
    | {
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
    }
)
_UPPER = re.compile(r"(?<=[a-z])([A-Z])")
_GAP = re.compile(r"\[\[([A-Za-z0-9_-]{1,24})\]\]")
_INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def item(body: AnyQuestion, *, identifier: str, title: str, points: Decimal, version: str = "2.1") -> bytes:
    """One question as the file of an item."""
    root = Element("assessmentItem", identifier=identifier, title=_clean(title), adaptive="false", timeDependent="false")
    _write(root, body, _TEMPLATES[version])
    _outcomes(root, points)
    _order_children(root)
    if version == "3.0":
        _rename(root)
    root.set("xmlns", NAMESPACES[version])
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def append_html(parent: Element, markup: str, gaps: dict[str, Element] | None = None) -> None:
    """Put HTML into a tree; ``[[name]]`` in its text becomes the element of that name."""
    _walk(parent, BeautifulSoup(markup, "html.parser"), gaps or {})


def _write(root: Element, body: AnyQuestion, templates: str) -> None:
    match body:
        case MultipleChoice():
            _choice(root, body, templates)
        case TrueFalse():
            _truth(root, body, templates)
        case ShortAnswer():
            holder = _declare(root, "RESPONSE", "single", "string")
            _forms(holder, body.accepted, match_case=body.tolerance.match_case)
            paragraph = SubElement(_stem(root, body), "p")
            SubElement(paragraph, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="40")
            SubElement(root, "responseProcessing", template=templates + "map_response")
        case Numeric():
            _declare(root, "RESPONSE", "single", "float", [_figure(best) for best in body.accepted if best.percent == 100][:1])
            paragraph = SubElement(_stem(root, body), "p")
            SubElement(paragraph, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="15")
            _near(SubElement(root, "responseProcessing"), "RESPONSE", body.accepted)
        case Matching():
            _match(root, body, templates)
        case Ordering():
            _declare(root, "RESPONSE", "ordered", "identifier", [entry.id for entry in body.items])
            interaction = SubElement(_stem(root, body), "orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
            for entry in body.items:
                append_html(SubElement(interaction, "simpleChoice", identifier=entry.id), to_html(entry.text))
            SubElement(root, "responseProcessing", template=templates + "match_correct")
        case Cloze():
            _cloze(root, body)
        case Essay():
            _declare(root, "RESPONSE", "single", "string")
            stem = _stem(root, body)
            if body.grader_notes:
                append_html(SubElement(stem, "rubricBlock", view="scorer"), _block(to_html(body.grader_notes)))
            SubElement(stem, "extendedTextInteraction", responseIdentifier="RESPONSE", expectedLines="10")
        case _:
            assert_never(body)
    if body.explanation:
        _modal(root, "EXPLANATION", body.explanation)


def _declare(root: Element, name: str, cardinality: str, base: str, correct: list[str] | None = None) -> Element:
    holder = SubElement(root, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)
    if correct:
        response = SubElement(holder, "correctResponse")
        for value in correct:
            SubElement(response, "value").text = _clean(value)
    return holder


def _stem(root: Element, body: AnyQuestion) -> Element:
    holder = SubElement(root, "itemBody")
    append_html(SubElement(holder, "div"), _block(to_html(body.text)))
    return holder


def _block(markup: str) -> str:
    """A single paragraph was written without its tags; items want blocks."""
    return (
        markup
        if markup.lstrip().startswith(("<p", "<div", "<ul", "<ol", "<table", "<h", "<pre", "<block"))
        else f"<p>{markup}</p>"
    )


def _choice(root: Element, body: MultipleChoice, templates: str) -> None:
    right = [option.id for option in body.options if option.is_correct]
    holder = _declare(root, "RESPONSE", "multiple" if body.several else "single", "identifier", right)
    worth = {option.id: _worth(option, body, len(right)) for option in body.options}
    mapped = any(option.percent is not None for option in body.options) or (body.several and body.partial is Partial.PER_OPTION)
    if mapped:
        mapping = SubElement(holder, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
        for name, value in worth.items():
            SubElement(mapping, "mapEntry", mapKey=name, mappedValue=_share(value))
    interaction = SubElement(
        _stem(root, body),
        "choiceInteraction",
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxChoices="0" if body.several else "1",
    )
    for option in body.options:
        append_html(SubElement(interaction, "simpleChoice", identifier=option.id), to_html(option.text))
    SubElement(root, "responseProcessing", template=templates + ("map_response" if mapped else "match_correct"))
    for option in body.options:
        if option.feedback:
            _modal(root, option.id, option.feedback)


def _worth(option: Option, body: MultipleChoice, right: int) -> Decimal:
    if any(other.percent is not None for other in body.options):
        return option.percent or Decimal(0)
    each = Decimal(100) / right if body.several else Decimal(100)
    return each if option.is_correct else (-each if body.several else Decimal(0))


def _truth(root: Element, body: TrueFalse, templates: str) -> None:
    _declare(root, "RESPONSE", "single", "identifier", ["true" if body.answer else "false"])
    interaction = SubElement(
        _stem(root, body), "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1"
    )
    for name, feedback in (("true", body.feedback_true), ("false", body.feedback_false)):
        SubElement(interaction, "simpleChoice", identifier=name).text = name.capitalize()
        if feedback:
            _modal(root, name, feedback)
    SubElement(root, "responseProcessing", template=templates + "match_correct")


def _forms(holder: Element, accepted: tuple[Form, ...], *, match_case: bool) -> None:
    response = SubElement(holder, "correctResponse")
    best = next(form for form in accepted if form.percent == 100)
    SubElement(response, "value").text = _clean(best.text)
    mapping = SubElement(holder, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
    for form in accepted:
        SubElement(
            mapping,
            "mapEntry",
            mapKey=_clean(form.text),
            mappedValue=_share(form.percent),
            caseSensitive="true" if match_case else "false",
        )


def _near(processing: Element, name: str, accepted: tuple[Figures, ...], outcome: str = "SCORE") -> None:
    condition = SubElement(processing, "responseCondition")
    for place, figures in enumerate(accepted):
        branch = SubElement(condition, "responseIf" if not place else "responseElseIf")
        by = f"{figures.tolerance.normalize():f}"
        mode = "relative" if figures.tolerance_kind is ToleranceKind.RELATIVE else "absolute"
        equal = SubElement(branch, "equal", toleranceMode=mode, tolerance=f"{by} {by}")
        SubElement(equal, "variable", identifier=name)
        SubElement(equal, "baseValue", baseType="float").text = _figure(figures)
        SubElement(SubElement(branch, "setOutcomeValue", identifier=outcome), "baseValue", baseType="float").text = _share(
            figures.percent
        )


def _match(root: Element, body: Matching, templates: str) -> None:
    answers: dict[str, str] = {}
    for pair in body.pairs:
        answers.setdefault(pair.answer.strip(), f"to-{pair.id}"[:24])
    for other in body.distractors:
        answers.setdefault(other.text.strip(), f"to-{other.id}"[:24])
    pairs = [f"{pair.id} {answers[pair.answer.strip()]}" for pair in body.pairs]
    holder = _declare(root, "RESPONSE", "multiple", "directedPair", pairs)
    mapping = SubElement(holder, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
    for written in pairs:
        SubElement(mapping, "mapEntry", mapKey=written, mappedValue=_share(Decimal(100) / len(pairs)))
    interaction = SubElement(
        _stem(root, body), "matchInteraction", responseIdentifier="RESPONSE", shuffle="true", maxAssociations=str(len(pairs))
    )
    prompts = SubElement(interaction, "simpleMatchSet")
    for pair in body.pairs:
        append_html(SubElement(prompts, "simpleAssociableChoice", identifier=pair.id, matchMax="1"), to_html(pair.prompt))
    targets = SubElement(interaction, "simpleMatchSet")
    for text, name in answers.items():
        SubElement(targets, "simpleAssociableChoice", identifier=name, matchMax=str(len(pairs))).text = _clean(text)
    SubElement(root, "responseProcessing", template=templates + "map_response")


def _cloze(root: Element, body: Cloze) -> None:
    placed: dict[str, Element] = {}
    processing = Element("responseProcessing")
    for gap in body.gaps:
        match gap:
            case ChoiceGap():
                _declare_choice(root, gap)
                placed[gap.id] = Element("inlineChoiceInteraction", responseIdentifier=gap.id, shuffle="true")
                for option in gap.options:
                    SubElement(placed[gap.id], "inlineChoice", identifier=option.id).text = _clean(
                        BeautifulSoup(to_html(option.text), "html.parser").get_text()
                    )
            case WordGap():
                _forms(_declare(root, gap.id, "single", "string"), gap.accepted, match_case=gap.tolerance.match_case)
                placed[gap.id] = Element("textEntryInteraction", responseIdentifier=gap.id, expectedLength="20")
            case _:
                _declare(root, gap.id, "single", "float", [_figure(best) for best in gap.accepted if best.percent == 100][:1])
                placed[gap.id] = Element("textEntryInteraction", responseIdentifier=gap.id, expectedLength="12")
                _near(processing, gap.id, gap.accepted, outcome=f"SCORE_{gap.id}")
                SubElement(root, "outcomeDeclaration", identifier=f"SCORE_{gap.id}", cardinality="single", baseType="float")
    append_html(SubElement(SubElement(root, "itemBody"), "div"), _block(to_html(body.text)), placed)
    _sum_up(processing, body)
    root.append(processing)


def _declare_choice(root: Element, gap: ChoiceGap) -> None:
    holder = _declare(root, gap.id, "single", "identifier", [option.id for option in gap.options if option.is_correct])
    mapping = SubElement(holder, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
    for option in gap.options:
        percent = option.percent if option.percent is not None else Decimal(100 if option.is_correct else 0)
        SubElement(mapping, "mapEntry", mapKey=option.id, mappedValue=_share(percent))


def _sum_up(processing: Element, body: Cloze) -> None:
    """Each gap its weight of the whole."""
    whole = sum(gap.weight for gap in body.gaps)
    total = SubElement(SubElement(processing, "setOutcomeValue", identifier="SCORE"), "sum")
    for gap in body.gaps:
        product = SubElement(total, "product")
        SubElement(product, "baseValue", baseType="float").text = _share(Decimal(100 * gap.weight) / whole)
        if isinstance(gap, ChoiceGap | WordGap):
            SubElement(product, "mapResponse", identifier=gap.id)
        else:
            SubElement(product, "variable", identifier=f"SCORE_{gap.id}")


def _modal(root: Element, name: str, markdown: str) -> None:
    feedback = SubElement(root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show")
    append_html(feedback, _block(to_html(markdown)))


def _outcomes(root: Element, points: Decimal) -> None:
    SubElement(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    most = SubElement(root, "outcomeDeclaration", identifier="MAXSCORE", cardinality="single", baseType="float")
    SubElement(SubElement(most, "defaultValue"), "value").text = f"{points:f}"
    if root.find("modalFeedback") is not None:
        SubElement(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="multiple", baseType="identifier")


_PLACES = {"responseDeclaration": 0, "outcomeDeclaration": 1, "itemBody": 2, "responseProcessing": 3, "modalFeedback": 4}


def _order_children(root: Element) -> None:
    root[:] = sorted(root, key=lambda child: _PLACES[child.tag])


def _rename(root: Element) -> None:
    """The names of QTI 3.0: kebab case, HTML as it is."""
    for element in root.iter():
        if element.tag in _HTML:
            continue
        names = dict(element.attrib)
        element.attrib.clear()
        element.attrib.update({_kebab(name): value for name, value in names.items()})
        element.tag = f"qti-{_kebab(element.tag)}"


def _kebab(name: str) -> str:
    return _UPPER.sub(lambda match: "-" + match[1], name).lower()


def _walk(parent: Element, node: Tag, gaps: dict[str, Element]) -> None:
    for child in node.children:
        if isinstance(child, Tag):
            held = SubElement(parent, child.name if child.name in _HTML else "span")
            for name in ("href", "src", "alt", "title", "dir", "lang", "colspan", "rowspan"):
                if child.get(name):
                    held.set(name, _clean(str(child[name])))
            _walk(held, child, gaps)
        elif isinstance(child, NavigableString):
            for place, piece in enumerate(_GAP.split(str(child))):
                if place % 2 and piece in gaps:
                    parent.append(gaps[piece])
                else:
                    _add_text(parent, _clean(f"[[{piece}]]" if place % 2 else piece))


def _add_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _figure(figures: Figures) -> str:
    return f"{figures.value.normalize():f}"


def _share(percent: Decimal) -> str:
    return f"{round(percent / 100, 7).normalize():f}"


def _clean(text: str) -> str:
    """Without the signs that XML cannot hold."""
    return _INVALID.sub("", text)
