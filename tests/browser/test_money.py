"""Money in a real browser, through a real server, with the provider's messages over real HTTP."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, sideways
from tests.web import stock
from tuition import earnings, payments, wallets
from tuition.kernel import clock
from tuition.main import wire
from tuition.payments import Gateways
from tuition.payments.adapters.sandbox import SandboxGateway
from tuition.platform import jobs, site
from tuition.platform.database import Database

LOOKS: list[tuple[int, Any, str]] = [(DESKTOP, "light", "en"), (PHONE, "dark", "ar"), (PHONE, "light", "en")]


class Shop:
    """A served school whose sandbox sends its messages over HTTP."""

    def __init__(self, address: str, database: Database, services: jobs.Services, school: stock.School) -> None:
        self.address, self.database, self.services, self.school = address, database, services, school

    async def work(self) -> None:
        """What the background process does, ten times a second."""
        while True:
            await jobs.drain(self.database, self.services)
            await asyncio.sleep(0.1)


@pytest.fixture
async def shop(database: Database, database_url: str, serve: Serve, tmp_path: Path) -> AsyncIterator[Shop]:
    """The application, served, with a worker beside it."""
    wire(database.bus)
    async with database.transaction() as session:
        school = await stock.open_school(session, stock.store_in(tmp_path))
        await site.change(session, None, platform_name="Slow School", legal_address="12 Quiet Lane, 1010 Vienna")
        owner = school.creator
        await earnings.set_tax_rate(session, owner.id, country="*", name="VAT", rate=Decimal("0.14"), is_inclusive=True)
    runtime = stock.runtime(database, stock.store_in(tmp_path), database_url)
    address = await serve(stock.application(runtime))
    runtime.services.provide(Gateways, Gateways([SandboxGateway(database, base_url=address, secret=b"a secret")]))
    shop = Shop(address, database, runtime.services, school)
    worker = asyncio.create_task(shop.work())
    yield shop
    worker.cancel()
    with suppress(asyncio.CancelledError):
        await worker


async def sign_in(page: Page, shop: Shop) -> None:
    await page.goto(f"{shop.address}/sign-in")
    await page.fill("#f-email", "sami@example.org")
    await page.fill("#f-password", stock.PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def start_top_up(page: Page, shop: Shop, amount: str = "", *, keep: bool = False) -> None:
    await page.goto(f"{shop.address}/wallet")
    if amount:
        await page.fill("#f-amount", amount)
    await page.check("input[name=pay][value='new:sandbox']")
    if keep:
        await page.check("#f-keep-yes")
    await page.click("#top-up button.btn-primary")
    await page.wait_for_url("**/sandbox/pay/**")


async def test_a_wallet_is_filled_by_card_and_by_a_kept_one(shop: Shop, open_page: OpenPage) -> None:
    page = await open_page()
    await sign_in(page, shop)
    await start_top_up(page, shop, "20,00", keep=True)
    await expect(page.get_by_text("not real money")).to_be_visible()
    await page.fill("#f-number", "1234")
    await page.click("form button.btn-primary")
    await expect(page.locator("#f-number-error")).to_be_visible()
    await page.get_by_role("button", name=re.compile("4242 4242")).click()
    await page.wait_for_url("**/payments/**")
    await expect(page.get_by_role("heading", name="€20.00 is in your wallet")).to_be_visible(timeout=15_000)
    await page.get_by_role("link", name="Open my wallet").click()
    await expect(page.locator("#balance")).to_have_text("€20.00")
    await expect(page.get_by_role("row", name=re.compile("Top-up"))).to_contain_text("€20.00")

    await page.check("input[name=pay] >> nth=0")
    await page.click("#top-up button.btn-primary")
    await page.wait_for_url("**/payments/**")
    await expect(page.get_by_role("heading", name="€5.00 is in your wallet")).to_be_visible(timeout=15_000)


async def test_the_bank_may_ask_and_may_say_no(shop: Shop, open_page: OpenPage) -> None:
    page = await open_page(width=PHONE)
    await sign_in(page, shop)
    await start_top_up(page, shop)
    await page.get_by_role("button", name=re.compile("3155")).click()
    await expect(page.get_by_text("Your bank asks")).to_be_visible()
    await page.get_by_role("button", name="Yes, pay").click()
    await expect(page.get_by_role("heading", name="€5.00 is in your wallet")).to_be_visible(timeout=15_000)

    await start_top_up(page, shop)
    await page.get_by_role("button", name=re.compile("9995")).click()
    await expect(page.get_by_role("heading", name="Nothing was charged")).to_be_visible(timeout=15_000)
    await expect(page.get_by_text("not enough money")).to_be_visible()
    await page.get_by_role("link", name="Try again").click()
    await page.wait_for_url("**/wallet#top-up")
    assert await findings(page) == []


async def test_something_is_bought_looked_at_and_given_back(shop: Shop, open_page: OpenPage) -> None:
    page = await open_page()
    await sign_in(page, shop)
    book = shop.school.things["book"]
    await page.goto(f"{shop.address}/checkout?content={book.id}")
    await page.click("#buy button.btn-primary")
    await expect(page.locator("#f-agreed-yes-error")).to_be_visible()
    await page.check("#f-agreed-yes")
    await page.click("#buy button.btn-primary")
    await page.wait_for_url("**/sandbox/pay/**")
    await page.get_by_role("button", name=re.compile("4242 4242")).click()
    await expect(page.get_by_role("heading", name="It is yours")).to_be_visible(timeout=15_000)
    await page.get_by_role("link", name="See the receipt").click()
    await expect(page.locator(".account-total")).to_contain_text("€12.00")
    pdf = await page.context.request.get(
        shop.address + str(await page.get_by_role("link", name=re.compile("Invoice I-")).get_attribute("href"))
    )
    assert (pdf.status, pdf.headers["content-type"]) == (200, "application/pdf")
    assert (await pdf.body()).startswith(b"%PDF")

    await page.get_by_role("link", name="Give back").click()
    await expect(page.locator(".account-total")).to_contain_text("€12.00")
    await page.fill("#f-reason", "I have it on paper")
    await page.get_by_role("button", name=re.compile("Give back, get")).click()
    await page.wait_for_url("**/receipts/*")
    await expect(page.get_by_role("link", name=re.compile("Credit note C-"))).to_be_visible()
    await expect(page.locator(".account-total")).to_contain_text("€0.00")


async def test_a_wallet_buys_at_once(shop: Shop, open_page: OpenPage) -> None:
    async with shop.database.transaction() as session:
        await wallets.grant(session, shop.school.learner.id, stock.euro(500), reason="Welcome")
    page = await open_page(width=PHONE, theme="dark")
    await sign_in(page, shop)
    await page.goto(f"{shop.address}/checkout?content={shop.school.things['article'].id}")
    await page.check("#f-agreed-yes")
    await page.click("#buy button.btn-primary")
    await page.wait_for_url("**/receipts/*")
    await expect(page.get_by_text("From your wallet")).to_be_visible()
    await expect(page.locator("#balance")).to_have_text("€3.50")
    # The same thing again is refused in words.
    await page.goto(f"{shop.address}/checkout?content={shop.school.things['article'].id}")
    await expect(page.get_by_text("is yours already")).to_be_visible()


SHOWS_FOCUS = """[document.activeElement, document.activeElement.parentElement].some((element) => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
})"""
"""Of a field within a frame it is the frame that shows it."""


async def focus_by_tab(page: Page, selector: str, most: int = 60) -> None:
    """Reach something by the tabulator alone, and see that each thing on the way shows its focus."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        assert await page.evaluate(SHOWS_FOCUS), await page.evaluate("document.activeElement.outerHTML")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached")


async def test_a_keyboard_alone_signs_in_fills_the_wallet_and_buys(shop: Shop, open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto(f"{shop.address}/sign-in?next=%2Fwallet")
    await focus_by_tab(page, "#f-email")
    await page.keyboard.type("sami@example.org")
    await focus_by_tab(page, "#f-password")
    await page.keyboard.type(stock.PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/wallet")
    await focus_by_tab(page, "#f-amount")
    await page.keyboard.type("20")
    await focus_by_tab(page, "#top-up button.btn-primary")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sandbox/pay/**")
    await focus_by_tab(page, "button[name=number]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="€20.00 is in your wallet")).to_be_visible(timeout=15_000)
    await page.goto(f"{shop.address}/c/{shop.school.things['article'].slug}")
    await focus_by_tab(page, "main a[href^='/checkout']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/checkout?**")
    await focus_by_tab(page, "#f-agreed-yes")
    await page.keyboard.press("Space")
    await focus_by_tab(page, "#buy button.btn-primary")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/receipts/*")


async def test_buying_twice_at_once_in_two_tabs_and_after_going_back_costs_once(shop: Shop, open_page: OpenPage) -> None:
    async with shop.database.transaction() as session:
        await wallets.grant(session, shop.school.learner.id, stock.euro(2000), reason="Welcome")
    page = await open_page()
    await sign_in(page, shop)
    address = f"{shop.address}/checkout?content={shop.school.things['article'].id}"
    other = await page.context.new_page()
    for tab in (page, other):
        await tab.goto(address)
        await tab.check("#f-agreed-yes")
    await page.dblclick("#buy button.btn-primary")
    await page.wait_for_url("**/receipts/*")
    await expect(page.locator("#balance")).to_have_text("€18.50")
    await other.click("#buy button.btn-primary")
    await expect(other.get_by_text("is yours already")).to_be_visible()
    await page.go_back()
    await page.reload()
    await expect(page.get_by_text("is yours already")).to_be_visible()
    await page.goto(f"{shop.address}/wallet")
    await expect(page.locator("#balance")).to_have_text("€18.50")


async def test_a_receipt_prints_as_a_receipt_from_a_dark_screen_too(shop: Shop, open_page: OpenPage) -> None:
    async with shop.database.transaction() as session:
        await wallets.grant(session, shop.school.learner.id, stock.euro(500), reason="Welcome")
    page = await open_page(theme="dark")
    await sign_in(page, shop)
    await page.goto(f"{shop.address}/checkout?content={shop.school.things['article'].id}")
    await page.check("#f-agreed-yes")
    await page.click("#buy button.btn-primary")
    await page.wait_for_url("**/receipts/*")
    await page.emulate_media(media="print")
    for hidden in (".masthead", ".colophon", "[data-print]", ".no-print >> nth=0"):
        await expect(page.locator(hidden)).to_be_hidden()
    await expect(page.locator(".print-only")).to_have_text("Slow School")
    colours = "(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))"
    assert await page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


async def test_a_long_name_and_a_large_balance_fit_a_phone_in_arabic(shop: Shop, open_page: OpenPage) -> None:
    async with shop.database.transaction() as session:
        await site.change(session, None, platform_name="مدرسة الفوانيس البطيئة للتعلّم مدى الحياة")
        await wallets.grant(session, shop.school.learner.id, stock.euro(1_234_567_89), reason="Welcome")
    page = await open_page(width=PHONE, language="ar")
    await sign_in(page, shop)
    for path in ("/", "/wallet", "/settings"):
        await page.goto(shop.address + path)
        assert await sideways(page) <= 0, path


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
async def test_every_page_of_money_is_sound(
    shop: Shop, open_page: OpenPage, width: int, theme: Any, language: str, request: pytest.FixtureRequest
) -> None:
    page = await open_page(width=width, theme=theme, language=language)
    await sign_in(page, shop)
    await start_top_up(page, shop, "30", keep=True)
    sandbox = page.url
    await judge(page, sandbox, request, "sandbox")
    await page.locator("button[name=number]").nth(4).click()
    await judge(page, page.url, request, "bank")
    await page.locator("button[value=approve]").click()
    await expect(page.locator("#payment a.btn-primary")).to_be_visible(timeout=15_000)
    await judge(page, page.url, request, "paid")
    paths = await live(shop, page)
    for name, path in paths.items():
        await judge(page, shop.address + path, request, name)


async def live(shop: Shop, page: Page) -> dict[str, str]:
    """Buy something, and say where there is something to see."""
    things, learner = shop.school.things, shop.school.learner
    async with shop.database.transaction() as session:
        await wallets.grant(session, learner.id, stock.euro(450), reason="Welcome", expires_at=clock.now() + timedelta(days=20))
    await page.goto(f"{shop.address}/checkout?content={things['long'].id}&content={things['book'].id}")
    await page.locator("#f-agreed-yes").check()
    await page.click("#buy button.btn-primary")
    await page.wait_for_url("**/receipts/*")
    receipt = page.url.removeprefix(shop.address)
    await start_top_up(page, shop)
    await page.locator("button[name=number]").nth(2).click()
    await expect(page.locator("#payment a.btn-primary")).to_be_visible(timeout=15_000)
    declined = page.url.removeprefix(shop.address)
    async with shop.database.reading() as session:
        [one, *_] = (await payments.payments_page(session)).items
        assert one.status == "failed"
    refund = await page.context.request.get(shop.address + receipt)
    found = re.search(r'href="(/receipts/purchases/[^"]+)"', await refund.text())
    assert found
    return {
        "wallet": "/wallet",
        "checkout": f"/checkout?content={things['series'].id}",
        "receipt": receipt,
        "receipts": "/receipts",
        "refund": found[1],
        "declined": declined,
    }


async def judge(page: Page, address: str, request: pytest.FixtureRequest, name: str) -> None:
    if page.url != address:
        await page.goto(address)
    await page.wait_for_load_state("load")
    if folder := os.environ.get("TUITION_SCREENSHOTS"):
        looks = "-".join(str(request.node.callspec.params[key]) for key in ("width", "theme", "language"))
        await page.screenshot(path=f"{folder}/{name}-{looks}.png", full_page=True)
    assert await findings(page) == [], name
    assert await sideways(page) == 0, name
