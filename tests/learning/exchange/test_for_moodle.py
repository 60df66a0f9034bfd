"""Questions go to Moodle and come back equal; what its formats cannot hold is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from benchmarks.quizzes import ten_questions
from tests.learning.exchange.conftest import Desk
from tests.learning.exchange.test_pictures import RED, bodies, flags, seen
from tests.learning.quizzes.conftest import TEN_POINTS
from tuition.learning import exchange, questions
from tuition.learning.exchange import Format
from tuition.learning.exchange.formats.moodle import gift, gift_writing, xml, xml_writing
from tuition.learning.questions import AnyQuestion

ODD: list[dict[str, Any]] = [
    {"type": "short_answer", "text": "Which sign is it? ~ = # { } : \\", "accepted": [{"text": "a*b {c} #d ~e \\f"}]},
    {
        "type": "numeric",
        "text": "g?",
        "accepted": [{"value": "9.81", "tolerance": 2, "tolerance_kind": "relative", "feedback": "Yes"}],
    },
    {
        "type": "multiple_choice",
        "text": "<b>Bold</b> & `code` ]]>",
        "options": [{"text": "a -> b", "is_correct": True}, {"text": "–"}],
    },
    {"type": "true_false", "text": "مرحبا\n\nأهلا", "answer": False, "feedback_true": "No.", "feedback_false": "Yes."},
    {"type": "essay", "text": "Why?", "words_min": 10, "template": "Because", "grader_notes": "Look at it."},
]


def everything() -> list[tuple[AnyQuestion, Decimal, tuple[str, ...]]]:
    plain = [*ten_questions(), *(body for body, _ in TEN_POINTS), *(questions.parse(one) for one in ODD)]
    return [(body, Decimal("1.50") if number % 2 else Decimal(1), (f"tag {number}",)) for number, body in enumerate(plain)]


def test_every_question_comes_back_from_moodle_xml_as_it_was() -> None:
    asked = everything()
    data, report = xml_writing.write(asked, title="All / of them", shown={})
    back = list(xml.read(data))
    assert [(one.body, one.points, one.tags) for one in back] == asked
    assert all(one.is_there for one in report)
    assert any("Slips are not forgiven." in one.note for one in report)


def test_every_question_that_gift_can_hold_comes_back_as_it_was() -> None:
    asked = everything()
    data, report = gift_writing.write(asked, title="All")
    back = list(gift.read(data.decode()))
    held = [one for one, taken in zip(asked, report, strict=True) if taken.is_there]
    assert [(one.body, one.points, one.tags) for one in back] == held
    assert {taken.kind for taken in report if not taken.is_there} == {"ordering", "cloze"}


@pytest.mark.parametrize("form", ["xml", "gift"])
def test_when_another_program_has_changed_it_what_is_written_counts(form: str) -> None:
    """What Moodle itself would read: without our own words beside it."""
    asked = [one for one in everything() if one[0].type not in ("ordering", "cloze")]
    if form == "xml":
        data, _ = xml_writing.write(everything(), title="All", shown={})
        back = [one.body for one in xml.read(data.replace(b"<exact>", b"<exact>x"))]
        asked = everything()
    else:
        data, _ = gift_writing.write(asked, title="All")
        back = [one.body for one in gift.read(data.decode().replace("// exact: ", "// was: "))]
    assert [type(one) for one in back] == [type(one[0]) for one in asked]
    for got, (sent, _, _) in zip(back, asked, strict=True):
        assert got is not None
        assert questions.kinds.words(got.text).split() == questions.kinds.words(sent.text).split()
        assert got.key("seed").keys() == sent.key("seed").keys()
        if sent.type in ("short_answer", "true_false"):
            assert got.key("seed") == sent.key("seed")


async def test_pictures_go_to_moodle_and_come_back(desk: Desk) -> None:
    made = await desk.bring("q.xml", flags(("a.png", RED), text='<p>Red? <img src="@@PLUGINFILE@@/a.png"></p>'))
    [before] = await bodies(desk, made)
    async with desk.database.reading() as session:
        data, report = await exchange.export_moodle(session, desk.store, desk.teacher, Format.MOODLE_XML, bank_id=made.bank_id)
        _, poorer = await exchange.export_moodle(session, desk.store, desk.teacher, Format.GIFT, bank_id=made.bank_id)
    assert [one.note for one in report] == [""]
    assert "pictures" in poorer[0].note
    for name, sent in (("whole.xml", data), ("touched.xml", data.replace(b"<exact>", b"<exact>x"))):
        [after] = await bodies(desk, await desk.bring(name, sent))
        assert (await seen(desk, after)).count("<") == (await seen(desk, before)).count("<") == 1
    [after] = await bodies(desk, await desk.bring("again.xml", data))
    assert await seen(desk, after) == await seen(desk, before)
