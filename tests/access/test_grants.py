"""Grants from several sources live side by side; ending one never ends another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from tuition import access, catalog, identity
from tuition.access import AccessGrant, AccessType
from tuition.access.errors import GrantInvalid, GrantUnknown
from tuition.catalog import Kind
from tuition.identity import Actor, Role
from tuition.kernel import Currency, FrozenClock, Money, new_id
from tuition.platform.database import Database, Session
from tuition.platform.events import Bus

Person = Callable[..., Awaitable[Actor]]
Article = Callable[..., Awaitable[catalog.Content]]


async def add_person(session: Session, *roles: Role) -> Actor:
    person_id = new_id()
    await session.execute(insert(identity.User).values(id=person_id, email=f"{person_id}@example.org", full_name="Somebody"))
    return Actor(id=person_id, roles=frozenset({Role.LEARNER, *roles}), email_verified=True)


async def add_article(session: Session, creator: Actor) -> catalog.Content:
    content = await catalog.create_content(session, creator, Kind.WRITTEN, title="Breathing")
    await catalog.write_body(session, creator, content.id, "Breathe in.", catalog.BodyFormat.MARKDOWN)
    await catalog.set_price(session, creator, content.id, catalog.OneTime(Money(100, Currency("EUR"))))
    return await catalog.publish(session, creator, content.id)


async def test_the_same_grant_again_is_the_one_that_stands(session: Session, article: Article, learner: Actor) -> None:
    scope, source = access.Content((await article()).id), ("purchase", new_id())
    first = await access.grant(session, learner.id, scope, kind=AccessType.PURCHASED, source=source)
    again = await access.grant(session, learner.id, scope, kind=AccessType.PURCHASED, source=source)
    assert first.id == again.id


async def test_a_renewal_ends_the_old_grant_and_gives_a_new_one(session: Session, learner: Actor, moment: FrozenClock) -> None:
    source, month = ("subscription", new_id()), timedelta(days=30)
    old = await access.grant(
        session, learner.id, access.Catalogue(), kind=AccessType.SUBSCRIPTION, source=source, expires_at=moment.now() + month
    )
    moment.advance(month - timedelta(days=1))
    new = await access.grant(
        session, learner.id, access.Catalogue(), kind=AccessType.SUBSCRIPTION, source=source, expires_at=moment.now() + month
    )
    assert (old.end_reason, old.ended_at, new.ended_at) == ("renewed", moment.now(), None)


async def test_ending_one_source_leaves_the_others(session: Session, article: Article, learner: Actor) -> None:
    content = await article(minor=100)
    sources = [("purchase", new_id()), ("purchase", new_id()), ("subscription", new_id())]
    for source in sources:
        await access.grant(session, learner.id, access.Content(content.id), kind=AccessType.PURCHASED, source=source)
    for source in sources:
        assert (await access.decide(session, learner, content.id)).allowed
        assert len(await access.end(session, source=source, reason="refunded")) == 1
        assert await access.end(session, source=source, reason="refunded") == []
    assert not (await access.decide(session, learner, content.id)).allowed


@pytest.mark.parametrize(
    "statement",
    [
        "update access_grants set expires_at = now()",
        "update access_grants set access_type = 'owner'",
        "delete from access_grants",
        "update access_grants set ended_at = now()",
        "update access_grants set scope = 'catalogue', scope_id = null",
    ],
)
async def test_the_database_itself_keeps_a_grant_as_it_is(
    session: Session, article: Article, learner: Actor, statement: str
) -> None:
    scope = access.Content((await article()).id)
    await access.grant(session, learner.id, scope, kind=AccessType.PURCHASED, source=("purchase", new_id()))
    with pytest.raises(DBAPIError):
        async with session.begin_nested():
            await session.execute(text(statement))


async def test_an_ended_grant_stays_ended(session: Session, article: Article, learner: Actor) -> None:
    source = ("purchase", new_id())
    scope = access.Content((await article()).id)
    await access.grant(session, learner.id, scope, kind=AccessType.PURCHASED, source=source)
    await access.end(session, source=source, reason="refunded")
    with pytest.raises(DBAPIError):
        async with session.begin_nested():
            await session.execute(text("update access_grants set ended_at = null, end_reason = null"))


async def test_the_effective_row_is_the_best_live_grant(
    session: Session, article: Article, creator: Actor, learner: Actor
) -> None:
    part = await article("Part")
    series = await catalog.create_content(session, creator, Kind.SERIES, title="Series")
    await catalog.set_members(session, creator, series.id, [part.id])
    bought = ("purchase", new_id())
    soon = datetime.now().astimezone() + timedelta(days=1)
    await access.grant(
        session, learner.id, access.Content(part.id), kind=AccessType.SHARED, source=("gift", creator.id), expires_at=soon
    )
    await access.grant(session, learner.id, access.Collection(series.id), kind=AccessType.PURCHASED, source=bought)
    await access.record_visit(session, learner.id, part.id)
    query = text(
        "select content_id, access_type, expires_at, last_accessed_at is not null from content_access where user_id = :id"
    )

    async def rows() -> dict[UUID, tuple[object, ...]]:
        return {row[0]: tuple(row[1:]) for row in await session.execute(query, {"id": learner.id})}

    assert await rows() == {part.id: ("purchased", None, True), series.id: ("purchased", None, False)}
    await access.end(session, source=bought, reason="refunded")
    assert await rows() == {part.id: ("shared", soon, True)}


async def test_only_its_creator_gives_and_takes_back(
    session: Session, article: Article, creator: Actor, learner: Actor, person: Person
) -> None:
    content = await article(minor=100)
    stranger = await person(Role.CREATOR)
    with pytest.raises(catalog.ContentUnknown):
        await access.give(session, stranger, content.id, learner.id)
    given_grant = await access.give(session, creator, content.id, learner.id)
    bought = await access.grant(
        session, learner.id, access.Content(content.id), kind=AccessType.PURCHASED, source=("purchase", new_id())
    )
    with pytest.raises(GrantUnknown):
        await access.take_back(session, creator, content.id, bought.id)
    await access.take_back(session, creator, content.id, given_grant.id)
    assert (await access.decide(session, learner, content.id)).grant_id == bought.id
    for wrong in ({"kind": AccessType.PURCHASED}, {"expires_at": datetime(2020, 1, 1).astimezone()}):
        with pytest.raises(GrantInvalid):
            await access.give(session, creator, content.id, learner.id, **wrong)


async def test_a_creator_sees_to_whom_a_series_was_given(
    session: Session, article: Article, creator: Actor, learner: Actor
) -> None:
    part = await article(minor=100)
    series = await catalog.create_content(session, creator, Kind.SERIES, title="A course of breathing")
    await catalog.set_members(session, creator, series.id, [part.id])
    given_grant = await access.give(session, creator, series.id, learner.id)
    assert await access.grants_of_content(session, series.id) == [given_grant]
    await access.take_back(session, creator, series.id, given_grant.id)
    assert not (await access.decide(session, learner, part.id)).allowed


START = datetime(2026, 3, 2, 9, 0).astimezone()
STEPS = st.lists(
    st.one_of(
        # (give, source, scope, lasts so many hours or for ever)
        st.tuples(
            st.just("give"),
            st.integers(0, 3),
            st.sampled_from(["content", "collection", "catalogue"]),
            st.sampled_from([None, 1, 5]),
        ),
        st.tuples(st.just("end"), st.integers(0, 3), st.none(), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 4), st.none(), st.none()),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_decisions_follow_a_simple_model_of_grants_over_time(
    session: Session, steps: list[tuple[str, int, str | None, int | None]]
) -> None:
    async with session.begin_nested() as savepoint:
        creator, learner = await add_person(session, Role.CREATOR), await add_person(session)
        part = await add_article(session, creator)
        series = await catalog.create_content(session, creator, Kind.SERIES, title="Series")
        await catalog.set_members(session, creator, series.id, [part.id])
        scopes: dict[str, access.Scope] = {
            "content": access.Content(part.id),
            "collection": access.Collection(series.id),
            "catalogue": access.Catalogue(),
        }
        sources = [new_id() for _ in range(4)]
        held: dict[tuple[int, str], datetime | None] = {}  # the model: what each source gives, and until when
        now = START
        past: list[tuple[datetime, bool]] = []
        for verb, number, scope, hours in steps:
            if verb == "give" and scope is not None:
                until = now + timedelta(hours=hours) if hours else None
                await access.grant(
                    session,
                    learner.id,
                    scopes[scope],
                    kind=AccessType.PURCHASED,
                    source=("purchase", sources[number]),
                    expires_at=until,
                    at=now,
                )
                held[number, scope] = until
            elif verb == "end":
                await access.end(session, source=("purchase", sources[number]), reason="refunded", at=now)
                held = {key: until for key, until in held.items() if key[0] != number}
            else:
                now += timedelta(hours=number)
            live = [until for until in held.values() if until is None or until > now]
            decision = await access.decide(session, learner, part.id, at=now)
            assert decision.allowed == bool(live)
            if live:
                assert decision.until == (None if None in live else max(until for until in live if until))
            past = [(at, allowed) for at, allowed in past if at != now] + [(now, bool(live))]
        for at, allowed in past:
            assert (await access.decide(session, learner, part.id, at=at)).allowed == allowed
        await savepoint.rollback()
        session.expunge_all()


async def test_grants_and_endings_at_the_same_time_leave_one_live_row_at_most(database: Database, bus: Bus) -> None:
    async with database.transaction() as session:
        creator, learner = await add_person(session, Role.CREATOR), await add_person(session)
        content = await add_article(session, creator)
    source, other = ("purchase", new_id()), ("gift", new_id())

    async def give(number: int) -> None:
        async with database.transaction() as session:
            until = datetime.now().astimezone() + timedelta(days=number % 3 + 1)
            await access.grant(
                session, learner.id, access.Content(content.id), kind=AccessType.PURCHASED, source=source, expires_at=until
            )

    async def finish() -> None:
        async with database.transaction() as session:
            await access.end(session, source=source, reason="refunded")

    async with database.transaction() as session:
        await access.grant(session, learner.id, access.Content(content.id), kind=AccessType.COMPLIMENTARY, source=other)
    await asyncio.gather(*(give(number) if number % 3 else finish() for number in range(24)))
    async with database.transaction() as session:
        rows = list(await session.scalars(select(AccessGrant).where(AccessGrant.person_id == learner.id)))
        live = [row for row in rows if row.ended_at is None]
        assert len([row for row in live if row.source_type == "purchase"]) <= 1
        assert [row.source_type for row in live].count("gift") == 1
        assert all(row.end_reason in ("renewed", "refunded") for row in rows if row.ended_at is not None)
        await access.end(session, source=source, reason="refunded")
        assert (await access.decide(session, learner, content.id)).access_type is AccessType.COMPLIMENTARY
