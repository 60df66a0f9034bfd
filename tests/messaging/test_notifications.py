"""Notifications: told once, in the reader's language, to those who want it and may have it."""

from __future__ import annotations

import gettext
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tuition import messaging
from tuition.kernel import FrozenClock, Money, new_id
from tuition.kernel.money import Currency
from tuition.platform import jobs
from tuition.platform.database import Database, Session
from tuition.platform.events import Bus

Adder = Callable[..., Awaitable[UUID]]
WORDS: dict[str, Any] = {"title": "Your wallet is empty", "message": "Top up and go on."}


async def titles(session: Session, person_id: UUID, **options: Any) -> list[str]:
    return [row.title for row in (await messaging.list_notifications(session, person_id, **options)).items]


async def test_what_was_told_waits_until_it_is_read(session: Session, adding: Adder, moment: FrozenClock) -> None:
    ada = await adding()
    first = await messaging.notify(session, ada, "payment", title="Paid", message="Thank you.", action_url="/orders/1")
    moment.advance(timedelta(minutes=1))
    await messaging.notify(session, ada, "system", title="News", message="There is more.")
    assert await titles(session, ada) == ["News", "Paid"]
    assert await messaging.unread_count(session, ada) == 2
    assert first is not None
    await messaging.mark_read(session, ada, first)
    assert await titles(session, ada, unread_only=True) == ["News"]
    assert await messaging.mark_all_read(session, ada) == 1
    assert await messaging.mark_all_read(session, ada) == 0
    assert await messaging.unread_count(session, ada) == 0
    row = (await messaging.list_notifications(session, ada, kind="payment")).items[0]
    await session.refresh(row)
    assert (row.read, row.read_at, row.action_url) == (True, moment.now(), "/orders/1")


async def test_a_notification_of_somebody_else_does_not_exist(session: Session, adding: Adder) -> None:
    ada, eve = await adding(), await adding("eve@example.org")
    told = await messaging.notify(session, ada, "system", **WORDS)
    assert told is not None
    for stranger, wanted in ((eve, told), (ada, new_id())):
        with pytest.raises(messaging.NotificationUnknown):
            await messaging.mark_read(session, stranger, wanted)
    assert await titles(session, eve) == []


async def test_the_same_news_is_told_once_also_across_months(session: Session, adding: Adder, moment: FrozenClock) -> None:
    ada, eve = await adding(), await adding("eve@example.org")
    assert await messaging.notify(session, ada, "low_balance", **WORDS, dedupe_key="low:1") is not None
    moment.advance(timedelta(days=40))
    assert await messaging.notify(session, ada, "low_balance", **WORDS, dedupe_key="low:1") is None
    assert await messaging.notify(session, ada, "low_balance", **WORDS, dedupe_key="low:2") is not None
    assert await messaging.notify(session, eve, "low_balance", **WORDS, dedupe_key="low:1") is not None


async def test_what_was_switched_off_is_not_told_and_money_always_is(session: Session, adding: Adder) -> None:
    ada = await adding()
    await messaging.change_settings(session, ada, type_preferences={"session_end": {"page": False}})
    assert await messaging.notify(session, ada, "session_end", **WORDS) is None
    assert await messaging.notify(session, ada, "payment", **WORDS) is not None
    with pytest.raises(messaging.PreferenceInvalid, match="always told"):
        await messaging.change_settings(session, ada, type_preferences={"payment": {"page": False}})


@pytest.mark.parametrize(("birth_year", "told"), [(2008, False), (2009, False), (2007, True), (None, True)])
async def test_nothing_promotional_reaches_a_minor(
    session: Session,
    adding: Adder,
    moment: FrozenClock,
    birth_year: int | None,
    told: bool,
) -> None:
    child = await adding(birth_year=birth_year, email_verified_at=moment.now())
    for kind in ("promotional", "new_content"):
        assert (await messaging.notify(session, child, kind, **WORDS) is not None) is told
    assert await messaging.notify(session, child, "payment", **WORDS) is not None


async def test_sentences_are_said_in_the_language_of_the_reader(session: Session, adding: Adder) -> None:
    class Arabic(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"{minutes} minutes": "{minutes} دقيقة"}.get(message, message)

    messaging.configure(public_url="https://school.test", sender="x@school.test", translations=lambda _locale: Arabic())
    ada = await adding(locale="ar")
    await messaging.notify(
        session, ada, "session_end", title="{minutes} minutes", message="{title}", fields={"minutes": 5, "title": "{x}"}
    )
    messaging.configure(public_url="http://localhost:8000", sender="Tuition <noreply@localhost>")
    (row,) = (await messaging.list_notifications(session, ada)).items
    assert (row.title, row.message) == ("5 دقيقة", "{x}")


async def test_pages_of_notifications_hold_each_once_and_open_for_nobody_else(session: Session, adding: Adder) -> None:
    ada, eve = await adding(), await adding("eve@example.org")
    for number in range(7):
        await messaging.notify(session, ada, "system", title=str(number), message="x")
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = await messaging.list_notifications(session, ada, limit=3, cursor=cursor)
        seen += [row.title for row in page.items]
        cursor = page.next_cursor
    assert sorted(seen) == [str(number) for number in range(7)]
    first = await messaging.list_notifications(session, ada, limit=3)
    with pytest.raises(Exception, match="does not belong to this list"):
        await messaging.list_notifications(session, eve, limit=3, cursor=first.next_cursor)


async def test_settings_have_usual_values_and_change_piece_by_piece(session: Session, adding: Adder, bus: Bus) -> None:
    ada = await adding()
    assert await messaging.settings_of(session, ada) == messaging.SettingsView()
    assert await messaging.low_balance_threshold(session, ada) == 1000
    heard: list[UUID] = []

    async def hear(_session: Session, fact: messaging.LowBalanceThresholdChanged) -> None:
        heard.append(fact.person_id)

    bus.subscribe(messaging.LowBalanceThresholdChanged, hear)
    await messaging.change_settings(session, ada, low_balance=Money(100, Currency("EUR")))
    await messaging.change_settings(session, ada, type_preferences={"low_balance": {"email": False}})
    view, _ = await messaging.change_settings(session, ada, type_preferences={"session_end": {"page": False, "email": True}})
    assert (view.low_balance_threshold_minor, view.low_balance_currency) == (100, "EUR")
    assert view.type_preferences == {"low_balance": {"email": False}, "session_end": {"page": False, "email": True}}
    assert await messaging.low_balance_threshold(session, ada) == 100
    assert heard == [ada]


@pytest.mark.parametrize("given", [{"nonsense": {"page": False}}, {"system": {"fax": True}}, {"low_balance": {"page": "no"}}])
async def test_a_preference_that_makes_no_sense_is_refused(session: Session, adding: Adder, given: Any) -> None:
    with pytest.raises(messaging.PreferenceInvalid):
        await messaging.change_settings(session, await adding(), type_preferences=given)


async def test_another_address_counts_once_it_is_confirmed(session: Session, adding: Adder) -> None:
    ada, eve = await adding(), await adding("eve@example.org")
    with pytest.raises(messaging.PreferenceInvalid):
        await messaging.change_settings(session, ada, notification_email="nobody")
    view, token = await messaging.change_settings(session, ada, notification_email="work@example.org")
    assert (view.notification_email, view.notification_email_confirmed) == ("work@example.org", False)
    assert token is not None
    await messaging.change_settings(session, eve, notification_email="other@example.org")
    for wrong in ("", "x.y", token[:-1], "ü", token + "="):
        with pytest.raises(messaging.AddressTokenRefused):
            await messaging.confirm_notification_email(session, wrong)
    await messaging.confirm_notification_email(session, token)
    assert (await messaging.settings_of(session, ada)).notification_email_confirmed
    await messaging.change_settings(session, ada, notification_email="third@example.org")
    with pytest.raises(messaging.AddressTokenRefused):
        await messaging.confirm_notification_email(session, token)


async def test_the_coming_months_have_their_partitions(database: Database, person: UUID, moment: FrozenClock) -> None:
    await jobs.run_periodic(database, names=["messaging.keep_order"])
    await jobs.run_periodic(database, names=["messaging.keep_order"])
    async with database.transaction() as session:
        await messaging.notify(session, person, "system", **WORDS)
        moment.advance(timedelta(days=200))
        await messaging.notify(session, person, "system", **WORDS)
    async with database.reading() as session:
        places = await session.execute(text("select tableoid::regclass::text from notifications order by created_at"))
        assert places.scalars().all() == ["notifications_2026_03", "notifications_default"]
        count = await session.execute(text("select count(*) from pg_inherits where inhparent = 'notifications'::regclass"))
        assert count.scalar_one() == 4


async def test_a_person_takes_everything_along_and_leaves_nothing(session: Session, adding: Adder) -> None:
    ada, eve = await adding(), await adding("eve@example.org")
    for someone in (ada, eve):
        await messaging.notify(session, someone, "payment", title="Paid", message="Thank you.", dedupe_key="x")
        await messaging.change_settings(session, someone, notification_email="work@example.org")
        await messaging.send_email(session, "refund_receipt", to_person=someone, context={"amount": "1.00 EUR"})
    told = await messaging.privacy.export(session, ada)
    assert told["notifications"][0]["title"] == "Paid"
    assert told["settings"]["notification_email"] == "work@example.org"
    assert (told["emails"][0]["to"], "1.00 EUR" in told["emails"][0]["text"]) == ("ada@example.org", True)
    await messaging.privacy.erase(session, ada)
    session.expire_all()
    left = await messaging.privacy.export(session, ada)
    assert left["notifications"] == []
    assert left["settings"]["notification_email"] is None
    assert [(mail["to"], mail["subject"], mail["text"]) for mail in left["emails"]] == [("erased@invalid", "", None)]
    kept = await messaging.privacy.export(session, eve)
    assert len(kept["notifications"]) == len(kept["emails"]) == 1
