"""What many results come to."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuition.kernel import new_id
from tuition.learning.gradebook import letter_of, safe_cell, shares, total
from tuition.learning.gradebook.rules import Category, Result, spread

ESSAYS, QUIZZES = UUID(int=1), UUID(int=2)
percents = st.decimals(0, 100, places=2)
weights = st.decimals("0.0001", 9999, places=4)
results = st.lists(st.builds(Result, st.sampled_from([ESSAYS, QUIZZES, None]), weights, percents), max_size=12)
categories = st.builds(
    lambda first, second, drop: [Category(ESSAYS, first, drop), Category(QUIZZES, second)], weights, weights, st.integers(0, 5)
)


def of(category: UUID | None, *figures: str) -> list[Result]:
    return [Result(category, Decimal(1), Decimal(figure)) for figure in figures]


def test_categories_weigh_what_they_say() -> None:
    made = [*of(ESSAYS, "80", "90"), *of(QUIZZES, "60")]
    assert total(made, [Category(ESSAYS, Decimal(3)), Category(QUIZZES, Decimal(1))]) == Decimal("78.75")


def test_thirds_are_exact_until_the_end() -> None:
    assert total(of(None, "100", "100", "0"), []) == Decimal("66.67")
    assert total(of(ESSAYS, "100", "0", "0"), [Category(ESSAYS, Decimal("0.3333"))]) == Decimal("33.33")


def test_the_lowest_are_left_out_but_never_the_last_one() -> None:
    assert total(of(ESSAYS, "0", "50", "100"), [Category(ESSAYS, Decimal(1), 1)]) == Decimal("75.00")
    assert total(of(ESSAYS, "40"), [Category(ESSAYS, Decimal(1), 3)]) == Decimal("40.00")


def test_what_is_not_graded_yet_marks_nobody_down() -> None:
    assert total(of(ESSAYS, "90"), [Category(ESSAYS, Decimal(1)), Category(QUIZZES, Decimal(9))]) == Decimal("90.00")
    assert total([], [Category(ESSAYS, Decimal(1))]) is None
    assert total(of(None, "90"), [Category(ESSAYS, Decimal(1))]) is None, "what is in no category does not count"


@given(results, categories)
def test_a_total_lies_between_the_worst_and_the_best(made: list[Result], kinds: list[Category]) -> None:
    counted = [result.percentage for result in made if result.category_id is not None]
    whole = total(made, kinds)
    assert (whole is None) == (not counted)
    if whole is not None:
        assert min(counted) <= whole <= max(counted)
        assert total(list(reversed(made)), list(reversed(kinds))) == whole


@given(results, st.decimals("0.5", 10, places=1))
def test_scaling_every_weight_changes_nothing(made: list[Result], factor: Decimal) -> None:
    scaled = [Result(result.category_id, result.weight * factor, result.percentage) for result in made]
    assert total(scaled, []) == total(made, [])


def test_letters_are_given_from_their_bounds_on() -> None:
    letters = [["A", "90"], ["B", "80"]]
    assert [letter_of(Decimal(figure), letters) for figure in ("100", "90", "89.99", "79")] == ["A", "A", "B", ""]
    assert letter_of(None, letters) == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "=HYPERLINK('https://x')"])
def test_no_name_becomes_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"a{text}") == f"a{text}"


def test_a_class_is_spread_over_tenths() -> None:
    assert spread([Decimal(0), Decimal("9.99"), Decimal(10), Decimal(100)]) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    key = new_id()
    assert shares({key: Decimal(1), new_id(): Decimal(2)})[key] == Decimal("33.33")
