"""May this person open this, why, until when, and what would make it so?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tuition import access, catalog
from tuition.access import AccessType, Reason, WayKind
from tuition.catalog import Kind, OneTime, PerMinute
from tuition.identity import Actor, Role
from tuition.kernel import Currency, FrozenClock, Money, new_id
from tuition.platform.database import Session

Person = Callable[..., Awaitable[Actor]]
Article = Callable[..., Awaitable[catalog.Content]]

EUR = Currency("EUR")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def kinds(decision: access.Decision) -> list[WayKind]:
    return [way.kind for way in decision.ways]


async def test_a_price_stands_between_a_learner_and_an_article(session: Session, article: Article, learner: Actor) -> None:
    content = await article(minor=2000)
    decision = await access.decide(session, learner, content.id)
    assert (decision.allowed, decision.reason) == (False, Reason.NEEDS_PAYMENT)
    [way] = decision.ways
    assert (way.kind, way.amount) == (WayKind.PURCHASE, Money(2000, EUR))


async def test_a_visitor_is_asked_to_sign_in_and_the_unverified_to_verify(
    session: Session, article: Article, person: Person
) -> None:
    content = await article(minor=2000)
    assert kinds(await access.decide(session, None, content.id)) == [WayKind.SIGN_IN, WayKind.PURCHASE]
    unverified = await person(email_verified=False)
    assert kinds(await access.decide(session, unverified, content.id)) == [WayKind.VERIFY_EMAIL, WayKind.PURCHASE]


async def test_its_creator_and_the_school_open_everything(
    session: Session, article: Article, creator: Actor, person: Person
) -> None:
    draft = await article(published=False)
    assert (await access.decide(session, creator, draft.id)).reason is Reason.OWNER
    assert (await access.decide(session, await person(Role.OWNER), draft.id)).reason is Reason.STAFF
    assert (await access.decide(session, await person(Role.CREATOR), draft.id)).reason is Reason.NOT_PUBLISHED


async def test_what_is_free_is_open_to_visitors(session: Session, article: Article) -> None:
    gift, zero = await article(visibility="public"), await article(minor=0)
    assert (await access.decide(session, None, gift.id)).reason is Reason.FREE
    assert (await access.decide(session, None, zero.id)).reason is Reason.FREE
    for visibility in ("members_only", "shared", "private"):
        content = await article(visibility=visibility)
        assert not (await access.decide(session, None, content.id)).allowed
    nothing = await article()
    assert (await access.decide(session, None, nothing.id)).reason is Reason.NOT_FOR_SALE


async def test_a_film_by_the_minute_offers_the_rate_and_a_preview(session: Session, creator: Actor, learner: Actor) -> None:
    film = await catalog.create_content(session, creator, Kind.VIDEO, title="Film", visibility="public", preview_until_ms=30_000)
    media = await catalog.find_media(session, film.id)
    assert media is not None
    media.status = "uploaded"
    await catalog.set_price(session, creator, film.id, PerMinute(Decimal("0.12"), EUR))
    await catalog.set_price(session, creator, film.id, OneTime(Money(300, EUR)))
    await catalog.publish(session, creator, film.id)
    decision = await access.decide(session, learner, film.id)
    assert (decision.allowed, decision.preview_until_ms) == (False, 30_000)
    assert kinds(decision) == [WayKind.PURCHASE, WayKind.PER_MINUTE]
    assert decision.ways[1].rate == Decimal("0.12")


async def test_a_purchase_outlives_deletion_and_a_visitor_does_not(
    session: Session, article: Article, creator: Actor, learner: Actor
) -> None:
    content = await article(minor=2000)
    await access.grant(session, learner.id, access.Content(content.id), kind=AccessType.PURCHASED, source=("purchase", new_id()))
    await catalog.delete_content(session, creator, content.id)
    decision = await access.decide(session, learner, content.id)
    assert (decision.allowed, decision.reason, decision.until) == (True, Reason.GRANTED, None)
    found, _ = await access.get_content_for(session, learner, content.id)
    assert found.id == content.id
    refused = await access.decide(session, None, content.id)
    assert (refused.reason, kinds(refused)) == (Reason.WITHDRAWN, [WayKind.SIGN_IN])
    with pytest.raises(catalog.ContentUnknown):
        await access.get_content_for(session, None, content.id)


async def test_a_share_lasts_a_day(
    session: Session, article: Article, creator: Actor, learner: Actor, moment: FrozenClock
) -> None:
    content = await article(visibility="shared")
    assert (await access.decide(session, learner, content.id)).reason is Reason.NOT_SHARED
    await access.give(session, creator, content.id, learner.id, kind=AccessType.SHARED)
    decision = await access.decide(session, learner, content.id)
    assert (decision.access_type, decision.until) == (AccessType.SHARED, moment.now() + timedelta(days=1))
    moment.advance(timedelta(days=1) - timedelta(seconds=1))
    assert (await access.decide(session, learner, content.id)).allowed
    moment.advance(timedelta(seconds=1))
    assert not (await access.decide(session, learner, content.id)).allowed


async def test_a_collection_opens_its_members_also_those_that_join_later(
    session: Session, article: Article, creator: Actor, learner: Actor
) -> None:
    one, two, draft = await article("One", minor=500), await article("Two", minor=500), await article("Three", published=False)
    series = await catalog.create_content(session, creator, Kind.SERIES, title="Series")
    bundle = await catalog.create_content(session, creator, Kind.BUNDLE, title="Bundle")
    await catalog.set_members(session, creator, series.id, [one.id])
    await catalog.set_members(session, creator, bundle.id, [series.id])
    await access.grant(
        session, learner.id, access.Collection(bundle.id), kind=AccessType.PURCHASED, source=("purchase", new_id())
    )
    assert (await access.decide(session, learner, one.id)).allowed
    assert not (await access.decide(session, learner, two.id)).allowed
    await catalog.set_members(session, creator, series.id, [one.id, two.id, draft.id])
    await session.flush()
    decisions = await access.decide_many(session, learner, [one.id, two.id, draft.id, series.id])
    assert [decisions[item.id].allowed for item in (one, two, draft, series)] == [True, True, False, False]


async def test_a_series_on_sale_is_one_of_the_ways(session: Session, article: Article, creator: Actor, learner: Actor) -> None:
    part = await article("Part")
    series = await catalog.create_content(session, creator, Kind.SERIES, title="Series")
    await catalog.set_members(session, creator, series.id, [part.id])
    await catalog.set_price(session, creator, series.id, OneTime(Money(3000, EUR)))
    await catalog.publish(session, creator, series.id)
    decision = await access.decide(session, learner, part.id)
    [way] = decision.ways
    assert (decision.reason, way.kind, way.amount, way.slug) == (
        Reason.NEEDS_PAYMENT,
        WayKind.COLLECTION,
        Money(3000, EUR),
        "series",
    )


async def test_wide_scopes_open_what_is_listed_and_nothing_private(session: Session, article: Article, learner: Actor) -> None:
    category = catalog.Category(slug="yoga", name="Yoga")
    session.add(category)
    await session.flush()
    inside = await article("In", category_id=category.id, visibility="members_only")
    outside, hidden = await article("Out", minor=100), await article("Hidden", category_id=category.id, visibility="private")
    tier_id = new_id()
    await access.define_tier(session, tier_id, [access.Category(category.id)])
    assert kinds(await access.decide(session, learner, inside.id)) == [WayKind.SUBSCRIBE]
    await access.grant(session, learner.id, access.Tier(tier_id), kind=AccessType.SUBSCRIPTION, source=("subscription", new_id()))

    async def opened() -> list[bool]:
        decisions = await access.decide_many(session, learner, [inside.id, outside.id, hidden.id])
        return [decisions[item.id].allowed for item in (inside, outside, hidden)]

    assert await opened() == [True, False, False]
    await access.define_tier(session, tier_id, [access.Catalogue()])
    assert await opened() == [True, True, False]


async def test_a_passing_grant_still_shows_what_would_make_it_lasting(
    session: Session, article: Article, learner: Actor, moment: FrozenClock
) -> None:
    content = await article(minor=2000)
    end = moment.now() + timedelta(days=30)
    await access.grant(
        session, learner.id, access.Catalogue(), kind=AccessType.SUBSCRIBER, source=("subscription", new_id()), expires_at=end
    )
    decision = await access.decide(session, learner, content.id)
    assert (decision.allowed, decision.until, kinds(decision)) == (True, end, [WayKind.PURCHASE])


async def test_one_decision_is_one_query_and_so_are_many(session: Session, article: Article, learner: Actor) -> None:
    contents = [await article(f"Number {number}", minor=100) for number in range(5)]
    await session.flush()
    with counted() as sent:
        await access.decide(session, learner, contents[0].id)
    assert len(sent) == 1
    with counted() as sent:
        decisions = await access.decide_many(session, learner, [*(content.id for content in contents), new_id()])
    assert len(sent) == 1
    assert [decision.reason for decision in decisions.values()] == [Reason.NEEDS_PAYMENT] * 5 + [Reason.UNKNOWN]


async def test_the_explanation_says_what_would_be_without_each_grant(
    session: Session, article: Article, learner: Actor, moment: FrozenClock
) -> None:
    content = await article(minor=2000)
    end = moment.now() + timedelta(days=30)
    purchase, subscription = ("purchase", new_id()), ("subscription", new_id())
    old = ("purchase", new_id())
    await access.grant(session, learner.id, access.Content(content.id), kind=AccessType.PURCHASED, source=old)
    await access.end(session, source=old, reason="refunded")
    bought = await access.grant(session, learner.id, access.Content(content.id), kind=AccessType.PURCHASED, source=purchase)
    await access.grant(session, learner.id, access.Catalogue(), kind=AccessType.SUBSCRIPTION, source=subscription, expires_at=end)
    explanation = await access.explain(session, learner, content.id)
    assert explanation.decision.grant_id == bought.id
    shown = {(item.grant.source_type, item.grant.source_id): item for item in explanation.grants}
    assert [item.is_live for item in explanation.grants] == [True, True, False]
    assert shown[purchase].decides
    without_purchase, without_subscription = shown[purchase].without_it, shown[subscription].without_it
    assert without_purchase is not None
    assert (without_purchase.allowed, without_purchase.until) == (True, end)
    assert without_subscription is not None
    assert (without_subscription.allowed, without_subscription.until) == (True, None)
    assert (shown[old].without_it, shown[old].grant.end_reason) == (None, "refunded")


async def test_nobody_learns_of_a_draft_by_asking(session: Session, article: Article, learner: Actor) -> None:
    draft = await article(published=False)
    for content_id in (draft.id, new_id()):
        with pytest.raises(catalog.ContentUnknown):
            await access.explain(session, learner, content_id)
