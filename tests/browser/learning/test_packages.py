"""SCORM packages in a real browser: they play, report and go on, and can reach nothing around their sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.browser.cinema import House
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, free_port, sideways
from tests.learning.packages import samples
from tests.learning.packages.conftest import School, found
from tuition import identity
from tuition.identity import Actor, Role
from tuition.learning import packages
from tuition.main import create_app
from tuition.platform import files, jobs

pytestmark = pytest.mark.browser


@dataclass
class Served:
    """The house and the school in it."""

    house: House
    school: School

    @property
    def lesson(self) -> str:
        """Where the learner opens it."""
        return f"{self.house.address}/learn/safety/{quote('safety-at-work')}"

    @property
    def desk(self) -> str:
        """Where the teacher brings it."""
        return f"{self.house.address}/studio/packages/{self.school.lesson_id}"

    async def open(self, page: Page, person: Actor | None = None) -> FrameLocator:
        """Open the lesson as its learner; what plays in it."""
        await self.house.admit(page, person or self.school.learner)
        await page.goto(self.lesson)
        return page.frame_locator("[data-frame]")


@pytest.fixture
async def served(database_url: str, tmp_path: Path, serve: Serve, request: pytest.FixtureRequest) -> Served:
    port = free_port()
    packages_url = f"http://localhost:{port}" if getattr(request, "param", "") else ""
    house = await House.build(database_url, tmp_path / "home", port, packages_url=packages_url)
    learner, other = await house.person(), await house.person()
    database, store = house.runtime.database, house.runtime.service(files.Store)
    async with database.transaction() as session:
        session.add(identity.UserRole(user_id=house.creator.id, role=Role.CREATOR.value))
        ids = await found(session, house.creator, learner, store)
    await serve(create_app(house.runtime), port)
    return Served(house, School(database, store, tmp_path / "home" / "files", house.creator, learner, other, *ids))


async def test_a_learner_goes_on_where_they_stopped_and_completes(served: Served, open_page: OpenPage) -> None:
    await served.school.bring(samples.single_12())
    page = await open_page()
    content = await served.open(page)
    await expect(content.locator("#hello")).to_have_text("Hello Lea")
    await expect(content.locator("#place")).to_have_text("ab-initio||")
    await content.get_by_role("button", name="Go on").click()
    await expect(page.locator("[data-said]")).to_have_text("Saved · Begun")

    await page.goto(served.lesson)
    await expect(content.locator("#place")).to_have_text("resume|page-3|three of four")
    await content.get_by_role("button", name="Finish").click()
    await expect(page.locator("[data-said]")).to_have_text("Saved · Passed · 85%")
    await expect(page.locator("#lesson-state")).to_contain_text("Completed")
    progress = await served.school.progress()
    assert progress is not None
    assert (progress.status, str(progress.score)) == ("completed", "85.00")
    await served.house.admit(page, served.school.teacher)
    await page.goto(served.desk)
    await expect(page.get_by_role("row", name="Lea Completed")).to_contain_text("85%")


async def test_scorm_2004_is_found_where_its_own_search_begins(served: Served, open_page: OpenPage) -> None:
    await served.school.bring(samples.single_2004())
    page = await open_page()
    content = await served.open(page)
    await expect(content.locator("#place")).to_have_text("true|ab-initio|0.8")
    await content.get_by_role("button", name="Finish").click()
    await expect(page.locator("[data-said]")).to_have_text("Saved · Passed · 90%")


async def test_several_items_one_after_the_other(served: Served, open_page: OpenPage) -> None:
    await served.school.bring(samples.several_12())
    page = await open_page()
    content = await served.open(page)
    inside = page.get_by_role("navigation", name="What is inside")
    await content.get_by_role("button", name="Finish").click()
    await expect(inside.get_by_role("button", name="First")).to_contain_text("Passed")
    await page.get_by_role("button", name="Forward").click()
    await expect(inside.get_by_role("button", name="Second")).to_have_attribute("aria-current", "true")
    await content.get_by_role("button", name="Go on").click()
    await expect(inside.get_by_role("button", name="Second")).to_contain_text("Begun")
    await inside.get_by_role("button", name="Handout").click()
    await expect(content.get_by_role("heading", name="Handout")).to_be_visible()
    await expect(inside.get_by_role("button", name="Handout")).to_contain_text("Completed")
    await inside.get_by_role("button", name="Second").click()
    await expect(content.locator("#place")).to_have_text("resume|page-3|three of four")
    await content.get_by_role("button", name="Finish").click()
    await expect(page.locator("#lesson-state")).to_contain_text("Completed")


async def test_what_was_done_without_a_network_is_saved_when_it_is_back(served: Served, open_page: OpenPage) -> None:
    await served.school.bring(samples.single_12())
    page = await open_page()
    content = await served.open(page)
    await expect(content.locator("#place")).to_have_text("ab-initio||")
    await page.context.set_offline(True)
    await content.get_by_role("button", name="Go on").click()
    await expect(page.locator("[data-said]")).to_contain_text("No connection")
    await page.context.set_offline(False)
    await expect(page.locator("[data-said]")).to_have_text("Saved · Begun")


async def test_the_last_word_of_a_closed_window_arrives(served: Served, open_page: OpenPage) -> None:
    closing = samples.PAGE_12.replace(
        "<body>", "<body onpagehide=\"api.LMSSetValue('cmi.core.lesson_location','9');api.LMSFinish('')\">"
    )
    await served.school.bring(samples.single_12(page=closing))
    page = await open_page()
    content = await served.open(page)
    await expect(content.locator("#place")).to_have_text("ab-initio||")
    await page.goto(f"{served.house.address}/learning")
    page = await open_page()
    content = await served.open(page)
    await expect(content.locator("#place")).to_contain_text("resume|9|")


async def test_the_pages_of_an_item_go_on_in_one_window(served: Served, open_page: OpenPage) -> None:
    first = samples.PAGE_12.replace("</body>", '<a href="second.html">On</a></body>')
    second = """<html><body><p id="told"></p><script>API.LMSSetValue("cmi.core.lesson_status", "completed"); API.LMSCommit("");
    told.textContent = API.LMSGetValue("cmi.core.lesson_location") + "|" + API.LMSGetLastError();</script></body></html>"""
    await served.school.bring(samples.single_12(page=first, more={"second.html": second}))
    page = await open_page()
    content = await served.open(page)
    await content.get_by_role("button", name="Go on").click()
    await content.get_by_role("link", name="On").click()
    await expect(content.locator("#told")).to_have_text("page-3|0")
    await expect(page.locator("#lesson-state")).to_contain_text("Completed")


async def test_an_inner_page_that_looks_for_the_api_finds_it(served: Served, open_page: OpenPage) -> None:
    await served.school.bring(samples.framed_12(samples.INNER_FINDS_API))
    page = await open_page()
    content = await served.open(page)
    await content.frame_locator("iframe").get_by_role("button", name="Answer").click()
    await expect(page.locator("[data-said]")).to_have_text("Saved · Completed · 60%")


async def test_in_the_sandbox_frames_are_strangers_to_each_other(served: Served, chromium: Browser) -> None:
    await served.school.bring(samples.framed_12())
    context = await chromium.new_context()
    page = await context.new_page()
    inner = (await served.open(page)).frame_locator("iframe")
    async with page.expect_event("pageerror") as refusal:
        await inner.get_by_role("button", name="Answer").click()
    assert "record" in str(await refusal.value) or "cross-origin" in str(await refusal.value)
    await expect(inner.locator("#said")).to_be_empty()
    await context.close()


@pytest.mark.parametrize("served", ["apart"], indirect=True)
async def test_a_page_writes_into_its_frames_at_an_address_of_their_own(served: Served, open_page: OpenPage) -> None:
    writing = """<html><body><iframe id="box"></iframe><script>box.contentDocument.write("<p>Written</p>");
    box.contentDocument.close();</script></body></html>"""
    await served.school.bring(samples.single_12(page=writing))
    page = await open_page()
    content = await served.open(page)
    await expect(content.frame_locator("#box").get_by_text("Written")).to_be_visible()


@pytest.mark.parametrize("served", ["apart"], indirect=True)
async def test_frames_reach_each_other_at_an_address_of_their_own(served: Served, open_page: OpenPage) -> None:
    await served.school.bring(samples.framed_12())
    page = await open_page()
    content = await served.open(page)
    inner = content.frame_locator("iframe")
    await inner.get_by_role("button", name="Answer").click()
    await expect(inner.locator("#said")).to_have_text("recorded 70")
    await expect(page.locator("[data-said]")).to_have_text("Saved · Completed · 70%")


@pytest.mark.parametrize("served", ["", "apart"], indirect=True)
async def test_a_hostile_package_reaches_nothing(served: Served, chromium: Browser) -> None:
    await served.school.bring(samples.single_12(page=samples.HOSTILE))
    context = await chromium.new_context()
    page = await context.new_page()
    content = await served.open(page)
    assert await context.cookies(served.house.address)
    await _is_helpless(content.locator("#found"), is_apart=served.house.runtime.settings.packages_url != "")
    await expect(page).to_have_url(served.lesson)
    # The same page in a window of its own, where our pages are not around it.
    address = await page.locator("[data-frame]").get_attribute("src")
    assert address is not None
    alone = await context.new_page()
    await alone.goto(address if address.startswith("http") else served.house.address + address)
    told = json.loads(await alone.locator("#found").inner_text(timeout=30_000))
    assert (told["me"], "tuition" in told["cookie"]) == ("refused", False)
    await context.close()


async def _is_helpless(shown: Any, *, is_apart: bool) -> None:
    await expect(shown).to_contain_text("write")
    told = json.loads(await shown.inner_text())
    assert {told[name] for name in ("page", "opener", "leave", "me")} == {"refused"}, told
    assert told["write"] == "refused"
    assert (told["cookie"], told["storage"]) == (("", "IDBOpenDBRequest") if is_apart else ("refused", "refused")), told


LOOKS: list[dict[str, Any]] = [{"width": DESKTOP}, {"width": PHONE, "theme": "dark", "language": "ar"}]


@pytest.mark.parametrize("look", LOOKS, ids=["desktop", "phone-arabic-dark"])
async def test_the_pages_are_in_order_for_everybody(served: Served, open_page: OpenPage, look: dict[str, Any]) -> None:
    page = await open_page(**look)
    await served.house.admit(page, served.school.teacher)
    await page.goto(served.desk)
    assert (await findings(page), await sideways(page)) == ([], 0)
    await served.school.bring(samples.packed({"index.html": "<p>"}))
    await served.school.bring(samples.several_12())
    await page.goto(served.desk)
    assert (await findings(page), await sideways(page)) == ([], 0)
    content = await served.open(page)
    await expect(content.locator("#hello")).to_have_text("Hello Lea")
    assert (await findings(page), await sideways(page)) == ([], 0)


async def test_a_teacher_brings_a_package_on_the_page(served: Served, open_page: OpenPage, tmp_path: Path) -> None:
    page = await open_page()
    await served.house.admit(page, served.school.teacher)
    await page.goto(served.desk)
    package = tmp_path / "safety.zip"
    package.write_bytes(samples.single_12(mastery="80"))
    await page.set_input_files("input[type=file]", package)
    await expect(page.get_by_text("Unpacking safety.zip")).to_be_visible()
    async with served.house.runtime.database.reading() as session:
        assert await packages.last_brought(session, served.school.lesson_id) is not None
    await jobs.drain(served.house.runtime.database, served.house.runtime.services)
    await expect(page.get_by_text("passed from 80 on")).to_be_visible()
