"""The player without an account, by the keyboard alone, and where the browser brings its own player."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, Response, expect
from sqlalchemy import text

from tests.browser.cinema import House, make_film
from tests.browser.conftest import PHONE, OpenPage, Serve, findings, free_port, sideways
from tuition import catalog
from tuition.catalog import Kind
from tuition.main import create_app

SLOW_MS = 40_000
WITHOUT_MEDIA_SOURCE = "for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) window[name] = undefined"


@pytest.fixture(scope="session")
def film_data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_film(tmp_path_factory.mktemp("films"), Kind.VIDEO)


@pytest.fixture
async def house(database_url: str, tmp_path: Path, serve: Serve) -> House:
    port = free_port()
    house = await House.build(database_url, tmp_path / "home", port)
    await serve(create_app(house.runtime), port)
    return house


async def playing_at(page: Page, seconds: float) -> None:
    await page.wait_for_function("s => document.getElementById('film').currentTime >= s", arg=seconds, timeout=SLOW_MS)


def pieces(page: Page) -> dict[int, int]:
    """Pieces that the page asked for from here on, with what was answered."""
    seen: dict[int, int] = {}

    def note(answer: Response) -> None:
        name = answer.url.rsplit("/", 1)[-1]
        if name.endswith(".m4s"):
            seen[int(name.removesuffix(".m4s"))] = answer.status

    page.on("response", note)
    return seen


async def test_a_visitor_plays_the_free_beginning_and_is_shown_the_ways(
    house: House, film_data: bytes, open_page: OpenPage
) -> None:
    film = await house.film(film_data, preview_s=8)
    page = await open_page(width=PHONE)
    fetched = pieces(page)
    await page.goto(f"{house.address}/c/{film.slug}")
    await page.get_by_role("link", name="Play “Slow arithmetic”").click()
    await expect(page.locator("#offer-words")).to_have_text("The first 8 sec are free. After that it costs €6.00 a minute.")
    assert await findings(page) == []
    assert await sideways(page) <= 0
    await page.click("#start")
    await expect(page.locator("#notice-title")).to_have_text("The free part ends here", timeout=SLOW_MS)
    assert await findings(page) == []
    await expect(page.get_by_role("link", name="Sign in to go on")).to_have_attribute(
        "href", f"/sign-in?next=%2Fwatch%2F{film.slug}"
    )
    assert fetched == {0: 200, 1: 200}, "nothing after the free part was even asked for"


async def test_a_visitor_plays_a_free_film_and_goes_on_where_they_stopped(
    house: House, film_data: bytes, open_page: OpenPage
) -> None:
    film = await house.film(film_data, rate=None, price=None)
    async with house.runtime.database.transaction() as session:
        await catalog.edit_content(session, house.creator, film.id, {"visibility": "public"})
    page = await open_page()
    await page.goto(f"{house.address}/watch/{film.slug}")
    await page.click("#start")
    await playing_at(page, 3)
    await page.keyboard.press("c")
    await expect(page.locator("#captions p")).to_have_text("Count what is there.", timeout=SLOW_MS)
    await page.keyboard.press("9")
    await playing_at(page, 54)
    await page.goto(f"{house.address}/watch/{film.slug}")
    await page.click("#start")
    await playing_at(page, 53)
    async with house.runtime.database.reading() as session:
        assert (await session.execute(text("select count(*) from play_sessions"))).scalar() == 0


async def test_every_key_does_what_the_list_says(house: House, film_data: bytes, open_page: OpenPage) -> None:
    learner = await house.person(funds=500)
    film = await house.film(film_data, rate=None)
    page = await open_page()
    await house.admit(page, learner)
    await page.goto(f"{house.address}/c/{film.slug}")
    async with house.runtime.database.transaction() as session:
        await catalog.edit_content(session, house.creator, film.id, {"visibility": "public"})
        await catalog.remove_price(session, house.creator, film.id, catalog.PriceKind.ONE_TIME, "EUR")
    await page.goto(f"{house.address}/watch/{film.slug}")
    await page.focus("#start")
    await page.keyboard.press("Enter")
    await playing_at(page, 1)
    state = "(f => [f.paused, f.muted, f.playbackRate, Math.round(f.volume * 10)])(document.getElementById('film'))"
    await page.keyboard.press("k")
    assert await page.evaluate(state) == [True, False, 1, 10]
    for key in ("m", ">", "ArrowDown", "ArrowDown"):
        await page.keyboard.press(key)
    assert await page.evaluate(state) == [True, False, 1.25, 8]
    before = await page.evaluate("document.getElementById('film').currentTime")
    await page.keyboard.press("l")
    assert await page.evaluate("document.getElementById('film').currentTime") - before > 9
    await page.keyboard.press("j")
    await page.keyboard.press("5")
    assert await page.evaluate("Math.round(document.getElementById('film').currentTime)") == 30
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert await findings(page) == []
    await page.keyboard.press("Escape")
    await page.reload()
    await expect(page.locator("#speed")).to_have_value("1.25")


async def test_the_browsers_own_player_is_paced_by_the_lease(house: House, film_data: bytes, open_page: OpenPage) -> None:
    learner = await house.person(funds=300)
    film = await house.film(film_data, price=None)
    page = await open_page()
    await page.add_init_script(WITHOUT_MEDIA_SOURCE)
    await house.admit(page, learner)
    await page.goto(f"{house.address}/watch/{film.slug}")
    if not await page.evaluate("document.createElement('video').canPlayType('application/vnd.apple.mpegurl')"):
        pytest.skip("this Chromium does not play HLS by itself")
    fetched = pieces(page)
    await page.click("#start")
    await playing_at(page, 12)
    await expect(page.locator("#cost")).not_to_have_text("€0.00", timeout=SLOW_MS)
    assert max(fetched) < 11, "it did not run ahead of its lease"
    assert set(fetched.values()) == {200}
    await expect(page.locator("#notice-title")).to_have_text("Paused: the wallet is empty", timeout=2 * SLOW_MS)
    assert await house.balance(learner) < 12
    assert max(fetched) <= 7, "3.00 pay thirty seconds; the piece that holds the last of them is the last"
