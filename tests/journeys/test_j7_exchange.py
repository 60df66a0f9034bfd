"""A teacher brings a bank and a course from elsewhere, takes both out and brings them again: nothing is lost, or goes unsaid."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter

import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage, findings, sideways
from tests.journeys.house import PASSWORD, House, Json, Person
from tests.learning.exchange import samples

pytestmark = pytest.mark.slow
MANY = 10_000
ADDRESS = re.compile(r"/v1/pictures/[0-9a-f-]{36}")


async def bring(teacher: Person, name: str, data: bytes, **where: str) -> Json:
    """Announce a file, send it, let the job read it; the import as it is then."""
    made = await teacher.post("/v1/imports", {"file_name": name, **where}, expect=201)
    sent = await teacher.send("PUT", f"/v1/imports/{made['id']}/file", content=data)
    assert sent.status_code == 200, sent.text
    await teacher.house.work()
    done: Json = await teacher.get(f"/v1/imports/{made['id']}")
    assert done["status"] == "done", done
    return done


async def report(teacher: Person, made: Json) -> list[Json]:
    """Every line of what became of a file."""
    items: list[Json] = []
    cursor = None
    while True:
        page = await teacher.get(f"/v1/imports/{made['id']}/items", limit=100, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            counted = Counter(item["outcome"] for item in items)
            assert counted == {
                name: made[f"{name}_count"] for name in ("imported", "converted", "skipped") if made[f"{name}_count"]
            }
            assert all(item["note"] for item in items if item["outcome"] != "imported"), "what is different is said"
            return items


async def taken(teacher: Person, path: str) -> bytes:
    answer = await teacher.send("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.content


async def bank(teacher: Person, bank_id: str) -> list[Json]:
    """What a bank asks, in its order, without what makes two banks two."""
    items: list[Json] = []
    cursor = None
    while True:
        page = await teacher.get(f"/v1/question-banks/{bank_id}/questions", limit=100, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return [{name: item[name] for name in ("body", "points", "tags")} for item in items]


async def course(teacher: Person, course_id: str) -> list[Json]:
    """A course: its outline, texts with the bytes of their pictures, and what its quizzes ask."""
    shown = []
    for item in (await teacher.get(f"/v1/courses/{course_id}/outline"))["items"]:
        lesson = item["lesson"]
        body = (await teacher.get(f"/v1/lessons/{lesson['id']}"))["body_html"]
        for address in ADDRESS.findall(body):
            body = body.replace(address, (await taken(teacher, address)).hex())
        shown.append({"number": lesson["number"], "title": lesson["title"], "type": lesson["lesson_type"], "body": body})
    for quiz in (await teacher.get(f"/v1/courses/{course_id}/quizzes"))["items"]:
        listed = (await teacher.get(f"/v1/quizzes/{quiz['id']}/questions"))["questions"]
        shown.append({"quiz": quiz["title"], "asks": [(one["points"], one["question"]["body"]) for one in listed]})
    return shown


def cartridge() -> bytes:
    """The sample cartridge, with a page that really shows its picture."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "gold").save(drawn, "PNG")
    with zipfile.ZipFile(io.BytesIO(samples.cartridge())) as archive:
        files: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    page = "<html><body><h2>Stars</h2><p>They <b>burn</b>: <img src='star.png' alt='A star'></p></body></html>"
    return samples.zipped(files | {"w/star.png": drawn.getvalue(), "w/stars.html": page})


async def test_a_bank_and_a_course_come_in_go_out_and_come_back_equal(house: House) -> None:
    mona = await house.creator("Mona")
    brought = await bring(mona, "numbers.gift", samples.GIFT.encode())
    lines = await report(mona, brought)
    assert {"imported", "converted", "skipped"} == {line["outcome"] for line in lines}
    before = await bank(mona, brought["bank_id"])
    ways = [
        f"/v1/question-banks/{brought['bank_id']}/{how}" for how in ("qti", "qti?version=3.0", "moodle", "moodle?format=gift")
    ]
    for way in ways:
        again = await bring(mona, "again", await taken(mona, way))
        assert again["skipped_count"] == 0
        assert await bank(mona, again["bank_id"]) == before, way
    told = await mona.get(f"/v1/question-banks/{brought['bank_id']}/moodle/report")
    assert len(told["items"]) == len(before)

    sky = await bring(mona, "sky.imscc", cartridge())
    lines = await report(mona, sky)
    assert any("LTI" in line["note"] for line in lines if line["outcome"] == "skipped")
    shown = await course(mona, sky["course_id"])
    assert "89504e47" in json.dumps(shown), "the picture came along"
    out = await taken(mona, f"/v1/courses/{sky['course_id']}/cartridge")
    back = await bring(mona, "back.imscc", out)
    assert {line["outcome"] for line in await report(mona, back)} == {"imported"}
    assert await course(mona, back["course_id"]) == shown
    assert await taken(mona, f"/v1/courses/{back['course_id']}/cartridge") == out, "to the byte"


async def test_ten_thousand_questions_come_in_whole_and_show_how_far_they_are(house: House) -> None:
    mona = await house.creator("Mona")
    written = "\n\n".join(f"::Number {number}:: {number} + 1 = {{#{number + 1}}}" for number in range(MANY))
    made = await bring(mona, "numbers.gift", written.encode())
    assert (made["imported_count"], made["progress"]) == (MANY, {"done": MANY, "total": MANY})
    assert (await house.rows("select count(*) from questions"))[0][0] == MANY
    told = await house.rows("select done, total, state from job_progress where job = 'learning.import'")
    assert [tuple(row) for row in told] == [(MANY, MANY, "succeeded")]


@pytest.mark.browser
@pytest.mark.parametrize(
    "look", [{"width": DESKTOP}, {"width": PHONE, "theme": "dark", "language": "ar"}], ids=["desktop", "phone"]
)
async def test_a_teacher_brings_a_file_and_reads_the_report_in_a_browser(
    living_house: House, open_page: OpenPage, look: Json
) -> None:
    mona = await living_house.creator("Mona")
    page = await open_page(**look)
    await page.goto(f"{living_house.http.base_url}/sign-in?next=/studio/imports")
    await page.locator("[name=email]").fill(mona.email)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("[name=password]").press("Enter")
    await page.wait_for_url("**/studio/imports")
    assert await findings(page) == []
    sent = FilePayload(name="sky.imscc", mimeType="application/zip", buffer=cartridge())
    await page.locator("input[type=file]").set_input_files(files=sent)
    await page.locator("main form button[type=submit], main form button:not([type])").first.click()
    await page.wait_for_url("**/studio/imports/*")
    await expect(page.locator("#report table")).to_be_visible(timeout=60_000)
    assert await findings(page) == []
    assert await sideways(page) == 0
    await page.locator("#report a[href^='/studio/courses/']").click()
    await page.wait_for_url("**/studio/courses/*")
    brought = await bring(mona, "numbers.gift", samples.GIFT.encode())
    for form in ("moodle_xml", "gift", "qti"):
        await page.goto(f"{living_house.http.base_url}/studio/banks/{brought['bank_id']}/take-out?form={form}")
        assert await findings(page) == []
        assert await sideways(page) == 0
    async with page.expect_download() as download:
        await page.locator("main a[href*='/qti']").click()
    assert (await download.value).suggested_filename == f"bank-{brought['bank_id']}.zip"
