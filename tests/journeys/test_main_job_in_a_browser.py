"""The main job, as people do it: join, top up, watch by the minute until it is theirs; then what the others see of it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.cinema import make_film
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, findings, sideways
from tests.journeys.conftest import OWNER, OWNER_PASSWORD
from tests.journeys.house import PASSWORD, House
from tuition.catalog import Kind

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOW_MS = 60_000
EMAIL = "lena@people.example"


@pytest.fixture(scope="session")
def minute(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film of a minute that a browser can play."""
    return make_film(tmp_path_factory.mktemp("minute"), Kind.VIDEO)


@pytest.mark.parametrize(("width", "language"), [(DESKTOP, "en"), (PHONE, "ar")])
async def test_somebody_joins_tops_up_and_watches_until_it_is_theirs(
    living_house: House, minute: bytes, open_page: OpenPage, width: int, language: str
) -> None:
    house = living_house
    mona = await house.creator("Mona")
    content = await mona.film(minute, "Breathing slowly", minutes=1, once=60, rate="3.00")
    slug = (await mona.get(f"/v1/contents/{content}"))["slug"]
    page = await open_page(width=width, language=language)
    await _join(house, page, open_page)
    await _top_up(house, page)
    await _watch(house, page, slug)
    await _library(house, page)
    assert await mona.earned() == {"earned": 42, "pending": 42, "available": 0, "paid_out": 0, "reversed": 0, "owed": 0}
    await _the_creator_sees_the_money(house, open_page, mona.email)
    await _the_owner_proves_the_books(house, open_page)


async def _fits(page: Page) -> None:
    assert await findings(page) == []
    assert await sideways(page) <= 0


async def _sign_in(house: House, page: Page, email: str, password: str) -> None:
    await page.goto(f"{house.http.base_url}/sign-in")
    await page.fill("#f-email", email)
    await page.fill("#f-password", password)
    await page.click("main button[type=submit]")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def _join(house: House, page: Page, open_page: OpenPage) -> None:
    await page.goto(f"{house.http.base_url}/sign-up")
    await page.fill("#f-full_name", "Lena")
    await page.fill("#f-email", EMAIL)
    await page.fill("#f-password", PASSWORD)
    await page.fill("#f-birth_year", "1990")
    await page.select_option("#f-country", "FR")
    await page.check("input[name=terms_sha256]")
    await _fits(page)
    await page.click("main button[type=submit]")
    await page.wait_for_url("**/sign-up/sent**")
    link = await _link_in_the_outbox(house, open_page)
    await page.goto(link)
    await page.click("main button[type=submit]")
    await page.wait_for_url(lambda url: "verify-email" not in url)
    if "/sign-in" in page.url:
        await _sign_in(house, page, EMAIL, PASSWORD)


async def _link_in_the_outbox(house: House, open_page: OpenPage) -> str:
    owner = await open_page()
    await _sign_in(house, owner, OWNER, OWNER_PASSWORD)
    await owner.goto(f"{house.http.base_url}/owner/outbox")
    await owner.get_by_role("row", name=re.compile(re.escape(EMAIL))).get_by_role("link").first.click()
    letter = owner.frame_locator("iframe.letter")
    link = await letter.locator("a[href*='token=']").first.get_attribute("href")
    await owner.context.close()
    return str(link)


async def _top_up(house: House, page: Page) -> None:
    await page.goto(f"{house.http.base_url}/wallet")
    await _fits(page)
    await page.fill("#f-amount", "5")
    await page.check("input[name=pay][value='new:sandbox']")
    await page.click("#top-up button.btn-primary")
    await page.wait_for_url("**/sandbox/pay/**")
    await page.fill("#f-number", "4242 4242 4242 4242")
    await page.click("form button.btn-primary")
    await page.wait_for_url("**/payments/**")
    await expect(page.locator("main h1")).to_contain_text(re.compile("5[.,]00|٥[.,٫]٠٠"), timeout=SLOW_MS)
    await page.goto(f"{house.http.base_url}/wallet")
    await expect(page.locator("#balance")).to_contain_text(re.compile("5[.,]00|٥[.,٫]٠٠"))


async def _watch(house: House, page: Page, slug: str) -> None:
    await page.goto(f"{house.http.base_url}/c/{slug}")
    await _fits(page)
    await page.locator(f"a[href*='/watch/{slug}']").first.click()
    await page.wait_for_url(f"**/watch/{slug}**")
    await page.click("#start")
    await page.wait_for_function("() => document.getElementById('film').currentTime >= 13", timeout=SLOW_MS)
    await expect(page.locator("#balance")).to_contain_text(re.compile("4[.,]40|٤[.,٫]٤٠"), timeout=SLOW_MS)
    await _fits(page)


async def _library(house: House, page: Page) -> None:
    await page.goto(f"{house.http.base_url}/library")
    await expect(page.locator("main").get_by_text("Breathing slowly").first).to_be_visible()
    await page.goto(f"{house.http.base_url}/wallet")
    await expect(page.locator("#balance")).to_contain_text(re.compile("4[.,]40|٤[.,٫]٤٠"))


async def _the_creator_sees_the_money(house: House, open_page: OpenPage, email: str) -> None:
    page = await open_page()
    await _sign_in(house, page, email, PASSWORD)
    for path in ("studio", "studio/earnings"):
        await page.goto(f"{house.http.base_url}/{path}")
        await expect(page.locator("main").get_by_text("€0.42").first).to_be_visible()
        await _fits(page)


async def _the_owner_proves_the_books(house: House, open_page: OpenPage) -> None:
    page = await open_page()
    await _sign_in(house, page, OWNER, OWNER_PASSWORD)
    await page.goto(f"{house.http.base_url}/owner/books")
    await page.click("button:has-text('Prove them now')")
    await house.work()
    await expect(page.locator("#proof")).to_contain_text("The books are in order.", timeout=SLOW_MS)
    await _fits(page)
