"""A small school with something of every kind in it, for the tests of what everybody sees."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import typst

from tuition import access, catalog, identity, messaging, metering, playback, wallets
from tuition.access import AccessType
from tuition.catalog import BodyFormat, Kind, OneTime, PerMinute, Visibility
from tuition.edge import Runtime
from tuition.identity import Actor, Role
from tuition.kernel import Currency, Money, clock, new_id
from tuition.main import create_app
from tuition.platform import files, jobs
from tuition.platform.database import Database, Session
from tuition.platform.settings import Mode, Settings

EUR = Currency("EUR")
MINUTE_MS = 60_000
TICKS = MINUTE_MS * 1_000_000
"""What the meter counts in a cent."""
PASSWORD = "seven quiet otters"
BOOK = b"""
#set page(width: 120mm, height: 170mm)
#set heading(numbering: "1")
#outline()
#pagebreak()
= Counting
#lorem(160)
#pagebreak()
= Measuring
#lorem(160)
== Rods
#lorem(40)
#pagebreak()
= Weighing
#lorem(120)
"""


def euro(minor: int) -> Money:
    """An amount."""
    return Money(minor, EUR)


@dataclass
class School:
    """Who and what is there, by a short name."""

    creator: Actor
    learner: Actor
    things: dict[str, catalog.Content] = field(default_factory=dict)


async def add_person(session: Session, email: str, name: str, *roles: Role, **details: Any) -> Actor:
    """Somebody whose address is proven."""
    wanted = (Role.LEARNER, *roles)
    person_id = await identity.add_person(session, email=email, password=PASSWORD, full_name=name, roles=wanted)
    actor = await identity.get_actor(session, person_id)
    assert actor is not None
    if details:
        await identity.change_profile(session, actor, identity.ProfileChange(**details))
    return actor


async def add_film(
    session: Session,
    creator: Actor,
    title: str,
    *,
    minutes: int,
    price: int | None = None,
    rate: str | None = None,
    publish: bool = True,
    kind: Kind = Kind.VIDEO,
    **details: Any,
) -> catalog.Content:
    """A film that is ready to be played, as far as the tables know; its file does not exist."""
    content = await catalog.create_content(session, creator, kind, title=title, **details)
    media = await catalog.find_media(session, content.id)
    assert media is not None
    content.duration_ms = media.duration_ms = minutes * MINUTE_MS
    media.status, media.hls_prefix = "ready", f"films/{content.id}"
    # The check before publishing asks the table.
    await session.flush()
    return await _finish(session, creator, content, price, rate, publish=publish)


async def add_article(
    session: Session, creator: Actor, title: str, text: str, *, price: int | None = None, publish: bool = True, **details: Any
) -> catalog.Content:
    """An article."""
    content = await catalog.create_content(session, creator, Kind.WRITTEN, title=title, **details)
    await catalog.write_body(session, creator, content.id, text, BodyFormat.MARKDOWN)
    return await _finish(session, creator, content, price, None, publish=publish)


async def add_book(
    session: Session, creator: Actor, store: files.Store, title: str, *, price: int | None = None, **details: Any
) -> catalog.Content:
    """A PDF of a few pages."""
    content = await catalog.create_content(session, creator, Kind.DOCUMENT, title=title, **details)
    data = _book()
    key = f"documents/{content.id}/book.pdf"
    await store.put(key, data)
    session.add(
        catalog.Document(
            content_id=content.id,
            file_key=key,
            file_name="Zählen & messen.pdf",
            media_type="application/pdf",
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            page_count=4,
            outline=[
                {"title": "Counting", "page": 2, "level": 0},
                {"title": "Measuring", "page": 3, "level": 0},
                {"title": "Rods", "page": 3, "level": 1},
                {"title": "Weighing", "page": 4, "level": 0},
            ],
        )
    )
    # The check before publishing looks for the row.
    await session.flush()
    return await _finish(session, creator, content, price, None, publish=True)


@cache
def _book() -> bytes:
    return bytes(typst.compile(BOOK))


async def _finish(
    session: Session, creator: Actor, content: catalog.Content, price: int | None, rate: str | None, *, publish: bool
) -> catalog.Content:
    if price is not None:
        await catalog.set_price(session, creator, content.id, OneTime(euro(price)))
    if rate is not None:
        await catalog.set_price(session, creator, content.id, PerMinute(Decimal(rate), EUR))
    return await catalog.publish(session, creator, content.id) if publish else content


async def paid_by_minute(session: Session, person: Actor, content: catalog.Content, minor: int) -> None:
    """What the meter says after some minutes were paid."""
    wallet = await wallets.open_wallet(session, person.id, EUR)
    session.add(
        metering.Meter(
            user_id=person.id,
            content_id=content.id,
            creator_id=content.creator_id,
            wallet_id=wallet.id,
            currency=EUR,
            rate=Decimal("0.12"),
            exact=Decimal(minor) * TICKS,
            posted_minor=minor,
            cap_minor=300,
            fee_rate=Decimal("0.30"),
            tax_rate=Decimal(0),
        )
    )


async def played(session: Session, person: Actor, content: catalog.Content, minutes: int) -> None:
    """How far somebody has come."""
    assert content.duration_ms is not None
    session.add(
        playback.Playback(
            user_id=person.id,
            content_id=content.id,
            kind=content.kind,
            duration_ms=content.duration_ms,
            covered_ms=minutes * MINUTE_MS,
            position_ms=minutes * MINUTE_MS,
            seen_at=clock.now(),
        )
    )


async def give(session: Session, person: Actor, content: catalog.Content, *, days: int | None = None) -> None:
    """Somebody bought it, or may open it for some days."""
    scope: access.Scope = access.Content(content.id)
    if Kind(content.kind) in catalog.COLLECTIONS:
        scope = access.Collection(content.id)
    await access.grant(
        session,
        person.id,
        scope,
        kind=AccessType.PURCHASED if days is None else AccessType.SHARED,
        source=("purchase" if days is None else "gift", new_id()),
        expires_at=None if days is None else clock.now() + timedelta(days=days),
    )


async def open_school(session: Session, store: files.Store) -> School:
    """One of everything: both prices, one price, free, closed, in a series, hidden, in Arabic, with a very long title."""
    creator = await add_person(session, "noor@example.org", "Noor Haddad", Role.CREATOR, bio="Teaches slow arithmetic.")
    learner = await add_person(session, "sami@example.org", "Sami Osman")
    school = School(creator, learner)
    numbers = catalog.Category(slug="numbers", name="Numbers", names={"ar": "أعداد"}, position=1)
    body = catalog.Category(slug="body", name="Body and breath", names={"ar": "الجسد والنفس"}, position=2)
    session.add_all([numbers, body])
    # Contents name their category.
    await session.flush()
    things = school.things
    things["film"] = await add_film(
        session, creator, "Slow arithmetic", minutes=40, price=300, rate="0.12", category_id=numbers.id, level="beginner",
        description="What happens when you stop counting and begin to see?", tags=["numbers", "patience"],
        preview_until_ms=2 * MINUTE_MS,
    )  # fmt: skip
    things["short"] = await add_film(
        session, creator, "Ten minutes of breathing", minutes=10, price=300, rate="0.12", category_id=body.id, kind=Kind.AUDIO
    )
    things["article"] = await add_article(
        session, creator, "On patience", "Wait first.\n\n<!--more-->\n\nThe secret is **waiting longer**.", price=150
    )
    things["free"] = await add_article(
        session, creator, "A free page", "Everybody may read *this*.", visibility=Visibility.PUBLIC.value
    )
    things["arabic"] = await add_article(
        session, creator, "في الصبر", "انتظر أولا، ثم انتظر أطول قليلا.", visibility=Visibility.PUBLIC.value, language="ar"
    )
    things["book"] = await add_book(session, creator, store, "Counting and measuring", price=1200, category_id=numbers.id)
    things["members"] = await add_article(
        session, creator, "For members", "Closed.", visibility=Visibility.MEMBERS_ONLY.value, category_id=body.id
    )
    things["draft"] = await add_article(session, creator, "Still at work", "Not yet.", publish=False)
    things["long"] = await add_article(
        session, creator, "Donaudampfschifffahrtsgesellschaftskapitänspatent " * 6, "Long.", price=99, category_id=body.id
    )
    series = await catalog.create_content(session, creator, Kind.SERIES, title="All of arithmetic", category_id=numbers.id)
    parts = [things["film"].id, things["article"].id, things["free"].id, things["draft"].id]
    await catalog.set_members(session, creator, series.id, parts)
    things["series"] = await _finish(session, creator, series, 400, None, publish=True)
    return school


def runtime(database: Database, store: files.Store, database_url: str = "") -> Runtime:
    """The parts that the pages need. With an address of the database the pages hear news."""
    settings = Settings(mode=Mode.TEST, public_url="http://tuition.test")
    hub = messaging.Hub(database, database_url)
    services = jobs.Services(hub).provide(files.Store, store).provide(Settings, settings)
    return Runtime(settings=settings, database=database, services=services)


def store_in(folder: Path) -> files.Store:
    """A place for files that the test throws away."""
    return files.local(folder / "files")


@asynccontextmanager
async def browser(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that follows no redirect."""
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tuition.test", headers=headers) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, email: str = "sami@example.org") -> None:
    """Sign the browser in."""
    answer = await client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303


def application(parts: Runtime) -> Any:
    """The whole application around these parts."""
    return create_app(parts)
