"""A text with gaps."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from tuition.learning.questions.errors import ResponseInvalid
from tuition.learning.questions.kinds.choice import Options, Partial, share_of
from tuition.learning.questions.kinds.text import html, words
from tuition.learning.questions.kinds.values import (
    LINE_MAX,
    PARTS_MAX,
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
from tuition.learning.questions.kinds.written import NumberRule, WordingRule

GAP = re.compile(r"\[\[([A-Za-z0-9_-]{1,24})\]\]")
"""Where a gap stands in the text: ``[[g1]]``."""


class Gap(Part):
    """A place to fill in."""

    weight: int = Field(default=1, ge=1, le=100, description="How much it counts beside the others.")


class WordGap(WordingRule, Gap):
    """A gap for a word or a phrase."""

    kind: Literal["words"] = "words"


class NumberGap(NumberRule, Gap):
    """A gap for a number."""

    kind: Literal["number"] = "number"


class ChoiceGap(Gap):
    """A gap with a list to choose from."""

    kind: Literal["choice"] = "choice"
    options: Options

    @model_validator(mode="after")
    def _has_one_answer(self) -> Self:
        if sum(option.is_correct for option in self.options) != 1:
            raise ValueError("one option of a gap is right")
        return self


AnyGap = Annotated[WordGap | NumberGap | ChoiceGap, Field(discriminator="kind")]


class Cloze(Question):
    """A text with gaps, each marked by its id in double brackets. Each gap is worth its weight among all."""

    type: Literal[QuestionType.CLOZE] = QuestionType.CLOZE
    text: str = Field(
        min_length=1, max_length=20_000, description="Markdown with `[[g1]]` for each gap.", examples=["1 + 1 = [[g1]]"]
    )
    gaps: Annotated[tuple[AnyGap, ...], Field(min_length=1, max_length=PARTS_MAX), parts_of("g")]

    @model_validator(mode="after")
    def _gaps_stand_in_the_text(self) -> Self:
        named = sorted(gap.id for gap in self.gaps)
        if sorted(GAP.findall(self.text)) != named:
            raise ValueError("every gap stands in the text once, as [[g1]]")
        if sorted(GAP.findall(words(self.text))) != named or sorted(GAP.findall(html(self.text))) != named:
            raise ValueError("a gap cannot stand inside a link or a picture")
        return self

    def present(self, seed: str, *, shuffle: bool) -> Presented:
        """The text in pieces, with the gaps between them."""
        gaps = {gap.id: gap for gap in self.gaps}
        pieces: list[dict[str, Any]] = []
        for place, piece in enumerate(GAP.split(html(self.text))):
            if place % 2:
                pieces.append({"gap": self._shown_gap(gaps[piece], seed, shuffle=shuffle)})
            elif piece:
                pieces.append({"html": piece})
        return {"pieces": pieces}

    @staticmethod
    def _shown_gap(gap: WordGap | NumberGap | ChoiceGap, seed: str, *, shuffle: bool) -> Presented:
        inner = f"{seed}/{gap.id}"
        shown: Presented = {"id": veil(seed, gap.id), "kind": gap.kind}
        if isinstance(gap, ChoiceGap):
            shown["options"] = [
                {"id": veil(inner, option.id), "text": words(option.text)}
                for option in shuffled(gap.options, inner, shuffle=shuffle)
            ]
        return shown

    def read(self, response: Any, seed: str) -> Response:
        """``{"gaps": {gap: "text, number, or the id of an option"}}``; a gap may be left out."""
        names, gaps = unveil(seed, self.gaps), {gap.id: gap for gap in self.gaps}
        kept: dict[str, str] = {}
        for name, said in member(response, "gaps", dict).items():
            gap = gaps[known(names, name)]
            if not isinstance(said, str) or len(said) > LINE_MAX:
                raise ResponseInvalid(reason=f"a gap holds a text of at most {LINE_MAX} characters")
            if isinstance(gap, ChoiceGap):
                if said:
                    kept[gap.id] = known(unveil(f"{seed}/{gap.id}", gap.options), said)
            else:
                kept[gap.id] = said.replace("\x00", "")
        return {"gaps": kept}

    def shown(self, response: Response, seed: str) -> Response:
        """The way back."""
        choices = {gap.id for gap in self.gaps if isinstance(gap, ChoiceGap)}
        return {
            "gaps": {
                veil(seed, name): veil(f"{seed}/{name}", said) if name in choices else said
                for name, said in response["gaps"].items()
            }
        }

    def mark(self, response: Response) -> Mark:
        """Each gap its weight."""
        parts: dict[str, Fraction] = {}
        feedback: list[str] = []
        for gap in self.gaps:
            mark = _mark_gap(gap, response["gaps"].get(gap.id, ""))
            assert mark.share is not None, "no person is needed for a gap"
            parts[gap.id] = mark.share
            feedback += mark.feedback
        whole = sum(gap.weight for gap in self.gaps)
        share = sum((parts[gap.id] * gap.weight for gap in self.gaps), Fraction(0)) / whole
        return Mark(share, parts, tuple(feedback))

    def key(self, seed: str) -> Presented:
        """What belongs into each gap, in words."""
        return {"gaps": {veil(seed, gap.id): _best(gap) for gap in self.gaps}}


def _mark_gap(gap: WordGap | NumberGap | ChoiceGap, said: str) -> Mark:
    match gap:
        case WordGap():
            return gap.mark_words(said)
        case NumberGap():
            return gap.mark_number(said)
        case ChoiceGap():
            chosen = frozenset(option.id for option in gap.options if option.id == said)
            feedback = tuple(option.feedback for option in gap.options if option.id in chosen and option.feedback)
            return Mark(share_of(gap.options, chosen, Partial.PER_OPTION), feedback=feedback)


def _best(gap: WordGap | NumberGap | ChoiceGap) -> str:
    match gap:
        case WordGap():
            return " / ".join(gap.best_words())
        case NumberGap():
            return gap.best_number()
        case ChoiceGap():
            return next(words(option.text) for option in gap.options if option.is_correct)
