"""What many results come to: exactly, rounded once at the end. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from tuition.kernel import round_half_even

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of work."""

    id: UUID
    weight: Decimal
    drop_lowest: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One result of one learner."""

    category_id: UUID | None
    weight: Decimal
    percentage: Decimal


def average(results: Sequence[Result], drop_lowest: int = 0) -> Fraction | None:
    """The weighted average without the lowest ones; at least one stays. ``None``: nothing weighs anything."""
    best = sorted(results, key=lambda result: result.percentage, reverse=True)
    kept = best[: max(1, len(best) - drop_lowest)]
    weight = sum((Fraction(result.weight) for result in kept), Fraction(0))
    if not weight:
        return None
    return sum((Fraction(result.weight) * Fraction(result.percentage) for result in kept), Fraction(0)) / weight


def total(results: Sequence[Result], categories: Sequence[Category]) -> Decimal | None:
    """What a learner's results come to, in percent to two places. ``None``: nothing counts yet.

    A category without results is left out, so that nobody is marked down for what was not graded. Where there are
    categories, results in none of them do not count; where there are none, all results count alike, by their weights.
    """
    if not categories:
        whole = average(results)
        return None if whole is None else _rounded(whole)
    sums, weights = Fraction(0), Fraction(0)
    for category in categories:
        inside = average([result for result in results if result.category_id == category.id], category.drop_lowest)
        if inside is not None:
            sums += Fraction(category.weight) * inside
            weights += Fraction(category.weight)
    return _rounded(sums / weights) if weights else None


def letter_of(percentage: Decimal | None, letters: Sequence[Sequence[str]]) -> str:
    """The letter for a percentage: the best one whose bound it reaches; empty where there is none."""
    if percentage is None:
        return ""
    reached = [(Decimal(bound), letter) for letter, bound in letters if percentage >= Decimal(bound)]
    return max(reached)[1] if reached else ""


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what could be one (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def spread(percentages: Sequence[Decimal], bins: int = 10) -> list[int]:
    """How many lie in each tenth from 0 to 100; a full hundred belongs to the last."""
    counts = [0] * bins
    for percentage in percentages:
        counts[min(bins - 1, int(percentage * bins / 100))] += 1
    return counts


def shares(weights: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """What each weight is of all, in percent to two places, for people to read."""
    whole = sum(weights.values(), Decimal(0))
    return {key: _rounded(Fraction(weight) * 100 / Fraction(whole)) if whole else Decimal(0) for key, weight in weights.items()}


def _rounded(exact: Fraction) -> Decimal:
    return Decimal(round_half_even(exact * 100)).scaleb(-2)
