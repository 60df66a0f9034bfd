"""What Moodle's formats cannot say of a question."""

from __future__ import annotations

from tuition.learning.questions import MultipleChoice, OrderRule, Partial, Tolerance

PART = "What some of the right options are worth follows Moodle's rule."


def of_words(tolerance: Tolerance) -> list[str]:
    """Rules for answers in words: Moodle knows capitals and the *."""
    lost = []
    if tolerance.slips_max:
        lost.append("Slips are not forgiven.")
    if tolerance.ignore_spaces:
        lost.append("Spaces and punctuation count.")
    if not tolerance.match_accents:
        lost.append("Accents count.")
    return lost


def of_choice(body: MultipleChoice) -> list[str]:
    """All or nothing is no rule of Moodle's."""
    return [PART] if body.several and body.partial is Partial.ALL_OR_NOTHING else []


def of_order(rule: OrderRule) -> list[str]:
    """Moodle grades an order in its own way, and only since 4.4."""
    lost = ["It needs Moodle 4.4 or newer."]
    return lost if rule is OrderRule.ALL_OR_NOTHING else [*lost, "An order that is half right may be worth something else."]
