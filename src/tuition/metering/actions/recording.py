"""A batch of reports becomes coverage and money, in one transaction, in a fixed number of statements.

Locks are taken in one order everywhere: playback rows, meters, wallet lots, ledger accounts, each by id. The edge commits
once for the whole batch and answers each player only then, so that what a player was told is durable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tuition import earnings, ledger, playback, wallets
from tuition.kernel import Currency, Money
from tuition.ledger import AccountKey, AccountKind
from tuition.metering import rules
from tuition.metering.events import CapReached
from tuition.metering.rules import MeterState
from tuition.platform import events
from tuition.platform.database import Session, array_of
from tuition.playback import EndReason, Kept, Report, State

_LOCK = text(
    "select m.id, m.play_session_id, m.user_id, m.content_id, m.creator_id, m.wallet_id, m.currency, m.rate, m.exact,"
    " m.posted_minor, s.posted_before_minor, m.base_minor,"
    " m.cap_minor, m.fee_rate, m.tax_rate, m.split_base_minor, m.free_until_ms,"
    " m.owned_at is not null, case when w.owed_minor > 0 then -1 else w.alert_below_minor end"
    " from meters m join metered_sessions s on s.play_session_id = m.play_session_id"
    " join wallets w on w.id = m.wallet_id"
    " where m.play_session_id = any(cast(:ids as uuid[])) order by m.id for update of m"
)
_KEEP = text(
    "update meters m set exact = k.exact, posted_minor = k.posted,"
    " owned_at = case when k.owned then coalesce(m.owned_at, :now) end"
    " from unnest(cast(:ids as uuid[]), cast(:exacts as numeric[]), cast(:posted as bigint[]), cast(:owned as boolean[]))"
    " as k (id, exact, posted, owned) where m.id = k.id"
)


@dataclass(frozen=True, slots=True)
class Beat:
    """What a player is told about one report, once it is durable."""

    session_id: UUID
    accepted_ms: int = 0
    refused_ms: int = 0
    """Time that the wall clock does not allow, or that could not be paid."""
    position_ms: int = 0
    covered_ms: int = 0
    is_complete: bool = False
    charged: Money | None = None
    session_cost: Money | None = None
    content_cost: Money | None = None
    balance: Money | None = None
    cap: Money | None = None
    is_owned: bool = False
    affordable_ms: int | None = None
    missing: Money | None = None
    ended: EndReason | None = None
    lease: playback.Lease | None = None


@dataclass(slots=True)
class _Work:
    """What is known and decided while a batch is worked through."""

    states: dict[UUID, State]
    meters: dict[UUID, MeterState]
    lots: wallets.LockedLots
    now: datetime
    balances: dict[UUID, int] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    before: dict[UUID, MeterState] = field(default_factory=dict)
    """Each meter as it was locked, by play session."""
    ending: dict[UUID, EndReason] = field(default_factory=dict)

    def available(self, wallet_id: UUID) -> int:
        """What a wallet can still pay, less what this batch has asked of it."""
        if wallet_id not in self.balances:
            self.balances[wallet_id] = self.lots.available(wallet_id)
        return self.balances[wallet_id]


async def record_batch(session: Session, reports: Sequence[Report], *, now: datetime) -> list[Beat]:
    """Take in reports in the order given and say for each what it came to. Reports of ended sessions change nothing."""
    states = await playback.lock_states(session, (report.session_id for report in reports))
    meters = await _lock_meters(session, states)
    frozen = {meter.wallet_id for meter in meters.values() if meter.alert_below < 0}
    lots = await wallets.lock_lots(session, {meter.wallet_id for meter in meters.values()} - frozen)
    work = _Work(states, meters, lots, now, before=dict(meters))
    beats = [_take_in(work, report) for report in reports]
    await playback.keep(session, work.kept)
    await _move_money(session, work)
    for session_id, reason in work.ending.items():
        await playback.end(session, session_id, reason=reason, at=now)
    return beats


def _take_in(work: _Work, report: Report) -> Beat:
    state = work.states.get(report.session_id)
    if state is None or not state.is_current or report.session_id in work.ending:
        known = state.end_reason if state is not None else None
        return Beat(report.session_id, ended=work.ending.get(report.session_id) or known or EndReason.REPLACED)
    if state.right_until is not None and state.right_until <= report.at:
        work.ending[report.session_id] = EndReason.ACCESS_ENDED
        return Beat(report.session_id, position_ms=state.position_ms, ended=EndReason.ACCESS_ENDED)
    weighed = playback.weigh(state, report)
    meter = work.meters.get(report.session_id)
    accepted, refused_ms = weighed.new, weighed.refused_ms
    charged = None
    if meter is not None:
        outcome = rules.charge(meter, weighed.new, work.available(meter.wallet_id))
        work.balances[meter.wallet_id] -= outcome.minor
        meter = replace(outcome.after, is_owned=True) if outcome.reaches_cap else outcome.after
        work.meters[report.session_id] = meter
        accepted = outcome.accepted
        refused_ms += weighed.new_ms - playback.length(accepted)
        charged = Money(outcome.minor, meter.currency)
    after = playback.after(state, report, weighed, accepted)
    affordable_ms, paid = None, None
    if meter is not None and not meter.is_owned:
        affordable_ms = rules.affordable(meter, work.available(meter.wallet_id))
        paid = playback.union(after.coverage, ((0, meter.free_until_ms),))
    lease, leased = playback.issue_lease(after, paid=paid, affordable_ms=affordable_ms, now=work.now)
    after = replace(after, leased=leased)
    work.states[report.session_id] = after
    work.kept.append(Kept(report, state, after, accepted, playback.length(accepted)))
    if report.closes:
        work.ending[report.session_id] = EndReason.STOPPED
    money: dict[str, Any] = {} if meter is None else _money(work, meter, after, charged, affordable_ms, paid)
    is_broke = money.get("missing") is not None
    if is_broke:
        work.ending[report.session_id] = EndReason.OUT_OF_MONEY
    return Beat(
        report.session_id,
        accepted_ms=playback.length(accepted),
        refused_ms=refused_ms,
        position_ms=after.position_ms,
        covered_ms=after.covered_ms,
        is_complete=after.completed_at is not None,
        ended=EndReason.OUT_OF_MONEY if is_broke else None,
        lease=None if is_broke else lease,
        **money,
    )


def _money(
    work: _Work,
    meter: MeterState,
    after: State,
    charged: Money | None,
    affordable_ms: int | None,
    paid: playback.Ranges | None,
) -> dict[str, Any]:
    """What a beat says about money; ``missing`` when the next moment cannot be paid."""
    available = work.available(meter.wallet_id)
    next_moment = ((after.position_ms, after.position_ms + 1),)
    cannot_go_on = affordable_ms is not None and affordable_ms < rules.PLAYABLE_LEAST_MS and after.position_ms < after.limit_ms
    is_broke = cannot_go_on and bool(playback.difference(next_moment, paid or ()))
    return {
        "charged": charged,
        "session_cost": Money(meter.session_cost, meter.currency),
        "content_cost": Money(meter.content_cost, meter.currency),
        "balance": Money(available, meter.currency),
        "cap": Money(meter.price, meter.currency) if meter.price is not None else None,
        "is_owned": meter.is_owned,
        "affordable_ms": affordable_ms,
        "missing": rules.shortfall(meter, available) if is_broke else None,
    }


async def _lock_meters(session: Session, session_ids: Iterable[UUID]) -> dict[UUID, MeterState]:
    rows = await session.execute(_LOCK, {"ids": sorted(session_ids)})
    meters = {}
    for row in rows:
        values: list[Any] = [*row[:6], Currency(row[6]), row[7], int(row[8]), *row[9:]]
        meters[row[1]] = MeterState(*values)
    return meters


async def _move_money(session: Session, work: _Work) -> None:
    """Write the meters that moved, take the money from the lots, post it, and tell who earned it."""
    moved = [
        (work.before[key], after) for key, after in work.meters.items() if after.exact != work.before[key].exact or after.is_owned
    ]
    moved = [(before, after) for before, after in moved if before != after]
    if not moved:
        return
    await session.execute(
        _KEEP,
        {
            "now": work.now,
            "ids": array_of([after.id for _, after in moved]),
            "exacts": array_of([after.exact for _, after in moved]),
            "posted": array_of([after.posted for _, after in moved]),
            "owned": array_of([after.is_owned for _, after in moved]),
        },
    )
    paid = [(before, after) for before, after in moved if after.posted > before.posted]
    if paid:
        await _pay(session, paid, work)
    for before, after in moved:
        if after.is_owned and not before.is_owned:
            amount = Money(after.content_cost, after.currency)
            fact = CapReached(after.id, after.user_id, after.content_id, after.creator_id, amount, after.session_id)
            await events.publish(session, fact)


async def _pay(session: Session, paid: list[tuple[MeterState, MeterState]], work: _Work) -> None:
    spendings = [
        wallets.Spending(after.wallet_id, Money(after.posted - before.posted, after.currency), "play_session", after.session_id)
        for before, after in paid
    ]
    drawn = await wallets.draw_from(session, work.lots, spendings)
    assert not any(isinstance(outcome, Money) for outcome in drawn), "a charge never exceeds what the locked lots hold"
    postings, earned = [], []
    for before, after in paid:
        split = earnings.split_growth(
            Money(before.posted - before.split_base, after.currency),
            Money(after.posted - after.split_base, after.currency),
            fee_rate=after.fee_rate,
            tax_rate=after.tax_rate,
            creator_id=after.creator_id,
        )
        postings.append(_posting(before, after, split, work.now))
        share = split.creators_total
        if share:
            category = earnings.Category.SALES
            earned.append(earnings.Earned(after.creator_id, share, "play_session", after.session_id, category, work.now))
    for outcome in await ledger.post_many(session, postings):
        assert isinstance(outcome, ledger.Posted), f"the lots held what the wallet's account lacks: {outcome}"
    await earnings.record_many(session, earned)
    low: dict[UUID, int] = defaultdict(int)
    for _, after in paid:
        if work.available(after.wallet_id) < after.alert_below:
            low[after.wallet_id] = work.available(after.wallet_id)
    if low:
        await wallets.note_balances(session, low)


def _posting(before: MeterState, after: MeterState, split: earnings.Split, now: datetime) -> ledger.Posting:
    wallet = AccountKey(after.user_id, AccountKind.WALLET, after.currency)
    parts = [
        (AccountKey(after.creator_id, AccountKind.EARNINGS_PENDING, after.currency), split.creators_total),
        (AccountKey(ledger.PLATFORM, AccountKind.REVENUE, after.currency), split.fee),
        (AccountKey(ledger.PLATFORM, AccountKind.TAX, after.currency), split.tax),
    ]
    return ledger.Posting(
        owner=after.user_id,
        kind="minutes.played",
        source=ledger.Source("play_session", after.session_id),
        # The total that this step leads to names the step: whoever gets there twice posts once.
        idempotency_key=f"meter:{after.id}:{before.posted}:{after.posted}",
        transfers=[ledger.Transfer(wallet, key, amount) for key, amount in parts if amount],
        at=now,
    )
