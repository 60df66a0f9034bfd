"""Finding things: words, typing mistakes, two languages, facets, orders, pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from tuition import catalog
from tuition.catalog import BodyFormat, Filters, Kind, OneTime, PerMinute, PriceBand, Sort
from tuition.catalog.errors import FieldInvalid
from tuition.identity import Actor
from tuition.kernel import Currency, FrozenClock, Money
from tuition.platform.database import Session
from tuition.platform.database.paging import CursorInvalid

EUR = Currency("EUR")
EVERYTHING = Filters()
Publish = Callable[..., Awaitable[catalog.Content]]


@pytest.fixture
def publish(session: Session, creator: Actor, moment: FrozenClock) -> Publish:
    """Publishes articles, a minute apart."""

    async def make(title: str, *, minor: int | None = None, body: str = "Words.", **details: Any) -> catalog.Content:
        content = await catalog.create_content(session, creator, Kind.WRITTEN, title=title, **details)
        await catalog.write_body(session, creator, content.id, body, BodyFormat.MARKDOWN)
        if minor is not None:
            await catalog.set_price(session, creator, content.id, OneTime(Money(minor, EUR)))
        await catalog.publish(session, creator, content.id)
        await session.flush()
        moment.advance(timedelta(minutes=1))
        return content

    return make


async def titles(session: Session, words: str = "", filters: Filters = EVERYTHING, **options: Any) -> list[str]:
    return [hit.title for hit in (await catalog.search(session, words, filters, **options)).items]


async def test_words_find_titles_before_tags_before_texts(session: Session, publish: Publish) -> None:
    await publish("In the text only", body="All about breathing in the morning.")
    await publish("By its tag", tags=["breathing"])
    await publish("Breathing well")
    assert await titles(session, "breathing") == ["Breathing well", "By its tag", "In the text only"]


async def test_word_forms_and_both_languages_are_understood(session: Session, publish: Publish) -> None:
    await publish("Meditations for nurses")
    await publish("تمارين التنفس للمبتدئين", language="ar")
    assert await titles(session, "meditation nurse") == ["Meditations for nurses"]
    assert await titles(session, "تنفس") == ["تمارين التنفس للمبتدئين"]


@pytest.mark.parametrize("typed", ["meditaton", "medtation", "Meditatoin", "begginers"])
async def test_a_misspelt_word_still_finds_its_title(session: Session, publish: Publish, typed: str) -> None:
    await publish("Meditation for beginners")
    await publish("Cooking with fire")
    assert await titles(session, typed) == ["Meditation for beginners"]


@pytest.mark.parametrize("typed", ["'", "a & | ! b", '"unclosed', "-", "%_\\", "(((", "x" * 200, "\x00", "؟"])
async def test_no_query_breaks_the_search(session: Session, publish: Publish, typed: str) -> None:
    await publish("Meditation")
    assert set(await titles(session, typed)) <= {"Meditation"}


async def test_only_what_everybody_may_see_is_found(session: Session, publish: Publish, creator: Actor) -> None:
    await publish("Seen breathing", visibility="members_only")
    await publish("Private breathing", visibility="private")
    await publish("Shared breathing", visibility="shared")
    archived, deleted = await publish("Archived breathing"), await publish("Deleted breathing")
    await catalog.archive(session, creator, archived.id)
    await catalog.delete_content(session, creator, deleted.id)
    await catalog.create_content(session, creator, Kind.WRITTEN, title="Draft breathing")
    await session.flush()
    found = await catalog.search(session, "breathing")
    assert [hit.title for hit in found.items] == ["Seen breathing"]
    assert found.facets is not None
    assert found.facets.total == 1
    assert await titles(session, "breathin") == ["Seen breathing"]


async def test_each_facet_counts_what_could_still_be_chosen(session: Session, publish: Publish) -> None:
    await publish("One", minor=500, language="en", level="beginner")
    await publish("Two", minor=2000, language="ar", level="beginner")
    await publish("Three", minor=0, language="ar", level="advanced")
    await publish("Four", visibility="public", language="en")
    await publish("Five", visibility="members_only", language="en")
    found = await catalog.search(session, "", Filters(languages=frozenset({"ar"}), levels=frozenset({"beginner"})))
    facets = found.facets
    assert facets is not None
    assert ([hit.title for hit in found.items], facets.total) == (["Two"], 1)
    assert facets.languages == {"ar": 1, "en": 1}
    assert facets.levels == {"advanced": 1, "beginner": 1}
    assert facets.price_bands == {"under_50": 1}
    everything = (await catalog.search(session)).facets
    assert everything is not None
    assert everything.price_bands == {"free": 2, "no_price": 1, "under_10": 1, "under_50": 1}
    assert await titles(session, "", Filters(price_bands=frozenset({PriceBand.FREE}))) == ["Four", "Three"]


async def test_every_order_pages_through_everything_once(session: Session, publish: Publish) -> None:
    for number in range(7):
        content = await publish(f"Breathing {number}", minor=100 * (number % 3) if number != 5 else None)
        content.purchase_count, content.rating_average = number % 4, Decimal(number % 2)
    await session.flush()
    for sort in Sort:
        for words in ("", "breathing"):
            seen: list[str] = []
            cursor = None
            for _ in range(10):
                found = await catalog.search(session, words, sort=sort, limit=2, cursor=cursor, with_facets=False)
                seen += [hit.title for hit in found.items]
                cursor = found.next_cursor
                if cursor is None:
                    break
            assert sorted(seen) == [f"Breathing {number}" for number in range(7)], (sort, words)
            assert seen == await titles(session, words, sort=sort)
    assert (await titles(session, sort=Sort.NEWEST))[0] == "Breathing 6"
    assert (await titles(session, sort=Sort.POPULAR))[0] == "Breathing 3"
    assert (await titles(session, sort=Sort.PRICE))[-1] == "Breathing 5"


async def test_a_cursor_of_another_order_is_refused(session: Session, publish: Publish) -> None:
    for number in range(2):
        await publish(f"Breathing {number}")
    cursor = (await catalog.search(session, sort=Sort.NEWEST, limit=1)).next_cursor
    assert cursor is not None
    for wrong in (cursor[:-2] + "xx", "nonsense"):
        with pytest.raises(CursorInvalid):
            await catalog.search(session, sort=Sort.NEWEST, cursor=wrong)
    with pytest.raises(CursorInvalid):
        await catalog.search(session, sort=Sort.PRICE, cursor=cursor)
    with pytest.raises(FieldInvalid):
        await catalog.search(session, "x" * 201)


async def test_a_card_shows_the_price_in_the_wished_currency(session: Session, publish: Publish, creator: Actor) -> None:
    content = await publish("Priced", minor=500, tags=["air"])
    await catalog.set_price(session, creator, content.id, OneTime(Money(400, Currency("USD"))))
    film = await catalog.create_content(session, creator, Kind.AUDIO, title="Song", visibility="public")
    media = await catalog.find_media(session, film.id)
    assert media is not None
    media.status = "uploaded"
    await catalog.set_price(session, creator, film.id, PerMinute(Decimal("0.05"), EUR))
    await catalog.publish(session, creator, film.id)
    await session.flush()
    [hit] = (await catalog.search(session, "", Filters(tags=frozenset({"air"})), currency="EUR")).items
    assert hit.amount == Money(500, EUR)
    [song] = await catalog.shelf(session, Filters(kinds=frozenset({"audio"})))
    assert (song.amount, song.rate, song.rate_currency) == (None, Decimal("0.050000"), "EUR")


async def test_the_indexes_serve_the_search(session: Session, creator: Actor) -> None:
    await session.execute(
        text("""
            insert into contents (id, creator_id, kind, title, slug, status, published_at)
            select gen_random_uuid(), :creator, 'written', 'Title about ' || md5(i::text), 'slug-' || i, 'published',
              now() - i * interval '1 s'
            from generate_series(1, 3000) as i
        """),
        {"creator": creator.id},
    )
    await session.execute(text("analyze contents"))

    async def plan(statement: str) -> str:
        return "\n".join(row[0] for row in await session.execute(text("explain " + statement)))

    listed = "status = 'published' and deleted_at is null and visibility in ('public', 'members_only', 'paid')"
    newest = await plan(f"select id from contents where {listed} order by published_at desc, id desc limit 24")
    assert "idx_contents_newest" in newest
    words = await plan(
        "select id from contents where document @@ websearch_to_tsquery('simple', 'c4ca4238a0b923820dcc509a6f75849b')"
    )
    assert "idx_contents_document" in words
    # A few thousand titles are read faster than an index; what matters is that the index can serve a million.
    await session.execute(text("set local enable_seqscan = off"))
    await session.execute(text("set local pg_trgm.word_similarity_threshold = 0.45"))
    like = await plan("select id from contents where 'c4ca4238a0b9238' <% title")
    assert "idx_contents_title_trigrams" in like
