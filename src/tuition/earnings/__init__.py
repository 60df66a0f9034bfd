"""What creators earn: how a payment splits, and when their share becomes theirs to take.

Words: the *gross* is what the buyer paid; it splits into *tax*, the platform's *fee* and the creators' *shares*. A *lot* is one
creator's share of one sale (or one play session); it is *pending* until it *matures*.
Invariants: a split gives back every minor unit; a lot matures no faster than its thing is consumed and never before its hold;
what is matured, reversed and paid out never exceeds what was earned (a CHECK says so); every figure equals its ledger
accounts; what was paid out and taken back is owed, and paid from what comes next.
"""

from tuition.earnings import jobs, privacy
from tuition.earnings.actions import mature_due, note_consumption, record, record_many
from tuition.earnings.errors import EarningsAlreadyPaid, TaxRateInvalid
from tuition.earnings.models import EarningLot
from tuition.earnings.queries import earned_by_day, lots_of, totals_of
from tuition.earnings.reversing import reverse, settle_debts
from tuition.earnings.rules import (
    CONSUMED_ALL,
    Category,
    CreatorShare,
    Earned,
    Reversal,
    Split,
    maturable,
    split,
    split_growth,
    tax_within,
)
from tuition.earnings.taxes import ANYWHERE, NO_TAX, Tax, TaxRate, end_tax_rate, set_tax_rate, tax_for, tax_rates

__all__ = [
    "ANYWHERE",
    "CONSUMED_ALL",
    "NO_TAX",
    "Category",
    "CreatorShare",
    "Earned",
    "EarningLot",
    "EarningsAlreadyPaid",
    "Reversal",
    "Split",
    "Tax",
    "TaxRate",
    "TaxRateInvalid",
    "earned_by_day",
    "end_tax_rate",
    "jobs",
    "lots_of",
    "maturable",
    "mature_due",
    "note_consumption",
    "privacy",
    "record",
    "record_many",
    "reverse",
    "set_tax_rate",
    "settle_debts",
    "split",
    "split_growth",
    "tax_for",
    "tax_rates",
    "tax_within",
    "totals_of",
]
