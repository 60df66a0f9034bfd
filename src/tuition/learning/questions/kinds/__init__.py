"""The kinds of questions: frozen values that present themselves, read a response, and mark it. Pure.

A response is worth a *share* of the points, an exact fraction between 0 and 1; ``points_for`` makes hundredths of it, so that
two right options of three are 2.00 of 3 points. What each kind gives for half an answer is said in its class.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from tuition.learning.questions.errors import QuestionInvalid, RubricInvalid
from tuition.learning.questions.kinds.arranged import Distractor, Item, Matching, Ordering, OrderRule, Pair
from tuition.learning.questions.kinds.choice import MultipleChoice, Option, Partial, TrueFalse
from tuition.learning.questions.kinds.cloze import ChoiceGap, Cloze, NumberGap, WordGap
from tuition.learning.questions.kinds.essay import Criterion, CriterionLevel, Essay, Rubric
from tuition.learning.questions.kinds.text import html, words
from tuition.learning.questions.kinds.values import Mark, QuestionType, Response, points_for, veil
from tuition.learning.questions.kinds.wording import Tolerance
from tuition.learning.questions.kinds.written import Figures, Form, Numeric, ShortAnswer, ToleranceKind, Unit

AnyQuestion = Annotated[
    MultipleChoice | TrueFalse | ShortAnswer | Numeric | Matching | Ordering | Cloze | Essay, Field(discriminator="type")
]
"""A question of any kind; its JSON schema is this union's."""
_adapter: TypeAdapter[AnyQuestion] = TypeAdapter(AnyQuestion)


def parse(written: Any) -> AnyQuestion:
    """A question from JSON. Raises ``QuestionInvalid`` with what is wrong and where."""
    try:
        return _adapter.validate_python(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"][1:])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise QuestionInvalid(reason=f"{where}: {said}." if where else f"{said}.", field=where) from error


def parse_rubric(written: Any) -> Rubric:
    """A rubric from JSON. Raises ``RubricInvalid`` with what is wrong."""
    try:
        return Rubric.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        if first["loc"] == ("criteria",):
            raise RubricInvalid(reason="give it at least one criterion.") from error
        if first["loc"][-1:] == ("levels",):
            raise RubricInvalid(reason="give every criterion at least one level.") from error
        if first["loc"][-1:] == ("points",):
            raise RubricInvalid(reason="every level begins with its points, such as 2 or 1.5.") from error
        if first["loc"][-1:] == ("title",):
            raise RubricInvalid(reason="give every criterion a name.") from error
        raise RubricInvalid(reason=str(first["msg"]).removeprefix("Value error, ") + ".") from error


def schema() -> dict[str, Any]:
    """The JSON schema of every kind."""
    return _adapter.json_schema()


__all__ = [
    "AnyQuestion",
    "ChoiceGap",
    "Cloze",
    "Criterion",
    "CriterionLevel",
    "Distractor",
    "Essay",
    "Figures",
    "Form",
    "Item",
    "Mark",
    "Matching",
    "MultipleChoice",
    "NumberGap",
    "Numeric",
    "Option",
    "OrderRule",
    "Ordering",
    "Pair",
    "Partial",
    "QuestionType",
    "Response",
    "Rubric",
    "ShortAnswer",
    "Tolerance",
    "ToleranceKind",
    "TrueFalse",
    "Unit",
    "WordGap",
    "html",
    "parse",
    "parse_rubric",
    "points_for",
    "schema",
    "veil",
    "words",
]
