"""Prompts with their answers; items in their order."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tuition.learning.questions.errors import ResponseInvalid
from tuition.learning.questions.kinds.text import html, words
from tuition.learning.questions.kinds.values import (
    PARTS_MAX,
    Line,
    Mark,
    Part,
    Presented,
    Question,
    QuestionType,
    Response,
    known,
    member,
    parts_of,
    shuffled,
    unveil,
    veil,
)


class Pair(Part):
    """A prompt and its answer."""

    prompt: Line = Field(description="Markdown.", examples=["France"])
    answer: Line = Field(examples=["Paris"])


class Distractor(Part):
    """An answer that belongs to no prompt."""

    text: Line = Field(examples=["Madrid"])


class Matching(Question):
    """Each prompt has its answer in a list. Each right pair is worth its share. Two prompts may have the same answer."""

    type: Literal[QuestionType.MATCHING] = QuestionType.MATCHING
    pairs: Annotated[tuple[Pair, ...], Field(min_length=2, max_length=PARTS_MAX), parts_of("p")]
    distractors: Annotated[tuple[Distractor, ...], Field(max_length=PARTS_MAX), parts_of("d")] = ()

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if {pair.id for pair in self.pairs} & {distractor.id for distractor in self.distractors}:
            raise ValueError("a pair and a distractor have the same id")
        return self

    def _answers(self) -> tuple[Distractor, ...]:
        """What can be chosen: every answer once, under the id of the first pair that has it."""
        said = [*((pair.id, pair.answer) for pair in self.pairs), *((other.id, other.text) for other in self.distractors)]
        firsts: dict[str, str] = {}
        for name, text in said:
            firsts.setdefault(text.strip(), name)
        return tuple(Distractor(id=name, text=text) for text, name in firsts.items())

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """The prompts, perhaps shuffled, and the answers, always: their order would be the key."""
        answers = shuffled(self._answers(), seed + "/answers")
        return {
            "prompts": [
                {"id": veil(seed, pair.id), "html": html(pair.prompt), "words": words(pair.prompt)}
                for pair in shuffled(self.pairs, seed, shuffle=shuffle)
            ],
            "answers": [{"id": veil(seed + "/answers", answer.id), "text": answer.text} for answer in answers],
        }

    def read(self, response: Any, seed: str) -> Response:
        """``{"pairs": {prompt: answer}}``; a prompt may be left out."""
        prompts, answers = unveil(seed, self.pairs), unveil(seed + "/answers", self._answers())
        chosen = member(response, "pairs", dict)
        return {"pairs": {known(prompts, prompt): known(answers, answer) for prompt, answer in chosen.items()}}

    def shown(self, response: Response, seed: str) -> Response:
        """The way back."""
        return {"pairs": {veil(seed, prompt): veil(seed + "/answers", answer) for prompt, answer in response["pairs"].items()}}

    def mark(self, response: Response) -> Mark:
        """Each right pair its share."""
        texts = {answer.id: answer.text.strip() for answer in self._answers()}
        chosen = response["pairs"]
        parts = {pair.id: Fraction(texts.get(chosen.get(pair.id, "")) == pair.answer.strip()) for pair in self.pairs}
        return Mark(sum(parts.values(), Fraction(0)) / len(parts), parts)

    def key(self, seed: str) -> Presented:
        """The pairs."""
        ids = {answer.text.strip(): answer.id for answer in self._answers()}
        return {"pairs": {veil(seed, pair.id): veil(seed + "/answers", ids[pair.answer.strip()]) for pair in self.pairs}}


class Item(Part):
    """Something that has its place."""

    text: Line = Field(description="Markdown.", examples=["Sowing"])


class OrderRule(StrEnum):
    """What an order is worth that is not quite right."""

    NEIGHBOURS = "neighbours"
    """Each item followed by the one that should follow it: one item in a wrong place costs two or three neighbours, not all."""
    POSITIONS = "positions"
    """Each item at its place."""
    ALL_OR_NOTHING = "all_or_nothing"
    """The right order, or nothing."""


class Ordering(Question):
    """Items into their order, in which they are written here."""

    type: Literal[QuestionType.ORDERING] = QuestionType.ORDERING
    items: Annotated[tuple[Item, ...], Field(min_length=2, max_length=PARTS_MAX), parts_of("i")]
    partial: OrderRule = OrderRule.NEIGHBOURS

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """The items, always shuffled."""
        items = shuffled(self.items, seed)
        if [item.id for item in items] == [item.id for item in self.items]:
            items.reverse()  # the question must not begin answered
        return {"items": [{"id": veil(seed, item.id), "html": html(item.text), "words": words(item.text)} for item in items]}

    def read(self, response: Any, seed: str) -> Response:
        """``{"order": [id, …]}``, all of them."""
        names = unveil(seed, self.items)
        order = [known(names, name) for name in member(response, "order", list)]
        if sorted(order) != sorted(names.values()):
            raise ResponseInvalid(reason="it has every item once")
        return {"order": order}

    def shown(self, response: Response, seed: str) -> Response:
        """The way back."""
        return {"order": [veil(seed, name) for name in response["order"]]}

    def mark(self, response: Response) -> Mark:
        """See ``OrderRule``. ``parts`` says of each item whether it is at its place."""
        right, given = [item.id for item in self.items], list(response["order"])
        places = {name: Fraction(place < len(given) and given[place] == name) for place, name in enumerate(right)}
        match self.partial:
            case OrderRule.NEIGHBOURS:
                share = Fraction(len(set(pairwise(right)) & set(pairwise(given))), len(right) - 1)
            case OrderRule.POSITIONS:
                share = sum(places.values(), Fraction(0)) / len(right)
            case OrderRule.ALL_OR_NOTHING:
                share = Fraction(given == right)
        return Mark(share, places)

    def key(self, seed: str) -> Presented:
        """The order."""
        return {"order": [veil(seed, item.id) for item in self.items]}
