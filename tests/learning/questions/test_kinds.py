"""Each kind of question shows nothing of its key, takes what fits, and marks it exactly."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuition.learning import questions
from tuition.learning.questions import (
    AnyQuestion,
    ChoiceGap,
    Cloze,
    Criterion,
    CriterionLevel,
    Distractor,
    Essay,
    Figures,
    Form,
    Item,
    Matching,
    MultipleChoice,
    NumberGap,
    Numeric,
    Option,
    Ordering,
    OrderRule,
    Pair,
    Partial,
    QuestionInvalid,
    ResponseInvalid,
    Rubric,
    RubricInvalid,
    ShortAnswer,
    TrueFalse,
    WordGap,
    points_for,
    veil,
)

SEED = "an attempt"


def primes(**options: Any) -> MultipleChoice:
    """Three right options of five."""
    listed = tuple(Option(id=name, text=name, is_correct=name in "237") for name in "23479")
    return MultipleChoice(text="Which are prime?", options=listed, several=True, **options)


ONE_OF_EACH: list[AnyQuestion] = [
    primes(),
    TrueFalse(text="The sun is a star.", answer=True),
    ShortAnswer(text="The capital of France?", accepted=(Form(text="Paris"),)),
    Numeric(text="How many legs?", accepted=(Figures(value=Decimal(8)),)),
    Matching(
        text="Match.",
        pairs=(
            Pair(prompt="France", answer="Paris"),
            Pair(prompt="Spain", answer="Madrid"),
        ),
    ),
    Ordering(
        text="Order.",
        items=(
            Item(text="One"),
            Item(text="Two"),
            Item(text="Three"),
        ),
    ),
    Cloze(text="1 + 1 = [[g1]]", gaps=(NumberGap(accepted=(Figures(value=Decimal(2)),)),)),
    Essay(text="Why?"),
]


def share(question: AnyQuestion, kept: dict[str, Any]) -> Any:
    """What a kept response is worth."""
    return question.mark(kept).share


def test_two_right_options_of_three_are_two_thirds_of_the_points() -> None:
    question = primes()
    kept = question.read({"choices": [veil(SEED, "2"), veil(SEED, "7")]}, SEED)
    mark = question.mark(kept).share
    assert mark == Fraction(2, 3)
    assert points_for(mark, Decimal(3)) == Decimal("2.00")


@pytest.mark.parametrize(
    ("chosen", "worth"),
    [("237", 1), ("", 0), ("2", Fraction(1, 3)), ("24", 0), ("234", Fraction(1, 3)), ("23479", Fraction(1, 3)), ("49", 0)],
)
def test_wrong_options_take_from_right_ones_and_never_more_than_all(chosen: str, worth: Fraction) -> None:
    assert share(primes(), {"choices": list(chosen)}) == worth


def test_all_or_nothing_gives_nothing_for_nearly_all() -> None:
    question = primes(partial=Partial.ALL_OR_NOTHING)
    assert (share(question, {"choices": ["2", "3"]}), share(question, {"choices": ["7", "2", "3"]})) == (0, 1)


@given(chosen=st.sets(st.sampled_from("23479")), order=st.permutations("23479"))
def test_the_order_of_options_changes_no_mark(chosen: set[str], order: list[str]) -> None:
    question = primes()
    by_name = {option.id: option for option in question.options}
    other = question.model_copy(update={"options": tuple(by_name[name] for name in order)})
    assert share(question, {"choices": sorted(chosen)}) == share(other, {"choices": sorted(chosen, reverse=True)})


@given(
    right=st.sets(st.integers(0, 9), min_size=1),
    chosen=st.sets(st.integers(0, 9)),
    percents=st.lists(st.decimals(-100, 100, places=2) | st.none(), min_size=10, max_size=10),
)
def test_a_choice_is_worth_between_nothing_and_everything(
    right: set[int], chosen: set[int], percents: list[Decimal | None]
) -> None:
    options = [
        Option(id=str(number), text=str(number), is_correct=number in right, percent=percents[number]) for number in range(10)
    ]
    worth = questions.kinds.choice.share_of(options, frozenset(map(str, chosen)), Partial.PER_OPTION)
    assert 0 <= worth <= 1


@given(points=st.decimals("0.01", "999.99", places=2), whole=st.integers(1, 50), part=st.integers(0, 50))
def test_points_never_leave_their_bounds(points: Decimal, whole: int, part: int) -> None:
    worth = points_for(Fraction(min(part, whole), whole), points)
    assert 0 <= worth <= points
    assert worth == round(worth, 2)


def test_percentages_of_thirds_add_up_to_everything() -> None:
    listed = tuple(Option(text=str(number), is_correct=True, percent=Decimal("33.33333")) for number in range(3))
    question = MultipleChoice(text="All three?", options=listed, several=True)
    assert share(question, {"choices": ["a1", "a2", "a3"]}) == 1


@pytest.mark.parametrize("question", ONE_OF_EACH, ids=lambda question: str(question.type))
def test_what_a_learner_sees_tells_nothing_of_the_key(question: AnyQuestion) -> None:
    shown = json.dumps(question.present(SEED, shuffle=True))
    for telling in ("is_correct", "accepted", "feedback", "percent", "tolerance", '"answer":', "explanation", "grader_notes"):
        assert telling not in shown
    for part in ("options", "pairs", "items", "gaps"):
        for one in getattr(question, part, ()):
            assert f'"id": "{one.id}"' not in shown, "an id may tell the order"


@pytest.mark.parametrize("question", ONE_OF_EACH, ids=lambda question: str(question.type))
def test_a_question_survives_being_written_down(question: AnyQuestion) -> None:
    assert questions.parse(json.loads(json.dumps(question.model_dump(mode="json")))) == question


@pytest.mark.parametrize("question", ONE_OF_EACH, ids=lambda question: str(question.type))
@pytest.mark.parametrize(
    "nonsense", [None, [], "x", 3, {}, {"x": 1}, {"choices": [[1]]}, {"pairs": {"a": {}}}, {"gaps": {"a": "b"}}, {"order": ["a"]}]
)
def test_nonsense_is_no_answer(question: AnyQuestion, nonsense: Any) -> None:
    with pytest.raises(ResponseInvalid):
        question.read(nonsense, SEED)


@given(seed=st.text(max_size=12), other=st.text(max_size=12))
def test_an_answer_comes_back_as_it_was_given(seed: str, other: str) -> None:
    order = Ordering(text="Order.", items=tuple(Item(text=str(number)) for number in range(6)))
    names = [item["id"] for item in order.present(seed, shuffle=True)["items"]]
    kept = order.read({"order": names}, seed)
    assert order.shown(kept, seed) == {"order": names}
    assert set(kept["order"]) == {item.id for item in order.items}
    assert order.mark(order.read(order.key(other), other)).share == 1


@given(seed=st.text(max_size=8))
def test_the_key_is_worth_everything_in_every_attempt(seed: str) -> None:
    for question in ONE_OF_EACH:
        if isinstance(question, MultipleChoice | TrueFalse | Matching | Ordering):
            assert question.mark(question.read(question.key(seed), seed)).share == 1


@given(seed=st.text(max_size=8))
def test_an_ordering_never_begins_answered(seed: str) -> None:
    order = Ordering(
        text="Order.",
        items=(
            Item(text="a"),
            Item(text="b"),
        ),
    )
    shown = [item["id"] for item in order.present(seed, shuffle=False)["items"]]
    assert order.mark(order.read({"order": shown}, seed)).share == 0


@pytest.mark.parametrize(
    ("given_order", "neighbours", "positions"),
    [("abcd", 1, 1), ("bcda", Fraction(2, 3), 0), ("dcba", 0, 0), ("abdc", Fraction(1, 3), Fraction(1, 2))],
)
def test_orders_are_worth_what_their_rule_says(given_order: str, neighbours: Fraction, positions: Fraction) -> None:
    items = tuple(Item(id=name, text=name) for name in "abcd")
    by_neighbours = Ordering(text="Order.", items=items)
    by_position = Ordering(text="Order.", items=items, partial=OrderRule.POSITIONS)
    assert share(by_neighbours, {"order": list(given_order)}) == neighbours
    assert share(by_position, {"order": list(given_order)}) == positions


def test_each_right_pair_has_its_share_and_the_same_answer_may_belong_to_two() -> None:
    question = Matching(
        text="Which continent?",
        pairs=(Pair(id="f", prompt="France", answer="Europe"), Pair(id="s", prompt="Spain", answer="Europe"),
               Pair(id="j", prompt="Japan", answer="Asia"),),
        distractors=(Distractor(id="x", text="Africa"),),
    )  # fmt: skip
    assert len(question.present(SEED, shuffle=True)["answers"]) == 3
    assert share(question, {"pairs": {"f": "f", "s": "f", "j": "x"}}) == Fraction(2, 3)
    assert share(question, {"pairs": {}}) == 0


def test_gaps_are_worth_their_weight() -> None:
    question = Cloze(
        text="[[g1]] is the capital of **France**; 6 × 7 = [[g2]]; water is [[g3]].",
        gaps=(
            WordGap(accepted=(Form(text="Paris"),)),
            NumberGap(accepted=(Figures(value=Decimal(42)),), weight=2),
            ChoiceGap(
                options=(
                    Option(text="wet", is_correct=True),
                    Option(text="dry"),
                )
            ),
        ),
    )
    pieces = question.present(SEED, shuffle=True)["pieces"]
    assert [("gap" in piece) for piece in pieces] == [True, False, True, False, True, False]
    names = [piece["gap"]["id"] for piece in pieces if "gap" in piece]
    wet = next(option["id"] for option in pieces[4]["gap"]["options"] if option["text"] == "wet")
    kept = question.read({"gaps": {names[0]: "Rome", names[1]: "42", names[2]: wet}}, SEED)
    assert share(question, kept) == Fraction(3, 4)
    assert question.shown(kept, SEED) == {"gaps": {names[0]: "Rome", names[1]: "42", names[2]: wet}}


@pytest.mark.parametrize(
    "text", ["no gap", "[[g1]] [[g1]]", "[x](http://a.example/[[g1]])", "![[[g1]]](/x.png)", "[[g1]] [[g2]]"]
)
def test_a_gap_stands_in_the_text_once_and_in_no_link(text: str) -> None:
    with pytest.raises(QuestionInvalid):
        questions.parse({"type": "cloze", "text": text, "gaps": [{"kind": "words", "accepted": [{"text": "x"}]}]})


def test_an_essay_waits_for_a_person_unless_it_is_empty() -> None:
    question = Essay(text="Why?", template="Because")
    assert share(question, {"text": "Because the sky is blue."}) is None
    assert (share(question, {"text": "  "}), share(question, {"text": " Because "})) == (0, 0)


def test_a_rubric_adds_up_and_wants_every_criterion() -> None:
    levels = (
        CriterionLevel(id="no", title="No", points=Decimal(0)),
        CriterionLevel(id="yes", title="Yes", points=Decimal("1.5")),
    )
    rubric = Rubric(
        criteria=(
            Criterion(id="a", title="Argument", levels=levels),
            Criterion(id="b", title="Words", levels=levels),
        )
    )
    assert rubric.share({"a": "yes", "b": "no"}) == Fraction(1, 2)
    for chosen in ({"a": "yes"}, {"a": "yes", "b": "perhaps"}, {}):
        with pytest.raises(RubricInvalid):
            rubric.share(chosen)


@pytest.mark.parametrize(
    "written",
    [
        {"type": "multiple_choice", "text": "x", "options": [{"text": "a"}, {"text": "b"}]},
        {"type": "multiple_choice", "text": "x", "options": [{"text": "a", "is_correct": True}]},
        {"type": "multiple_choice", "text": "x",
         "options": [{"text": "a", "is_correct": True}, {"text": "b", "is_correct": True}]},
        {"type": "multiple_choice", "text": "x",
         "options": [{"id": "a", "text": "a", "is_correct": True}, {"id": "a", "text": "b"}]},
        {"type": "numeric", "text": "x", "accepted": [{"value": "NaN"}]},
        {"type": "numeric", "text": "x", "accepted": [{"value": "1e400"}]},
        {"type": "short_answer", "text": "x", "accepted": []},
        {"type": "essay", "text": "x", "words_min": 5, "words_max": 4},
        {"type": "riddle", "text": "x"},
        {"text": "x"},
        [],
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_with_a_reason(written: Any) -> None:
    with pytest.raises(QuestionInvalid) as caught:
        questions.parse(written)
    assert caught.value.fields["reason"]


def test_what_authors_write_cannot_hurt_who_reads_it() -> None:
    question = MultipleChoice(
        text="<script>alert(1)</script>*Which?*",
        options=(
            Option(text="<img src=x onerror=alert(1)>", is_correct=True),
            Option(text="[x](javascript:alert(1))"),
        ),
    )
    shown = json.dumps(question.present(SEED, shuffle=True)) + questions.html(question.text)
    assert "<script" not in shown
    assert "onerror" not in shown
    assert 'href=\\"javascript' not in shown
