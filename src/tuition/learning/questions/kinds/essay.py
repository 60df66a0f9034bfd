"""Text that a person grades, by a rubric if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tuition.learning.questions.errors import RubricInvalid
from tuition.learning.questions.kinds.values import (
    RESPONSE_MAX,
    Mark,
    Note,
    Part,
    Presented,
    Question,
    QuestionType,
    Response,
    Text,
    Value,
    parts_of,
    words_in,
)

CRITERIA_MAX = 20
LEVELS_MAX = 10


class CriterionLevel(Part):
    """How well a criterion is met, and what that is worth."""

    title: str = Field(min_length=1, max_length=500, examples=["Clear and complete"])
    points: Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2, examples=["1.5"])]


class Criterion(Part):
    """One thing to look at."""

    title: str = Field(min_length=1, max_length=500, examples=["Argument"])
    description: Note = ""
    levels: Annotated[tuple[CriterionLevel, ...], Field(min_length=1, max_length=LEVELS_MAX), parts_of("l")]

    @property
    def points_max(self) -> Decimal:
        """What the best level is worth."""
        return max(level.points for level in self.levels)


class Rubric(Value):
    """What to look at when something is graded by hand. Its points become the question's in proportion."""

    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=CRITERIA_MAX), parts_of("c")]

    @model_validator(mode="after")
    def _is_worth_something(self) -> Self:
        if not self.points_max:
            raise ValueError("some level is worth more than nothing")
        return self

    @property
    def points_max(self) -> Decimal:
        """What the best levels are worth together."""
        return sum((criterion.points_max for criterion in self.criteria), Decimal(0))

    @property
    def worths(self) -> dict[tuple[str, str], Decimal]:
        """What each level of each criterion is worth: what given grades rest on."""
        return {(criterion.id, level.id): level.points for criterion in self.criteria for level in criterion.levels}

    def share(self, chosen: Mapping[str, str]) -> Fraction:
        """What the chosen levels are worth: a level for every criterion. Raises ``RubricInvalid``."""
        if set(chosen) != {criterion.id for criterion in self.criteria}:
            raise RubricInvalid(reason="choose a level for every criterion.")
        reached = Decimal(0)
        for criterion in self.criteria:
            level = next((level for level in criterion.levels if level.id == chosen[criterion.id]), None)
            if level is None:
                raise RubricInvalid(reason=f"“{criterion.title}” has no such level.")
            reached += level.points
        return Fraction(reached) / Fraction(self.points_max)


class Essay(Question):
    """Text that a person grades. One that was left empty is worth nothing, and waits for nobody."""

    type: Literal[QuestionType.ESSAY] = QuestionType.ESSAY
    words_min: int | None = Field(default=None, ge=1, le=20_000, description="Said to the learner, not enforced.")
    words_max: int | None = Field(default=None, ge=1, le=20_000, description="Said to the learner, not enforced.")
    template: Text = Field(default="", description="What stands in the field at first.")
    rubric: Rubric | None = None
    grader_notes: Text = Field(default="", description="For those who grade; learners never see it.")

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.words_min is not None and self.words_max is not None and self.words_min > self.words_max:
            raise ValueError("at least more words than at most")
        return self

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """How long it should be, what is there already, and what will be looked at."""
        criteria = [{"title": criterion.title, "description": criterion.description} for criterion in self._criteria()]
        return {"words_min": self.words_min, "words_max": self.words_max, "template": self.template, "criteria": criteria}

    def read(self, response: Any, seed: str) -> Response:
        """``{"text": "…"}``"""
        return {"text": words_in(response, limit=RESPONSE_MAX)}

    def shown(self, response: Response, seed: str) -> Response:
        """As it is kept."""
        return response

    def mark(self, response: Response) -> Mark:
        """A person says, unless nothing was written."""
        written = response["text"].strip()
        return Mark(Fraction(0)) if not written or written == self.template.strip() else Mark(None)

    def key(self, seed: str) -> Presented:
        """There is none."""
        return {}

    def _criteria(self) -> tuple[Criterion, ...]:
        return self.rubric.criteria if self.rubric else ()
