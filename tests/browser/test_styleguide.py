"""Every component, in every state, at every size, in both themes and both directions: nothing to find, nothing too wide."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from tests.browser.conftest import DESKTOP, PHONE, TABLET, OpenPage, Serve, findings, sideways
from tuition.kernel import Currency, Money, new_id
from tuition.web.rendering import Shell, Site, StaticAssets, Viewer, render_problem
from tuition.web.site import appearance, covers

pytestmark = pytest.mark.browser


def guide() -> FastAPI:
    """The guide and the problem pages, without a database."""
    app = FastAPI()
    app.state.runtime = None  # these pages ask it for nothing
    app.include_router(appearance.router)
    app.include_router(covers.router)
    app.mount("/static", StaticAssets())
    viewer = Viewer(new_id(), "Noor Haddad", may=frozenset({"studio", "owner"}))

    @app.middleware("http")
    async def surround(request: Request, call_next: object) -> Response:
        request.state.shell = Shell(site=Site(is_demo=True), viewer=viewer, balance=Money(1240, Currency("EUR")), unread=3)
        return await call_next(request)  # type: ignore[operator, no-any-return] # Starlette's own callable

    @app.get("/problem/{status}")
    async def problem(request: Request, status: int) -> Response:
        return render_problem(request, status)

    return app


@pytest.mark.parametrize("width", [PHONE, TABLET, DESKTOP])
@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "en"), ("light", "ar"), ("dark", "ar")])
async def test_axe_finds_nothing_in_the_guide(serve: Serve, open_page: OpenPage, width: int, theme: str, language: str) -> None:
    address = await serve(guide())
    page = await open_page(width=width, theme=theme, language=language)
    await page.goto(f"{address}/styleguide")
    assert await findings(page) == []
    assert await sideways(page) <= 0


async def test_axe_finds_nothing_on_a_problem_page(serve: Serve, open_page: OpenPage) -> None:
    address = await serve(guide())
    page = await open_page()
    await page.goto(f"{address}/problem/404")
    assert await findings(page) == []


async def test_the_keyboard_alone_reaches_and_leaves_a_menu(serve: Serve, open_page: OpenPage) -> None:
    address = await serve(guide())
    page = await open_page()
    await page.goto(f"{address}/problem/404")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.goto(f"{address}/styleguide")
    summary = page.locator(".masthead details.drop:visible summary").last
    await summary.focus()
    await page.keyboard.press("Enter")
    assert await page.locator(".masthead details.drop[open]").count() == 1
    await page.keyboard.press("Escape")
    assert await page.locator(".masthead details.drop[open]").count() == 0
    assert await summary.evaluate("summary => summary === document.activeElement")


async def test_the_theme_changes_at_once_and_stays_without_a_flash(serve: Serve, open_page: OpenPage) -> None:
    address = await serve(guide())
    page = await open_page()
    await page.goto(f"{address}/styleguide")
    await page.locator(".masthead details.drop:visible summary").first.click()
    async with page.expect_response("**/preferences"):
        await page.locator(".masthead details[open] button[value=dark]").click()
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    await page.goto(f"{address}/problem/404", wait_until="commit")
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"


async def test_a_destructive_act_asks_once_and_can_be_left(serve: Serve, open_page: OpenPage) -> None:
    address = await serve(guide())
    page = await open_page()
    await page.goto(f"{address}/styleguide")
    await page.locator("[data-dialog=gone]").click()
    assert await page.locator("dialog#gone[open]").count() == 1
    assert await findings(page) == []
    await page.keyboard.press("Escape")
    assert await page.locator("dialog#gone[open]").count() == 0


async def test_the_first_wrong_field_has_the_focus(serve: Serve, open_page: OpenPage) -> None:
    address = await serve(guide())
    page = await open_page()
    await page.goto(f"{address}/styleguide")
    assert await page.evaluate("document.activeElement.name") == "email"
