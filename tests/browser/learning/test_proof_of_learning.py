"""Certificates, hand-ins and grades in a real browser: judged by axe in both themes and directions; a file handed in by hand."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Serve, findings, sideways
from tests.learning.assignments.conftest import Desk, desk, school
from tests.learning.certificates.conftest import PASSWORD, ok
from tuition.platform import site

__all__ = ["desk", "school"]
LOOKS: list[tuple[int, Any, str]] = [(DESKTOP, "light", "en"), (PHONE, "dark", "ar")]


@pytest.fixture
async def proof(desk: Desk) -> dict[str, str]:  # the fixture of the other folder
    """Dana has handed in, was graded, and holds a certificate; the addresses of all that."""
    async with desk.school.database.transaction() as session:
        await site.change(session, None, platform_name="Wave School", primary_color="#0f766e")
    handed = await desk.hand_in("A wave is a disturbance that travels.")
    mona = await desk.school.program("Mona Haddad")
    made = await ok(await mona.post("/v1/certificates", json={"enrollment_id": str(desk.enrollment_id)}), 201)
    course = f"/studio/courses/{desk.school.course_id}"
    number = made["certificate_number"]
    return {
        "number": number,
        "verify": f"/verify/{number}",
        "assignment": f"/assignments/{desk.assignment_id}",
        "submission": f"/studio/submissions/{handed['id']}",
        "settings": f"/studio/assignments/{desk.assignment_id}",
        "own": f"/learning/grades/{desk.school.course_id}",
        "course": course,
        "learner": f"{course}/grades/{desk.enrollment_id}",
    }


async def sign_in(page: Page, address: str, number: int) -> None:
    await page.goto(f"{address}/sign-in")
    await page.fill("#f-email", f"{number}@example.org")
    await page.fill("#f-password", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


def text_file(name: str) -> FilePayload:
    """A file to choose."""
    return {"name": name, "mimeType": "text/plain", "buffer": b"a wave"}


async def judge(page: Page, address: str, paths: list[str]) -> None:
    for path in paths:
        answer = await page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        await page.wait_for_load_state("load")
        assert await findings(page) == [], path
        assert await sideways(page) <= 0, path


@pytest.mark.browser
@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
async def test_pages_of_proof_and_grades_are_sound(
    desk: Desk,  # the fixture of the other folder
    proof: dict[str, str],
    serve: Serve,
    open_page: OpenPage,
    width: int,
    theme: Any,
    language: str,
) -> None:
    address = await serve(desk.school.app)
    visitor = await open_page(width=width, theme=theme, language=language)
    await judge(visitor, address, ["/verify", proof["verify"]])
    dana = await open_page(width=width, theme=theme, language=language)
    await sign_in(dana, address, 1)
    await judge(dana, address, ["/learning/certificates", proof["assignment"], proof["own"]])
    mona = await open_page(width=width, theme=theme, language=language)
    await sign_in(mona, address, 0)
    course = proof["course"]
    paths = [f"{course}/certificates", f"{course}/certificates/{proof['number']}", f"{course}/grading", f"{course}/grades"]
    await judge(mona, address, [*paths, f"{course}/report", proof["learner"], proof["settings"], proof["submission"]])


@pytest.mark.browser
async def test_work_is_handed_in_and_graded_by_hand(
    desk: Desk,  # the fixture of the other folder
    serve: Serve,
    open_page: OpenPage,
) -> None:
    await desk.change(file_types=["txt"])
    address = await serve(desk.school.app)
    dana = await open_page(width=DESKTOP)
    await sign_in(dana, address, 1)
    await dana.goto(f"{address}/assignments/{desk.assignment_id}")
    await dana.get_by_role("button", name="Begin").click()
    await dana.get_by_label("Your text").fill("It travels.")
    await dana.set_input_files("input[type=file]", [text_file("wave.exe")])
    await expect(dana.get_by_role("alert")).to_contain_text("wave.exe is not taken here. These kinds of files are: .txt.")
    await dana.set_input_files("input[type=file]", [text_file("wave.txt"), text_file("sea.txt")])
    await expect(dana.get_by_role("link", name="wave.txt")).to_be_visible()
    await expect(dana.get_by_role("link", name="sea.txt")).to_be_visible()
    assert await findings(dana) == []
    await dana.get_by_role("button", name="Remove “sea.txt”").click()
    await expect(dana.get_by_role("link", name="sea.txt")).to_have_count(0)
    await expect(dana.get_by_label("Your text")).to_have_value("It travels.")
    await dana.get_by_role("button", name="Hand it in").click()
    await expect(dana.get_by_text("It waits to be graded.")).to_be_visible()
    mona = await open_page(width=DESKTOP)
    await sign_in(mona, address, 0)
    await mona.goto(f"{address}/studio/courses/{desk.school.course_id}/grading")
    await mona.get_by_role("link", name="Dana Young").click()
    await mona.get_by_text("Give a file back with the feedback").click()
    await mona.set_input_files("input[type=file]", text_file("notes.txt"))
    await expect(mona.get_by_role("button", name="Remove “notes.txt”")).to_be_visible()
    assert await findings(mona) == []
    await mona.get_by_label("Points").fill("85")
    await mona.keyboard.press("Control+Enter")
    await expect(mona.get_by_role("heading", name="To grade")).to_be_visible()
    await mona.goto(f"{address}/studio/courses/{desk.school.course_id}/grades")
    await expect(mona.get_by_role("cell", name="85", exact=True).first).to_be_visible()
    await dana.reload()
    await expect(dana.get_by_text("85 %")).to_be_visible()
    await expect(dana.get_by_role("link", name="notes.txt")).to_be_visible()


@pytest.mark.browser
async def test_a_name_is_corrected_and_a_certificate_revoked_by_hand(
    desk: Desk,  # the fixture of the other folder
    proof: dict[str, str],
    serve: Serve,
    open_page: OpenPage,
) -> None:
    address = await serve(desk.school.app)
    mona = await open_page(width=DESKTOP)
    await sign_in(mona, address, 0)
    await mona.goto(f"{address}{proof['course']}/certificates/{proof['number']}")
    await mona.get_by_label("Name on the certificate").fill("Dana M. Young")
    await mona.get_by_label("Reason").first.fill("Her full name.")
    await mona.get_by_role("button", name="Write it anew").click()
    await expect(mona.get_by_role("heading", name="Dana M. Young")).to_be_visible()
    await mona.get_by_label("Reason").last.fill("A mistake.")
    await mona.get_by_role("button", name="Revoke it").click()
    await expect(mona.get_by_role("button", name="Make it valid again")).to_be_visible()
    visitor = await open_page(width=DESKTOP)
    await visitor.goto(f"{address}{proof['verify']}")
    await expect(visitor.get_by_role("heading", name="This certificate was revoked")).to_be_visible()
