"""The words of the ledger: accounts, transfers, postings. Pure values; nothing here knows a database."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tuition.kernel import Currency, Money

PLATFORM = UUID("00000000-0000-7000-8000-000000000001")
"""The owner of what belongs to nobody in particular: revenue, tax, gateways. The same in every installation."""
GATEWAY_PREFIX = "gateway:"
TRANSFERS_MAX = 1_000
"""Transfers in one posting. A settlement that needs more posts several times, each with its own key."""
_GATEWAY_NAME = re.compile(r"[a-z][a-z0-9_]*")


class AccountKind(StrEnum):
    """What an account holds. A gateway's account is not listed: its kind is ``gateway_kind(name)``."""

    WALLET = "wallet"
    """Money that a person paid in or was given, to spend here."""
    CREDITS = "credits"
    """Credits (currency ``CRD``) that a person may spend."""
    HELD = "held"
    """Taken from a wallet or from credits until a call to the outside settles or is undone."""
    EARNINGS_PENDING = "earnings_pending"
    """A creator's share that may still be refunded."""
    EARNINGS = "earnings"
    """A creator's share that may be paid out."""
    PAYABLE = "payable"
    """Payouts and withdrawals under way: reserved, not yet confirmed by the bank."""
    DEFERRED = "deferred"
    """Paid in advance (a year's fee) and not yet earned."""
    POOL = "pool"
    """A month's subscription money that awaits its split."""
    RECEIVABLE = "receivable"
    """What a person owes us, for example a disputed top-up that was already spent. Its balance is zero or negative."""
    REVENUE = "revenue"
    """The platform's fees."""
    TAX = "tax"
    """Tax collected for the state."""
    PROMOTIONS = "promotions"
    """What the platform gave away. Its balance is zero or negative."""
    GATEWAY_FEES = "gateway_fees"
    """What providers kept for their service. Its balance is zero or negative."""
    ROUNDING = "rounding"
    """Fractions of a minor unit that no rule gives to anybody."""


@dataclass(frozen=True, slots=True)
class KindRule:
    """How accounts of a kind behave."""

    floor: int | None
    """The balance never goes below it; ``None``: it may go anywhere."""
    busy: bool
    """Many strangers pay into it at once, so what comes in waits in ``ledger_unfolded`` and locks nothing."""


# The same table is in the database (`ledger_kinds`), where the posting function reads it; a test compares the two.
KIND_RULES: dict[str, KindRule] = {
    AccountKind.WALLET: KindRule(floor=0, busy=False),
    AccountKind.CREDITS: KindRule(floor=0, busy=False),
    AccountKind.HELD: KindRule(floor=0, busy=False),
    AccountKind.EARNINGS_PENDING: KindRule(floor=0, busy=True),
    AccountKind.EARNINGS: KindRule(floor=0, busy=True),
    AccountKind.PAYABLE: KindRule(floor=0, busy=False),
    AccountKind.DEFERRED: KindRule(floor=0, busy=True),
    AccountKind.POOL: KindRule(floor=0, busy=True),
    AccountKind.RECEIVABLE: KindRule(floor=None, busy=False),
    AccountKind.REVENUE: KindRule(floor=None, busy=True),
    AccountKind.TAX: KindRule(floor=None, busy=True),
    AccountKind.PROMOTIONS: KindRule(floor=None, busy=True),
    AccountKind.GATEWAY_FEES: KindRule(floor=None, busy=True),
    AccountKind.ROUNDING: KindRule(floor=None, busy=True),
    GATEWAY_PREFIX: KindRule(floor=None, busy=True),
}


def gateway_kind(name: str) -> str:
    """The kind of the account that shows what a provider holds for us: ``gateway:stripe``. Its balance is negative."""
    assert _GATEWAY_NAME.fullmatch(name), f"a gateway's name is lower case: {name}"
    return GATEWAY_PREFIX + name


_UNKNOWN = KindRule(floor=0, busy=False)


def rule_of(kind: str) -> KindRule:
    """How accounts of this kind behave. An unknown kind is a programming error, which the database refuses."""
    return KIND_RULES.get(GATEWAY_PREFIX if kind.startswith(GATEWAY_PREFIX) else kind, _UNKNOWN)


@dataclass(frozen=True, slots=True)
class AccountKey:
    """Names one account. It comes into being with its first transfer."""

    owner: UUID
    kind: str
    currency: Currency


@dataclass(frozen=True, slots=True)
class Transfer:
    """Moves ``amount`` out of ``debit`` into ``credit``. A balance is what came in less what went out."""

    debit: AccountKey
    credit: AccountKey
    amount: Money

    def __post_init__(self) -> None:
        assert self.amount.minor > 0, "a transfer moves something"
        assert self.debit.currency == self.credit.currency == self.amount.currency, "a transfer has one currency"
        assert self.debit != self.credit, "a transfer has two ends"


@dataclass(frozen=True, slots=True)
class Source:
    """The record that caused a posting: ``Source("purchase", purchase.id)``."""

    type: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Posting:
    """What happened, as transfers that all happen or none.

    ``owner`` is the person (or ``PLATFORM``) whose business it is: the idempotency key is unique per owner.
    ``at`` is when it happened for the business; several transfers on one account are netted before its floor is tested.
    """

    owner: UUID
    kind: str
    source: Source
    idempotency_key: str
    transfers: Sequence[Transfer]
    at: datetime

    def __post_init__(self) -> None:
        assert 0 < len(self.transfers) <= TRANSFERS_MAX, "a posting has between one and a thousand transfers"
        assert self.at.tzinfo is not None, "a posting happens at a moment, with its zone"
        assert all((self.idempotency_key, self.kind, self.source.type)), "a posting says what it is"


@dataclass(frozen=True, slots=True)
class Posted:
    """The books hold the posting; ``replayed`` says that they already did."""

    transaction_id: UUID
    replayed: bool = False


def account_bytes(key: AccountKey) -> bytes:
    """An account as the fingerprint sees it."""
    return key.owner.bytes + f"{key.kind} {key.currency}".encode()


def fingerprint(posting: Posting, ends: Sequence[bytes]) -> bytes:
    """Sixteen bytes that stand for everything a posting says, except when (a retry may come later).

    ``ends``: per transfer the debited and the credited account, as ``account_bytes``. ``ledger check`` computes the same
    in SQL from what is stored, so that a transfer changed behind the triggers' back is found.
    """
    parts = [f"{posting.kind} {posting.source.type} ".encode(), posting.source.id.bytes]
    for position, transfer in enumerate(posting.transfers):
        parts += ends[2 * position], ends[2 * position + 1], transfer.amount.minor.to_bytes(8, "big")
    return hashlib.sha256(b"".join(parts)).digest()[:16]
