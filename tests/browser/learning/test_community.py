"""Where people talk, in a real browser: a question finds its answer, an announcement its readers, a report its end."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from tests.browser.cinema import House
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, free_port, sideways
from tuition import access, catalog, community, identity
from tuition.access import AccessType
from tuition.catalog import BodyFormat, Kind
from tuition.community import Place
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.main import create_app
from tuition.platform import jobs

pytestmark = pytest.mark.browser
SLUG = "on-patience"


@pytest.fixture
async def house(database_url: str, tmp_path: Path, serve: Serve) -> House:
    port = free_port()
    house = await House.build(database_url, tmp_path / "home", port)
    async with house.runtime.database.transaction() as session:
        article = await catalog.create_content(session, house.creator, Kind.WRITTEN, title="On patience", visibility="paid")
        await catalog.write_body(session, house.creator, article.id, "Wait first.", BodyFormat.MARKDOWN)
        await catalog.publish(session, house.creator, article.id)
    await serve(create_app(house.runtime), port)
    return house


async def learner_of(house: House) -> Actor:
    """Somebody who has the article."""
    learner = await house.person()
    async with house.runtime.database.transaction() as session:
        article = (await catalog.find_by_slug(session, SLUG)).content
        source = ("purchase", new_id())
        await access.grant(session, learner.id, access.Content(article.id), kind=AccessType.PURCHASED, source=source)
    return learner


async def seat(house: House, open_page: OpenPage, who: Actor, **options: object) -> Page:
    page = await open_page(**options)
    await house.admit(page, who)
    return page


async def work(house: House) -> None:
    await jobs.drain(house.runtime.database, house.runtime.services)


async def test_a_question_is_asked_answered_and_accepted(house: House, open_page: OpenPage) -> None:
    asks = await seat(house, open_page, await learner_of(house))
    await asks.goto(f"{house.address}/c/{SLUG}/discussions")
    await asks.get_by_role("textbox", name="In one line").focus()
    await asks.keyboard.type("Why wait?")
    await asks.keyboard.press("Tab")
    await asks.keyboard.type("I *really* do not see it.")
    await asks.get_by_role("button", name="Ask").press("Enter")
    await expect(asks.get_by_role("heading", level=1)).to_have_text("Why wait?")
    await expect(asks.locator("main em")).to_have_text("really")
    await work(house)

    teaches = await seat(house, open_page, house.creator)
    await teaches.goto(f"{house.address}/notifications")
    await teaches.locator("main").get_by_role("button", name="Answer").first.click()
    await teaches.get_by_role("textbox", name="Reply").fill("Because haste spoils it.")
    await teaches.get_by_role("button", name="Reply").press("Enter")
    await expect(teaches.locator("main")).to_contain_text("1 reply")
    await work(house)

    await asks.reload()
    await expect(asks.locator("#unread")).to_have_text("1")
    await asks.get_by_role("button", name="This answers it").press("Enter")
    await expect(asks.locator(".is-answer")).to_contain_text("Because haste spoils it.")
    assert await findings(asks) == []
    await asks.goto(f"{house.address}/c/{SLUG}/discussions?show=open")
    await expect(asks.locator("main")).not_to_contain_text("Why wait?")


async def test_an_announcement_reaches_the_page_and_the_mail(house: House, open_page: OpenPage) -> None:
    learner = await learner_of(house)
    teaches = await seat(house, open_page, house.creator)
    await teaches.goto(f"{house.address}/c/{SLUG}/announcements")
    await teaches.get_by_role("textbox", name="In one line").fill("No class on Friday")
    await teaches.get_by_role("textbox", name="What should they know?").fill("We meet **again** on Monday.")
    await teaches.get_by_role("checkbox", name="Also by e-mail").press("Space")
    await teaches.get_by_role("button", name="Announce").press("Enter")
    await expect(teaches.get_by_role("heading", name="No class on Friday")).to_be_visible()
    await work(house)
    reads = await seat(house, open_page, learner)
    await reads.goto(f"{house.address}/notifications")
    await expect(reads.locator("main")).to_contain_text("We meet again on Monday.")
    await reads.locator("main").get_by_role("button", name="Read it").first.click()
    await expect(reads.locator("main")).to_contain_text("We meet again on Monday.")
    async with house.runtime.database.reading() as session:
        query = text("select email_type, subject from email_logs where user_id = :id")
        [(kind, subject)] = list(await session.execute(query, {"id": learner.id}))
    assert kind == "announcement"
    assert "No class on Friday" in subject


async def test_a_report_takes_something_down_and_whoever_had_it_reads_why(house: House, open_page: OpenPage) -> None:
    learner, owner = await learner_of(house), await house.person(Role.OWNER)
    async with house.runtime.database.transaction() as session:
        session.add(identity.UserRole(user_id=owner.id, role=Role.OWNER.value))
        article = (await catalog.find_by_slug(session, SLUG)).content
    objects = await seat(house, open_page, learner)
    await objects.goto(f"{house.address}/report/content/{article.id}?back={quote('/c/' + SLUG)}")
    assert await findings(objects) == []
    await objects.get_by_role("radio").first.focus()
    await objects.keyboard.press("Space")
    await objects.get_by_role("textbox", name="More about it").fill("It was written by somebody else.")
    await objects.get_by_role("button", name="Report it").press("Enter")
    await objects.wait_for_url(f"**/c/{SLUG}")

    decides = await seat(house, open_page, owner)
    await decides.goto(f"{house.address}/owner/reports")
    await expect(decides.locator("main")).to_contain_text("It was written by somebody else.")
    assert await findings(decides) == []
    await decides.get_by_role("textbox", name="A word to whoever wrote it").fill("It belongs to somebody else.")
    await decides.get_by_role("button", name="Hide it").press("Enter")
    await expect(decides.locator("main")).to_contain_text("Nobody objects to anything")
    await work(house)

    await objects.goto(f"{house.address}/notifications")
    await expect(objects.locator("main")).to_contain_text("“On patience” is not available any more")
    await objects.goto(f"{house.address}/c/{SLUG}")
    await expect(objects.get_by_role("heading", level=1)).to_have_text("Not available any more")
    await expect(objects.locator("main")).to_contain_text("It belongs to somebody else.")
    assert await findings(objects) == []
    await objects.goto(f"{house.address}/library")
    await expect(objects.locator("main")).to_contain_text("It belongs to somebody else.")
    assert await findings(objects) == []


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(DESKTOP, "light", "en"), (DESKTOP, "dark", "ar"), (PHONE, "light", "ar"), (PHONE, "dark", "en")],
)
async def test_axe_finds_nothing_where_people_talk(
    house: House, open_page: OpenPage, width: int, theme: str, language: str
) -> None:
    learner, other = await learner_of(house), await learner_of(house)
    async with house.runtime.database.transaction() as session:
        article = (await catalog.find_by_slug(session, SLUG)).content
        asked = await community.start_discussion(
            session, learner, Place(article.id), title="Why wait? " * 8, body="`code`\n\n- one"
        )
        answer = await community.reply(session, house.creator, asked.id, body="Because. " * 40)
        await community.accept_reply(session, learner, answer.id)
        await community.rate(session, learner, article.id, score=4, review="Clear, and a little long.")
        await community.announce(session, house.creator, article.id, title="No class on Friday", body="We meet again on Monday.")
        await community.report(
            session, other, (community.SubjectType.DISCUSSION, asked.id), reason=community.ReportReason.SPAM, details="Again."
        )
    pages = {
        learner: ("/discussions", "/announcements", "/reviews", f"!/discussions/{asked.id}", f"!/report/reply/{answer.id}"),
        house.creator: ("/discussions", "/announcements", "/reports", f"!/discussions/{asked.id}"),
    }
    for who, paths in pages.items():
        page = await seat(house, open_page, who, width=width, theme=theme, language=language)
        for path in paths:
            address = path[1:] if path.startswith("!") else f"/c/{SLUG}{path}"
            answered = await page.goto(f"{house.address}{address}")
            assert answered is not None
            assert answered.status == 200, address
            assert await findings(page) == [], address
            assert await sideways(page) <= 0, address
