"""What the composition root translates into news, in the reader's language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web import stock
from tuition import catalog, identity, messaging, wallets
from tuition.catalog import Kind
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock, new_id
from tuition.main import wire
from tuition.platform import events
from tuition.platform.database import Session
from tuition.platform.events import Bus


@pytest.fixture
def bus() -> Bus:
    """The bus of the whole house."""
    bus = Bus()
    wire(bus)
    return bus


@pytest.fixture
async def creator(session: Session) -> Actor:
    """Somebody who publishes."""
    person_id = await identity.add_person(
        session, email="cleo@example.org", password=stock.PASSWORD, full_name="Cleo", roles=(Role.LEARNER, Role.CREATOR)
    )
    actor = await identity.get_actor(session, person_id)
    assert actor is not None
    return actor


async def told(session: Session, person: Actor) -> list[tuple[str, str, str | None]]:
    page = await messaging.list_notifications(session, person.id)
    return [(row.title, row.message, row.action_url) for row in reversed(page.items)]


async def test_a_creator_hears_what_became_of_a_file(session: Session, creator: Actor) -> None:
    film = await catalog.create_content(session, creator, Kind.VIDEO, title="A {film}")
    await events.publish(session, catalog.MediaReady(film.id, 12_000))
    await events.publish(session, catalog.MediaFailed(film.id, creator.id, "it has no picture."))

    place = f"/studio/contents/{film.id}"
    assert await told(session, creator) == [
        ("Ready to play", "“A {film}” is packaged and can be played.", place),
        ("A file cannot be played", "“A {film}” could not be packaged: it has no picture.", place),
    ]


async def test_a_creator_hears_of_what_was_published_as_planned_and_not_of_what_they_did(
    session: Session, creator: Actor, moment: FrozenClock
) -> None:
    await stock.add_article(session, creator, "At once", "Text.", publish=True)
    later = await stock.add_article(session, creator, "Later", "Text.", publish=False)
    await catalog.schedule(session, creator, later.id, moment.now() + timedelta(hours=1))
    moment.advance(timedelta(hours=2))
    await catalog.run_due(session, now=moment.now())

    assert [(title, message) for title, message, _ in await told(session, creator)] == [
        ("Published as planned", "“Later” can be found from now on.")
    ]


async def test_a_low_balance_is_said_on_the_page_and_by_mail_unless_it_was_switched_off(session: Session, creator: Actor) -> None:
    await events.publish(session, wallets.BalanceLow(new_id(), creator.id, stock.euro(90)))
    await messaging.change_settings(session, creator.id, type_preferences={"low_balance": {"email": False, "page": False}})
    await events.publish(session, wallets.BalanceLow(new_id(), creator.id, stock.euro(80)))

    assert [message for _, message, _ in await told(session, creator)] == ["€0.90 is left in your wallet."]
    mails = (await messaging.privacy.export(session, creator.id))["emails"]
    assert [mail["type"] for mail in mails if mail["type"] == "low_balance"] == ["low_balance"]
