"""The player in a real browser: press play, watch the meter, see the wallet fall, own it at the cap."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from tests.browser.cinema import House, make_film
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, free_port, sideways
from tuition.catalog import Kind
from tuition.main import create_app

PICTURES = os.environ.get("TUITION_TEST_PICTURES", "")
"""A folder for pictures of what was seen, for whoever wants to look."""
SLOW_MS = 40_000


@pytest.fixture(scope="session")
def film_data(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, bytes]:
    folder = tmp_path_factory.mktemp("films")
    return {kind: make_film(folder, kind) for kind in (Kind.VIDEO, Kind.AUDIO)}


@pytest.fixture
async def house(database_url: str, tmp_path: Path, serve: Serve) -> House:
    port = free_port()
    house = await House.build(database_url, tmp_path / "home", port)
    await serve(create_app(house.runtime), port)
    return house


async def shoot(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png")


async def playing_at(page: Page, seconds: float) -> None:
    await page.wait_for_function("s => document.getElementById('film').currentTime >= s", arg=seconds, timeout=SLOW_MS)


async def test_a_film_is_played_by_the_minute_until_it_is_owned(
    house: House, film_data: dict[Kind, bytes], open_page: OpenPage
) -> None:
    learner = await house.person(funds=500)
    film = await house.film(film_data[Kind.VIDEO])
    page = await open_page()
    await house.admit(page, learner)
    await page.goto(f"{house.address}/watch/{film.slug}")
    await expect(page.locator("#offer-words")).to_have_text("Play for €6.00 a minute; at €1.00 it is yours.")
    await expect(page.locator("#balance")).to_have_text("€5.00")
    assert await findings(page) == []
    await shoot(page, "offer-1440-light-en")
    await page.click("#start")
    await playing_at(page, 3)
    await page.select_option("#captions-select", label="English")
    await page.keyboard.press("Escape")
    await playing_at(page, 5)
    await page.focus("#play")
    await page.keyboard.press(" ")
    await expect(page.locator("#cost")).not_to_have_text("€0.00", timeout=SLOW_MS)
    assert 0 < 500 - await house.balance(learner) < 100
    await shoot(page, "running-1440-light-en")
    assert await findings(page) == []
    await page.keyboard.press(" ")
    await expect(page.locator("#note-text")).to_contain_text("It is yours now. You have paid €1.00", timeout=SLOW_MS)
    await expect(page.locator("#balance")).to_have_text("€4.00")
    await expect(page.locator("#minute")).to_have_text("Yours")
    await shoot(page, "owned-1440-light-en")
    assert await house.balance(learner) == 400
    await page.goto(f"{house.address}/watch/{film.slug}")
    await expect(page.locator("#running")).to_contain_text("It is yours.")


@pytest.mark.parametrize(("width", "theme", "language"), [(PHONE, "dark", "ar"), (PHONE, "light", "en"), (DESKTOP, "dark", "ar")])
async def test_the_player_fits_every_hand(
    house: House, film_data: dict[Kind, bytes], open_page: OpenPage, width: int, theme: Any, language: str
) -> None:
    learner = await house.person(funds=120)
    film = await house.film(film_data[Kind.VIDEO], price=900)
    page = await open_page(width=width, theme=theme, language=language)
    await house.admit(page, learner)
    await page.goto(f"{house.address}/watch/{film.slug}")
    await shoot(page, f"offer-{width}-{theme}-{language}")
    assert await sideways(page) <= 0
    await page.click("#start")
    await playing_at(page, 2)
    await page.evaluate("document.getElementById('transcript').open = true")
    await page.keyboard.press("c")
    await playing_at(page, 5)
    await page.mouse.move(100, 100)
    await shoot(page, f"running-{width}-{theme}-{language}")
    assert await findings(page) == []
    assert await sideways(page) <= 0
    await expect(page.locator("#notice")).to_be_visible(timeout=SLOW_MS)
    await shoot(page, f"broke-{width}-{theme}-{language}")
    assert await house.balance(learner) < 12
    assert await findings(page) == []


async def test_a_second_device_takes_over(house: House, film_data: dict[Kind, bytes], open_page: OpenPage) -> None:
    learner = await house.person(funds=500)
    film = await house.film(film_data[Kind.VIDEO], price=None)
    first, second = await open_page(), await open_page(width=PHONE)
    for page in (first, second):
        await house.admit(page, learner)
        await page.goto(f"{house.address}/watch/{film.slug}")
    await first.click("#start")
    await playing_at(first, 2)
    await second.click("#start")
    await expect(second.locator("#notice-title")).to_have_text("You are playing somewhere else")
    await shoot(second, "elsewhere-390-light-en")
    await second.get_by_role("button", name="Go on here").click()
    await expect(first.locator("#notice-title")).to_have_text("It goes on elsewhere", timeout=SLOW_MS)
    await playing_at(second, 1)


async def test_a_minute_without_a_network_is_counted_afterwards(
    house: House, film_data: dict[Kind, bytes], open_page: OpenPage
) -> None:
    learner = await house.person(funds=500)
    film = await house.film(film_data[Kind.VIDEO], price=None)
    page = await open_page()
    await house.admit(page, learner)
    await page.goto(f"{house.address}/watch/{film.slug}")
    await page.click("#start")
    await playing_at(page, 2)
    await page.context.set_offline(True)
    await playing_at(page, 8)
    await expect(page.locator("#news")).to_contain_text("No connection", timeout=SLOW_MS)
    await page.context.set_offline(False)
    await page.click("#play")
    await expect(page.locator("#cost")).not_to_have_text("€0.00", timeout=SLOW_MS)
    assert 500 - await house.balance(learner) >= 80
    await page.goto("about:blank")
    async with asyncio.timeout(SLOW_MS / 1000):
        while await ends(house) != [("completed", "stopped")]:  # noqa: ASYNC110 - the last report is another process's
            await asyncio.sleep(0.2)


async def ends(house: House) -> list[tuple[str, str | None]]:
    async with house.runtime.database.reading() as session:
        rows = await session.execute(text("select status, end_reason from play_sessions"))
        return [(str(status), reason) for status, reason in rows]


async def test_a_recording_has_a_cover_and_a_preview_ends(
    house: House, film_data: dict[Kind, bytes], open_page: OpenPage
) -> None:
    visitor = await house.person()
    film = await house.film(film_data[Kind.AUDIO], kind=Kind.AUDIO, preview_s=6)
    page = await open_page()
    await house.admit(page, visitor)
    await page.goto(f"{house.address}/watch/{film.slug}?preview=1")
    await page.click("#start")
    await playing_at(page, 2)
    await shoot(page, "audio-1440-light-en")
    assert await findings(page) == []
    await expect(page.locator("#notice-title")).to_have_text("The free part ends here", timeout=SLOW_MS)
