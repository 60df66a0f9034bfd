"""Typed answers: words as exact as the teacher wants them, numbers as people write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tuition.learning.questions import (
    AnyQuestion,
    Figures,
    Form,
    Numeric,
    ResponseInvalid,
    ShortAnswer,
    Tolerance,
    ToleranceKind,
    Unit,
)

SEED = "an attempt"


def share(question: AnyQuestion, kept: dict[str, Any]) -> Any:
    """What a kept response is worth."""
    return question.mark(kept).share


@pytest.mark.parametrize(
    ("said", "tolerance", "right"),
    [
        ("paris", {}, True),
        ("  PARIS ", {}, True),
        ("paris", {"match_case": True}, False),
        ("Pariss", {}, False),
        ("Pariss", {"slips_max": 1}, True),
        ("Parsi", {"slips_max": 1}, True),
        ("Pair", {"slips_max": 1}, False),
        ("", {"slips_max": 3}, False),
        ("pa-ris.", {}, False),
        ("pa-ris.", {"ignore_spaces": True}, True),
    ],
)
def test_a_teacher_says_how_exact_words_must_be(said: str, tolerance: dict[str, Any], right: bool) -> None:
    question = ShortAnswer(text="?", accepted=(Form(text="Paris"),), tolerance=Tolerance(**tolerance))
    assert share(question, {"text": said}) == right


@pytest.mark.parametrize(("said", "right"), [("Café", True), ("cafe", True), ("مَدْرَسَة", False)])
def test_accents_count_only_if_they_should(said: str, right: bool) -> None:
    question = ShortAnswer(text="?", accepted=(Form(text="café"),))
    assert share(question, {"text": said}) == right
    strict = ShortAnswer(text="?", accepted=(Form(text="café"),), tolerance=Tolerance(match_accents=True))
    assert share(strict, {"text": "cafe"}) == 0


@pytest.mark.parametrize("said", ["مدرسة", "مَدْرَسَةٌ", "مدرســـة", "مدرسه"])
def test_arabic_is_compared_without_vowel_signs_and_tatweel(said: str) -> None:
    question = ShortAnswer(text="؟", accepted=(Form(text="مدرسة"),))
    assert share(question, {"text": said}) == 1
    alef = ShortAnswer(text="؟", accepted=(Form(text="أحمد"),))
    assert share(alef, {"text": "احمد"}) == 1
    strict = Tolerance(arabic_forms=False, match_accents=True)
    assert share(ShortAnswer(text="؟", accepted=(Form(text="أحمد"),), tolerance=strict), {"text": "احمد"}) == 0


def test_short_words_forgive_no_slip() -> None:
    question = ShortAnswer(text="?", accepted=(Form(text="car"),), tolerance=Tolerance(slips_max=3))
    assert share(question, {"text": "cat"}) == 0


def test_a_star_stands_for_anything_and_costs_no_time() -> None:
    tolerance = Tolerance(wildcards=True)
    question = ShortAnswer(text="?", accepted=(Form(text="the * of * rings"),), tolerance=tolerance)
    assert share(question, {"text": "The Lord of the Rings"}) == 1
    assert share(question, {"text": "the rings"}) == 0
    evil = ShortAnswer(text="?", accepted=(Form(text="*a" * 300 + "b"),), tolerance=tolerance)
    assert share(evil, {"text": "a" * 2000}) == 0


def test_a_form_may_be_worth_a_part() -> None:
    question = ShortAnswer(
        text="?",
        accepted=(
            Form(text="William Shakespeare"),
            Form(text="Shakespeare", percent=Decimal(50)),
        ),
    )
    assert (share(question, {"text": "shakespeare"}), share(question, {"text": "William Shakespeare"})) == (Fraction(1, 2), 1)


@pytest.mark.parametrize(
    ("said", "right"),
    [("3.14", True), ("3,14", True), ("٣٫١٤", True), ("3.15", True), ("3.16", False), ("pi", False), ("", False), ("nan", False),
     ("1e999", False), ("314e-2", True), ("+3.14", True), ("−3.14", False)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(said: str, right: bool) -> None:
    question = Numeric(text="?", accepted=(Figures(value=Decimal("3.14"), tolerance=Decimal("0.01")),))
    assert share(question, question.read({"number": said}, SEED)) == right


@pytest.mark.parametrize(
    ("said", "meant"), [("1,234", "1234"), ("1,234", "1.234"), ("1 234,5", "1234.5"), ("1.234.567", "1234567")]
)
def test_thousands_are_understood_in_either_country(said: str, meant: str) -> None:
    question = Numeric(text="?", accepted=(Figures(value=Decimal(meant)),))
    assert share(question, {"number": said}) == 1


def test_units_turn_into_each_other() -> None:
    question = Numeric(
        text="How long?",
        accepted=(Figures(value=Decimal("1.5"), tolerance=Decimal(1), tolerance_kind=ToleranceKind.RELATIVE),),
        units=(
            Unit(name="m"),
            Unit(name="cm", factor=Decimal("0.01")),
        ),
        unit_required=True,
    )
    assert share(question, {"number": "150", "unit": "cm"}) == 1
    assert share(question, {"number": "151 cm", "unit": ""}) == 1
    assert share(question, {"number": "1.5", "unit": ""}) == 0
    assert share(question, {"number": "1.5", "unit": "cm"}) == 0
    with pytest.raises(ResponseInvalid):
        question.read({"number": "1", "unit": "miles"}, SEED)
