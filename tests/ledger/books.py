"""People, accounts and postings for the ledger's tests, and the ledger as it would be without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from tuition import ledger
from tuition.kernel import Currency, Money
from tuition.kernel.money import MINOR_MAX
from tuition.ledger import PLATFORM, AccountKey, AccountKind, Outcome, Posted, Posting, Source, Transfer

EUR, JPY, CRD = Currency("EUR"), Currency("JPY"), Currency("CRD")
ALICE, BOB, CARLA = (UUID(f"00000000-0000-7000-8000-0000000000a{n}") for n in range(3))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = Source("purchase", UUID("00000000-0000-7000-8000-0000000000b1"))


def wallet(owner: UUID, currency: Currency = EUR) -> AccountKey:
    return AccountKey(owner, AccountKind.WALLET, currency)


def earnings(owner: UUID, currency: Currency = EUR) -> AccountKey:
    return AccountKey(owner, AccountKind.EARNINGS, currency)


def revenue(currency: Currency = EUR) -> AccountKey:
    return AccountKey(PLATFORM, AccountKind.REVENUE, currency)


def gateway(currency: Currency = EUR) -> AccountKey:
    return AccountKey(PLATFORM, ledger.gateway_kind("sandbox"), currency)


def move(debit: AccountKey, credit: AccountKey, minor: int) -> Transfer:
    return Transfer(debit, credit, Money(minor, debit.currency))


def posting(
    key: str, *transfers: Transfer, owner: UUID = ALICE, kind: str = "sale", source: Source = SOURCE, at: datetime = NOON
) -> Posting:
    return Posting(owner, kind, source, key, transfers, at)


def short(minor: int, account: AccountKey) -> tuple[str, AccountKey, int]:
    return "short", account, minor


def told(outcome: Outcome) -> object:
    """An outcome without what the database makes up, to compare with the model's."""
    match outcome:
        case Posted(replayed=replayed):
            return "replayed" if replayed else "posted"
        case ledger.InsufficientFunds():
            return "short", outcome.account, outcome.missing.minor
        case ledger.KeyReused():
            return "reused"
        case ledger.TooLarge():
            return "too_large", outcome.account


@dataclass
class Model:
    """The same promises in thirty lines of Python: what the database must agree with."""

    balances: dict[AccountKey, int] = field(default_factory=dict)
    known: dict[tuple[UUID, str], object] = field(default_factory=dict)

    def post(self, posting: Posting) -> object:
        name, body = (posting.owner, posting.idempotency_key), (posting.kind, posting.source, tuple(posting.transfers))
        if name in self.known:
            return "replayed" if self.known[name] == body else "reused"
        net: dict[AccountKey, int] = {}
        for transfer in posting.transfers:
            net[transfer.debit] = net.get(transfer.debit, 0) - transfer.amount.minor
            net[transfer.credit] = net.get(transfer.credit, 0) + transfer.amount.minor
        after = {account: self.balances.get(account, 0) + change for account, change in net.items()}
        for account, balance in after.items():
            if net[account] < 0 and account.kind in FLOORED and balance < 0:
                return short(-balance, account)
        for account, balance in after.items():
            if abs(balance) > MINOR_MAX:
                return "too_large", account
        self.known[name] = body
        self.balances |= after
        return "posted"


FLOORED = {"wallet", "credits", "held", "earnings_pending", "earnings", "payable", "deferred", "pool"}
