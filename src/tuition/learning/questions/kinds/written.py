"""A word, a phrase or a number that is typed."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tuition.learning.questions.errors import ResponseInvalid
from tuition.learning.questions.kinds.figures import FIGURE_LENGTH_MAX, is_sane, readings
from tuition.learning.questions.kinds.values import (
    PARTS_MAX,
    Line,
    Mark,
    Note,
    Percent,
    Presented,
    Question,
    QuestionType,
    Response,
    Value,
    clamp,
    of_percent,
    words_in,
)
from tuition.learning.questions.kinds.wording import Tolerance, is_same


class Form(Value):
    """An answer that is accepted, in full or in part."""

    text: Line = Field(examples=["Paris"])
    percent: Percent = Decimal(100)
    feedback: Note = ""


class WordingRule(Value):
    """Which words are accepted."""

    accepted: tuple[Form, ...] = Field(min_length=1, max_length=PARTS_MAX)
    tolerance: Tolerance = Tolerance()

    @model_validator(mode="after")
    def _can_be_right(self) -> Self:
        if all(form.percent != 100 for form in self.accepted):
            raise ValueError("one accepted form is worth 100 percent")
        return self

    def mark_words(self, said: str) -> Mark:
        """The best form that it is."""
        fits = [form for form in self.accepted if is_same(said, form.text, self.tolerance)]
        best = max(fits, key=lambda form: form.percent, default=None)
        if best is None:
            return Mark(Fraction(0))
        return Mark(clamp(of_percent(best.percent)), feedback=(best.feedback,) if best.feedback else ())

    def best_words(self) -> list[str]:
        """What would have been right."""
        return [form.text for form in self.accepted if form.percent == 100]


class ShortAnswer(WordingRule, Question):
    """A word or a phrase."""

    type: Literal[QuestionType.SHORT_ANSWER] = QuestionType.SHORT_ANSWER

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """Nothing but the question."""
        return {}

    def read(self, response: Any, seed: str) -> Response:
        """``{"text": "Paris"}``"""
        return {"text": words_in(response)}

    def shown(self, response: Response, seed: str) -> Response:
        """As it is kept."""
        return response

    def mark(self, response: Response) -> Mark:
        """The best form that it is."""
        return self.mark_words(response["text"])

    def key(self, seed: str) -> Presented:
        """The forms that are right."""
        return {"text": self.best_words()}


class ToleranceKind(StrEnum):
    """How far from the value is still right."""

    ABSOLUTE = "absolute"
    """By so much."""
    RELATIVE = "relative"
    """By so many percent of the value."""


Figure = Annotated[Decimal, Field(max_digits=30, decimal_places=20, allow_inf_nan=False, examples=["9.81"])]


class Figures(Value):
    """A number that is accepted, and how far from it one may be."""

    value: Figure
    tolerance: Annotated[Decimal, Field(ge=0, max_digits=30, decimal_places=20, allow_inf_nan=False)] = Decimal(0)
    tolerance_kind: ToleranceKind = ToleranceKind.ABSOLUTE
    percent: Percent = Decimal(100)
    feedback: Note = ""

    def holds(self, given: Fraction) -> bool:
        """Whether a number is near enough."""
        by = Fraction(self.tolerance)
        if self.tolerance_kind is ToleranceKind.RELATIVE:
            by *= abs(Fraction(self.value)) / 100
        return abs(given - Fraction(self.value)) <= by


class Unit(Value):
    """A unit that may stand behind the number; ``factor`` turns it into the unit of the accepted values."""

    name: str = Field(min_length=1, max_length=40, examples=["cm"])
    factor: Annotated[Decimal, Field(gt=0, max_digits=30, decimal_places=20)] = Decimal(1)


class NumberRule(Value):
    """Which numbers are accepted."""

    accepted: tuple[Figures, ...] = Field(min_length=1, max_length=PARTS_MAX)
    units: tuple[Unit, ...] = Field(default=(), max_length=20)
    unit_required: bool = Field(default=False, description="Whether a number without its unit is wrong.")

    @model_validator(mode="after")
    def _can_be_right(self) -> Self:
        if all(figures.percent != 100 for figures in self.accepted):
            raise ValueError("one accepted value is worth 100 percent")
        if self.unit_required and not self.units:
            raise ValueError("say which units there are")
        if len({unit.name for unit in self.units}) != len(self.units):
            raise ValueError("two units have the same name")
        return self

    def mark_number(self, said: str, unit: str = "") -> Mark:
        """The best value that it is."""
        figure, unit = self._apart(said.strip(), unit)
        factors = {known.name: Fraction(known.factor) for known in self.units}
        if (not unit and self.unit_required) or (unit and unit not in factors):
            return Mark(Fraction(0))
        meant = [Fraction(value) * factors.get(unit, Fraction(1)) for value in readings(figure)]
        fits = [figures for figures in self.accepted if any(figures.holds(value) for value in meant)]
        best = max(fits, key=lambda figures: figures.percent, default=None)
        if best is None:
            return Mark(Fraction(0))
        return Mark(clamp(of_percent(best.percent)), feedback=(best.feedback,) if best.feedback else ())

    def best_number(self) -> str:
        """What would have been right."""
        best = next(figures for figures in self.accepted if figures.percent == 100)
        unit = next((unit.name for unit in self.units if unit.factor == 1), "")
        return f"{best.value.normalize():f} {unit}".strip()

    def _apart(self, said: str, unit: str) -> tuple[str, str]:
        """The number and its unit, which may be typed behind it: the longest name that fits."""
        if unit:
            return said, unit
        for known in sorted(self.units, key=lambda unit: -len(unit.name)):
            if said.endswith(known.name):
                return said[: -len(known.name)].strip(), known.name
        return said, ""


class Numeric(NumberRule, Question):
    """A number, perhaps with a unit."""

    type: Literal[QuestionType.NUMERIC] = QuestionType.NUMERIC

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """The units to choose from."""
        return {"units": [unit.name for unit in self.units], "unit_required": self.unit_required}

    def read(self, response: Any, seed: str) -> Response:
        """``{"number": "3.5", "unit": "cm"}``; the unit may be left out."""
        unit = response.get("unit", "") if isinstance(response, dict) else ""
        bare = {name: value for name, value in response.items() if name != "unit"} if isinstance(response, dict) else response
        number = words_in(bare, "number", limit=FIGURE_LENGTH_MAX)
        if not isinstance(unit, str) or (unit and unit not in {known.name for known in self.units}):
            raise ResponseInvalid(reason="this unit is not among those of the question")
        return {"number": number, "unit": unit}

    def shown(self, response: Response, seed: str) -> Response:
        """As it is kept."""
        return response

    def mark(self, response: Response) -> Mark:
        """The best value that it is."""
        return self.mark_number(response["number"], response.get("unit", ""))

    def key(self, seed: str) -> Presented:
        """A number that is right."""
        return {"number": self.best_number()}


assert is_sane(Decimal("1e20")), "what may be accepted can be typed"
