"""Whatever is posted, in whatever order and company, the database agrees with a model of thirty lines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.ledger.books import ALICE, BOB, CARLA, CRD, EUR, JPY, Model, earnings, gateway, move, posting, revenue, told, wallet
from tuition import ledger
from tuition.ledger import AccountKey, AccountKind, Posting, Transfer
from tuition.platform.database import Database, Session, connect

T = TypeVar("T")
PEOPLE = (ALICE, BOB, CARLA)
ACCOUNTS = {
    currency: [
        *(wallet(person, currency) for person in PEOPLE),
        *(earnings(person, currency) for person in PEOPLE[:2]),
        AccountKey(ALICE, AccountKind.RECEIVABLE, currency),
        AccountKey(ledger.PLATFORM, AccountKind.POOL, currency),
        revenue(currency),
        gateway(currency),
    ]
    for currency in (EUR, JPY, CRD)
}
KEYS = [account for accounts in ACCOUNTS.values() for account in accounts]


@st.composite
def transfers(draw: st.DrawFn) -> Transfer:
    accounts = ACCOUNTS[draw(st.sampled_from(list(ACCOUNTS)))]
    debit, credit = draw(st.lists(st.sampled_from(accounts), min_size=2, max_size=2, unique=True))
    # Mostly small sums that meet floors often, now and then one that the database must count with care.
    return move(debit, credit, draw(st.one_of(st.integers(1, 30), st.integers(10**12 - 2, 10**12 + 2))))


POSTINGS = st.builds(
    lambda key, owner, moved, kind: posting(key, *moved, owner=owner, kind=kind),
    key=st.sampled_from([f"key {n}" for n in range(30)]),
    owner=st.sampled_from(PEOPLE),
    moved=st.lists(transfers(), min_size=1, max_size=4),
    kind=st.sampled_from(["sale", "gift"]),
)
FUNDING = [
    posting(f"fund {account.owner} {account.currency}", move(gateway(account.currency), account, 60))
    for accounts in ACCOUNTS.values()
    for account in accounts[:3]
]


class Books(RuleBasedStateMachine):
    """One example is one transaction, rolled back at its end."""

    runner: asyncio.Runner
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.stack = AsyncExitStack()
        self.posted: list[Posting] = []
        self.session: Session = self.run(self._open())

    async def _open(self) -> Session:
        session = await self.stack.enter_async_context(Session(self.database.engine, expire_on_commit=False))
        _ = await session.connection()  # begins
        return session

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.runner.run(wait())

    @initialize()
    def fund(self) -> None:
        self.post_many(FUNDING)

    @rule(one=POSTINGS)
    def post(self, one: Posting) -> None:
        async def attempt() -> Any:
            try:
                return await ledger.post(self.session, one)
            except (ledger.InsufficientFunds, ledger.KeyReused, ledger.TooLarge) as refusal:
                return refusal

        assert told(self.run(attempt())) == self.model.post(one)
        self.posted.append(one)

    @rule(many=st.lists(POSTINGS, max_size=12))
    def post_many(self, many: Sequence[Posting]) -> None:
        outcomes = self.run(ledger.post_many(self.session, many))
        assert [told(outcome) for outcome in outcomes] == [self.model.post(one) for one in many]
        self.posted += many

    @rule(data=st.data())
    def post_again(self, data: st.DataObject) -> None:
        self.post_many(data.draw(st.lists(st.sampled_from(self.posted), max_size=5)) if self.posted else [])

    @rule(limit=st.integers(1, 20))
    def fold(self, limit: int) -> None:
        assert self.run(ledger.fold(self.session, limit=limit)) <= limit

    @invariant()
    def every_figure_agrees(self) -> None:
        held = self.run(ledger.balances(self.session, KEYS))
        assert {key: money.minor for key, money in held.items()} == {key: self.model.balances.get(key, 0) for key in KEYS}

    def teardown(self) -> None:
        try:
            report = self.run(ledger.check(self.session))
            assert report.problems == []
            for key in (ACCOUNTS[EUR][0], revenue(EUR)):
                self._read_the_statement(key)
        finally:
            self.run(self.session.rollback())
            self.run(self.stack.aclose())

    def _read_the_statement(self, key: AccountKey) -> None:
        cursor, standing = None, self.model.balances.get(key, 0)
        while True:
            page = self.run(ledger.statement(self.session, key, cursor=cursor, limit=7))
            for line in page.items:
                assert line.balance.minor == standing
                standing -= line.amount.minor
            cursor = page.next_cursor
            if cursor is None:
                break
        assert standing == 0


def test_the_database_agrees_with_the_model(database_url: str) -> None:
    with asyncio.Runner() as runner:
        database = connect(database_url, pool_size=1)
        machine = type("BooksHere", (Books,), {"runner": runner, "database": database})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
                ),
            )
        finally:
            runner.run(database.dispose())
