"""Moving money, and the housekeeping of what moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from tuition.kernel import Money
from tuition.ledger import wire
from tuition.ledger.errors import InsufficientFunds, KeyReused, TooLarge
from tuition.ledger.rules import AccountKey, Posted, Posting
from tuition.platform.database import Session

Refusal: TypeAlias = InsufficientFunds | KeyReused | TooLarge
Outcome: TypeAlias = Posted | Refusal

POSTINGS_MAX = 5_000
"""Postings in one call of ``post_many``: beyond it a batch only gets slower and holds its locks longer."""
MONTHS_AHEAD = 3
MISSING_MAX = 2**63 - 1
"""What ``Money`` can say is missing; several transfers of one posting may ask for more."""
_POST = f"select ledger_post({', '.join(['%s'] * 17)})"
_POST_MANY = f"select item, outcome, transaction, account, missing from ledger_post_many({', '.join(['%s'] * 20)})"  # noqa: S608 - our own text


async def post(session: Session, posting: Posting) -> Posted:
    """Move the money of one posting: everything or nothing, once per idempotency key.

    Raises ``InsufficientFunds``, ``KeyReused`` (the key is known, the figures are others) or ``TooLarge``; the transaction
    stays usable, nothing was moved. Locks the accounts that it takes from until the transaction ends, so post late.
    """
    batch = wire.Batch([posting])
    changes = batch.change_parameters()
    parameters = (
        UUID(int=batch.ids[0]),
        posting.owner,
        posting.kind,
        posting.source.type,
        posting.source.id,
        posting.idempotency_key,
        UUID(bytes=batch.prints[0]),
        posting.at,
        *batch.account_parameters(),
        *changes,
        *batch.transfer_parameters(),
    )
    [[refused]] = await wire.call(session, _POST, parameters)
    if refused is None:
        return Posted(UUID(int=batch.ids[0]))
    [name, transaction, account, missing] = refused
    outcome = _outcome(batch.accounts, name, transaction and UUID(transaction), account and int(account), missing)
    if isinstance(outcome, Posted):
        return outcome
    raise outcome


async def post_many(session: Session, postings: Sequence[Posting]) -> list[Outcome]:
    """Post each as if one after the other, in one round trip, and say for each what became of it.

    A refusal is returned, not raised: it does not touch the other postings.
    """
    assert len(postings) <= POSTINGS_MAX, f"post at most {POSTINGS_MAX} at once"
    outcomes: list[Outcome] = []
    for run in _runs(postings):
        batch = wire.Batch(run)
        ids, *rest = batch.transfer_parameters()
        accounts = (*batch.account_parameters(), *batch.flow_parameters())
        parameters = (*batch.transaction_parameters(), *accounts, ids, wire.ints(batch.items), *rest)
        rows = await wire.call(session, _POST_MANY, parameters)
        found: list[Outcome] = [Posted(UUID(int=transaction)) for transaction in batch.ids]
        for item, *row in rows:
            found[item - 1] = _outcome(batch.accounts, *row)
        outcomes += found
    return outcomes


async def fold(session: Session, *, limit: int = 50_000) -> int:
    """Bring at most ``limit`` waiting amounts into the balances of busy accounts, and return how many that were.

    Accounts that somebody is working on are left for the next time. What commits later is folded later: nothing is missed.
    """
    [[folded]] = await wire.call(session, "select ledger_fold(%s)", (limit,))
    return int(folded)


async def make_months(session: Session, *, now: datetime, months: int = MONTHS_AHEAD) -> int:
    """Make the partitions of this and the coming months, and return how many were missing. Run it daily."""
    [[made]] = await wire.call(session, "select ledger_make_months(%s::timestamptz::date, %s)", (now, months))
    return int(made)


def _runs(postings: Sequence[Posting]) -> Iterator[Sequence[Posting]]:
    """Cut where a key comes twice: the second must find what became of the first."""
    start, seen = 0, set[tuple[int, str]]()
    for number, posting in enumerate(postings):
        key = (posting.owner.int, posting.idempotency_key)
        if key in seen:
            yield postings[start:number]
            start, seen = number, set()
        seen.add(key)
    if start < len(postings):
        yield postings[start:]


def _outcome(accounts: Sequence[AccountKey], outcome: str, transaction: UUID, account: int, missing: Any) -> Outcome:
    match outcome:
        case "posted" | "replayed":
            return Posted(transaction, replayed=outcome == "replayed")
        case "reused":
            return KeyReused(transaction)
        case "short":
            key = accounts[account - 1]
            return InsufficientFunds(key, Money(min(int(missing), MISSING_MAX), key.currency))
        case "too_large":
            return TooLarge(accounts[account - 1])
    raise AssertionError(f"the database answered {outcome}")
