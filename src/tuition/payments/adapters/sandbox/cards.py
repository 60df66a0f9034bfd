"""The sandbox's cards, and what each of them does. The numbers are the ones that developers know from other sandboxes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """What happens when a card is charged."""

    SUCCEEDS = "succeeds"
    """It pays."""
    DECLINES = "declines"
    """The bank says no."""
    LACKS_FUNDS = "lacks_funds"
    """The account is empty."""
    SECOND_STEP = "second_step"
    """The bank wants its customer to confirm; without the customer it says no."""
    DISPUTES = "disputes"
    """It pays, and later the bank takes the money back."""
    DECLINES_LATER = "declines_later"
    """It pays while its owner is there and is declined when charged without them."""


@dataclass(frozen=True, slots=True)
class TestCard:
    """One card."""

    __test__ = False  # pytest would take the name for a test

    number: str
    behaviour: Behaviour
    brand: str = "Sandbox Visa"


CARDS: dict[str, TestCard] = {
    card.number: card
    for card in (
        TestCard("4242424242424242", Behaviour.SUCCEEDS),
        TestCard("5555555555554444", Behaviour.SUCCEEDS, brand="Sandbox Mastercard"),
        TestCard("4000000000000002", Behaviour.DECLINES),
        TestCard("4000000000009995", Behaviour.LACKS_FUNDS),
        TestCard("4000002500003155", Behaviour.SECOND_STEP),
        TestCard("4000000000000259", Behaviour.DISPUTES),
        TestCard("4000000000000341", Behaviour.DECLINES_LATER),
    )
}

DECLINED: dict[Behaviour, tuple[str, str]] = {
    Behaviour.DECLINES: ("card_declined", "The card was declined by its bank."),
    Behaviour.LACKS_FUNDS: ("insufficient_funds", "The card has insufficient funds."),
    Behaviour.SECOND_STEP: ("authentication_required", "The bank wants you to confirm this payment yourself."),
    Behaviour.DECLINES_LATER: ("card_declined", "The card was declined by its bank."),
}
"""Code and sentence of a refusal, by what refuses."""
