"""What every room speaks: money, ids, time and refusals. Pure, standard library only.

Words: *minor unit* (cent, fils), *currency* (ISO 4217, or ``CRD`` for credits), *refusal* (a ``DomainError``), *phrase* (a
part of its sentence that is translated with it).
Invariants: an amount is an integer; a split gives back every minor unit; an id sorts by the time it was made.
"""

from tuition.kernel.clock import Clock, FrozenClock, clock
from tuition.kernel.errors import DomainError, ErrorKind, Phrase
from tuition.kernel.ids import new_id, to_id
from tuition.kernel.money import (
    CREDITS,
    MINOR_MAX,
    Currency,
    CurrencyMismatch,
    Money,
    MoneyInvalid,
    allocate,
    exponent_of,
    round_half_even,
)

__all__ = [
    "CREDITS",
    "MINOR_MAX",
    "Clock",
    "Currency",
    "CurrencyMismatch",
    "DomainError",
    "ErrorKind",
    "FrozenClock",
    "Money",
    "MoneyInvalid",
    "Phrase",
    "allocate",
    "clock",
    "exponent_of",
    "new_id",
    "round_half_even",
    "to_id",
]
