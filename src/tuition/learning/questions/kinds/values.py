"""What every kind of question is made of: frozen values, points, and marks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import count
from typing import Annotated, Any, ClassVar, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tuition.learning.questions.errors import ResponseInvalid

TEXT_MAX = 20_000
LINE_MAX = 2_000
PARTS_MAX = 50
"""How many options, pairs, items or gaps one question may have."""
RESPONSE_MAX = 50_000
"""How many characters an answer in words may have."""
HUNDREDTH = Decimal("0.01")

Text = Annotated[str, Field(max_length=TEXT_MAX)]
Line = Annotated[str, Field(min_length=1, max_length=LINE_MAX)]
Note = Annotated[str, Field(max_length=LINE_MAX)]
PartId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{0,24}$", description="Left out: numbered. Keep it when you edit.", examples=["a"])
]
Percent = Annotated[Decimal, Field(ge=-100, le=100, max_digits=8, decimal_places=5, examples=["50"])]


class QuestionType(StrEnum):
    """How a question is asked."""

    MULTIPLE_CHOICE = "multiple_choice"
    """One or several of some options."""
    TRUE_FALSE = "true_false"
    """A statement holds or does not."""
    SHORT_ANSWER = "short_answer"
    """A word or a phrase."""
    NUMERIC = "numeric"
    """A number, perhaps with a unit."""
    MATCHING = "matching"
    """Each prompt has its answer in a list."""
    ORDERING = "ordering"
    """Items into their order."""
    CLOZE = "cloze"
    """A text with gaps."""
    ESSAY = "essay"
    """Text that a person grades."""


class Value(BaseModel):
    """Something that does not change and knows what it may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(Value):
    """An option, a pair, an item: something with a name of its own inside a question."""

    id: PartId = ""


P = TypeVar("P", bound=Part)


def numbered(letter: str) -> Callable[[Sequence[P]], tuple[P, ...]]:
    """Give each part without an id its place (``a1``, ``a2``, …), or the next one that is free; two parts never share one."""

    def number(parts: Sequence[P]) -> tuple[P, ...]:
        named = [part.id for part in parts if part.id]
        taken = set(named)
        if len(taken) != len(named):
            raise ValueError("two parts have the same id")
        numbered_parts = []
        for place, part in enumerate(parts, 1):
            if part.id:
                numbered_parts.append(part)
                continue
            free = next(f"{letter}{number}" for number in count(place) if f"{letter}{number}" not in taken)
            taken.add(free)
            numbered_parts.append(part.model_copy(update={"id": free}))
        return tuple(numbered_parts)

    return number


def parts_of(letter: str) -> AfterValidator:
    """The validator that numbers parts."""
    return AfterValidator(numbered(letter))


@dataclass(frozen=True, slots=True)
class Mark:
    """What a response is worth: a share of the points between 0 and 1; none: a person has to say."""

    share: Fraction | None
    parts: Mapping[str, Fraction] = field(default_factory=dict)
    """The same for each part that was answered or should have been, by its id."""
    feedback: tuple[str, ...] = ()
    """What the teacher says to such a response, in Markdown."""


Presented = dict[str, Any]
Response = dict[str, Any]


class Kind(Protocol):
    """What every kind of question can do. ``seed`` belongs to one attempt: it shuffles, and hides the ids of parts."""

    type: Any
    text: str
    explanation: str

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """What a learner may see: never the key, nor anything that tells it."""
        ...

    def read(self, response: Any, seed: str) -> Response:
        """A response as it is kept, from one as it was sent. Raises ``ResponseInvalid`` when its shape is wrong."""
        ...

    def shown(self, response: Response, seed: str) -> Response:
        """A kept response as the learner's page knows it: the way back of ``read``."""
        ...

    def mark(self, response: Response) -> Mark:
        """What it is worth."""
        ...

    def key(self, seed: str) -> Presented:
        """The right answer, in the ids of ``present``, for when it may be seen."""
        ...


class Question(Value):
    """What all kinds have: the question itself and what is said about it afterwards."""

    text: str = Field(min_length=1, max_length=TEXT_MAX, description="Markdown.", examples=["Which of these are prime?"])
    explanation: str = Field(default="", max_length=TEXT_MAX, description="Markdown; shown when answers may be seen.")

    blank: ClassVar[Mark] = Mark(Fraction(0))


def points_for(share: Fraction, points: Decimal) -> Decimal:
    """The points of a share, to the hundredth, halves up: two thirds of 3 are 2.00, a third of 1 is 0.33."""
    assert 0 <= share <= 1, "a share lies between nothing and everything"
    exact = Fraction(points) * share
    hundredths = (Decimal(exact.numerator * 100) / Decimal(exact.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    return (hundredths / 100).quantize(HUNDREDTH)


def clamp(share: Fraction) -> Fraction:
    """Between nothing and everything."""
    return max(Fraction(0), min(Fraction(1), share))


def of_percent(percent: Decimal) -> Fraction:
    """A percentage as a share. Thirds are written 33.33333 by many programs; three of them are one."""
    share = Fraction(percent) / 100
    near = share.limit_denominator(20)
    return near if abs(near - share) < Fraction(1, 20_000) else share


def veil(seed: str, part_id: str) -> str:
    """The name of a part in one attempt. It tells neither its place in the key nor its id in another attempt."""
    return hashlib.blake2b(f"{seed}/{part_id}".encode(), digest_size=6).hexdigest()


def shuffled(parts: Iterable[P], seed: str, *, shuffle: bool = True) -> list[P]:
    """The parts in the order of one attempt."""
    listed = list(parts)
    return sorted(listed, key=lambda part: veil(seed + "/order", part.id)) if shuffle else listed


def unveil(seed: str, parts: Iterable[Part]) -> dict[str, str]:
    """From the names in one attempt to the ids."""
    return {veil(seed, part.id): part.id for part in parts}


def known(names: Mapping[str, str], name: object) -> str:
    """The id behind a name. Raises ``ResponseInvalid``."""
    if not isinstance(name, str) or name not in names:
        raise ResponseInvalid(reason="it names something that is not in the question")
    return names[name]


def member(response: Any, name: str, kind: type[Any]) -> Any:
    """A member of a response, of one type and no other beside it. Raises ``ResponseInvalid``."""
    if not isinstance(response, dict) or set(response) != {name} or not isinstance(response[name], kind):
        raise ResponseInvalid(reason=f"it has one member, “{name}”")
    return response[name]


def words_in(response: Any, name: str = "text", *, limit: int = LINE_MAX) -> str:
    """A text in a response. Raises ``ResponseInvalid``."""
    text: str = member(response, name, str)
    if len(text) > limit:
        raise ResponseInvalid(reason=f"it has at most {limit} characters")
    return text.replace("\x00", "")
