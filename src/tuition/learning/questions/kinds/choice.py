"""One or several of some options; a statement that holds or does not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tuition.learning.questions.errors import ResponseInvalid
from tuition.learning.questions.kinds.text import html
from tuition.learning.questions.kinds.values import (
    PARTS_MAX,
    Line,
    Mark,
    Note,
    Part,
    Percent,
    Presented,
    Question,
    QuestionType,
    Response,
    clamp,
    known,
    member,
    of_percent,
    parts_of,
    shuffled,
    unveil,
    veil,
)


class Option(Part):
    """One answer to choose."""

    text: Line = Field(description="Markdown.", examples=["7"])
    is_correct: bool = False
    percent: Percent | None = Field(
        default=None, description="What choosing it is worth, when it is not simply right or wrong; may be negative."
    )
    feedback: Note = ""


class Partial(StrEnum):
    """What several right options are worth one by one."""

    PER_OPTION = "per_option"
    """Right ones chosen less wrong ones chosen, of all right ones; never below nothing."""
    ALL_OR_NOTHING = "all_or_nothing"
    """Exactly the right ones, or nothing."""


Options = Annotated[tuple[Option, ...], Field(min_length=2, max_length=PARTS_MAX), parts_of("a")]


def share_of(options: Sequence[Option], chosen: frozenset[str], partial: Partial) -> Fraction:
    """What a choice is worth. Percentages, where there are any, add up; else see ``Partial``."""
    if any(option.percent is not None for option in options):
        worth = {option.id: option.percent if option.percent is not None else Decimal(0) for option in options}
        return clamp(sum((of_percent(worth[name]) for name in chosen), Fraction(0)))
    right = frozenset(option.id for option in options if option.is_correct)
    if partial is Partial.ALL_OR_NOTHING:
        return Fraction(chosen == right)
    return clamp(Fraction(len(chosen & right) - len(chosen - right), len(right)))


class MultipleChoice(Question):
    """One or several of some options."""

    type: Literal[QuestionType.MULTIPLE_CHOICE] = QuestionType.MULTIPLE_CHOICE
    options: Options
    several: bool = Field(default=False, description="Whether several options may be chosen.")
    partial: Partial = Partial.PER_OPTION

    @model_validator(mode="after")
    def _has_an_answer(self) -> Self:
        right = sum(option.is_correct for option in self.options)
        if not right:
            raise ValueError("mark at least one option as right")
        if right > 1 and not self.several:
            raise ValueError("several options are right: let several be chosen")
        weighed = [of_percent(option.percent) for option in self.options if option.percent is not None]
        reachable = sum((share for share in weighed if share > 0), Fraction(0)) if self.several else max(weighed, default=1)
        if weighed and reachable < 1:
            raise ValueError("the percentages do not reach 100")
        return self

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """The options, perhaps shuffled."""
        options = [{"id": veil(seed, part.id), "html": html(part.text)} for part in shuffled(self.options, seed, shuffle=shuffle)]
        return {"options": options, "several": self.several}

    def read(self, response: Any, seed: str) -> Response:
        """``{"choices": [id, …]}``"""
        names = unveil(seed, self.options)
        chosen = [known(names, name) for name in member(response, "choices", list)]
        if len(set(chosen)) != len(chosen) or (len(chosen) > 1 and not self.several):
            raise ResponseInvalid(reason="each option once" if self.several else "one option only")
        return {"choices": sorted(chosen)}

    def shown(self, response: Response, seed: str) -> Response:
        """The way back."""
        return {"choices": [veil(seed, name) for name in response["choices"]]}

    def mark(self, response: Response) -> Mark:
        """Right ones less wrong ones."""
        options = {option.id: option for option in self.options}
        chosen = frozenset(response["choices"]) & options.keys()
        parts = {name: Fraction(options[name].is_correct) for name in chosen}
        feedback = tuple(option.feedback for option in self.options if option.id in chosen and option.feedback)
        return Mark(share_of(self.options, chosen, self.partial), parts, feedback)

    def key(self, seed: str) -> Presented:
        """The right options."""
        return {"choices": [veil(seed, option.id) for option in self.options if option.is_correct]}


class TrueFalse(Question):
    """A statement that holds or does not."""

    type: Literal[QuestionType.TRUE_FALSE] = QuestionType.TRUE_FALSE
    answer: bool
    feedback_true: Note = ""
    feedback_false: Note = ""

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """Nothing but the statement."""
        return {}

    def read(self, response: Any, seed: str) -> Response:
        """``{"value": true}``"""
        return {"value": member(response, "value", bool)}

    def shown(self, response: Response, seed: str) -> Response:
        """As it is kept."""
        return response

    def mark(self, response: Response) -> Mark:
        """Right or wrong."""
        said = self.feedback_true if response["value"] else self.feedback_false
        return Mark(Fraction(response["value"] is self.answer), feedback=(said,) if said else ())

    def key(self, seed: str) -> Presented:
        """Whether it holds."""
        return {"value": self.answer}
