"""Bringing a file over HTTP and by a form, following it, taking it out again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.learning.exchange import samples
from tests.web import stock
from tuition.identity import Role
from tuition.main import wire
from tuition.platform import files, jobs
from tuition.platform.database import Database

TEACHER, LEARNER = "teacher@example.org", "learner@example.org"


@pytest.fixture
def store(tmp_path: Path) -> files.Store:
    """Where files lie."""
    return files.local(tmp_path)


@pytest.fixture
async def client(database: Database, store: files.Store) -> AsyncIterator[httpx.AsyncClient]:
    """A teacher who is signed in; somebody who only learns is there too."""
    wire(database.bus)
    async with database.transaction() as session:
        await stock.add_person(session, TEACHER, "Mona", Role.CREATOR)
        await stock.add_person(session, LEARNER, "Sami")
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        await stock.sign_in(client, TEACHER)
        yield client


async def work(database: Database, store: files.Store) -> None:
    await jobs.drain(database, jobs.Services().provide(files.Store, store))


async def test_a_program_brings_a_bank_and_takes_it_out(
    client: httpx.AsyncClient, database: Database, store: files.Store
) -> None:
    announced = (await client.post("/v1/imports", json={"file_name": "numbers.gift"})).json()
    assert (announced["status"], announced["format"]) == ("expected", None)
    path = f"/v1/imports/{announced['id']}"
    binary = {"content-type": "application/octet-stream"}
    refused = await client.put(f"{path}/file", content=b"\x00\x01film", headers=binary)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/exchange.format_unknown")
    sent = await client.put(f"{path}/file", content=samples.GIFT.encode(), headers=binary)
    assert (sent.status_code, sent.json()["status"], sent.json()["format"]) == (200, "waiting", "gift")
    await work(database, store)
    done = (await client.get(path)).json()
    assert (done["status"], done["imported_count"], done["converted_count"], done["skipped_count"]) == ("done", 8, 1, 3)
    skipped = (await client.get(f"{path}/items", params={"outcome": "skipped", "limit": 2})).json()
    assert [item["name"] for item in skipped["items"]] == ["A text only.", "Broken"]
    rest = (await client.get(f"{path}/items", params={"outcome": "skipped", "cursor": skipped["next_cursor"]})).json()
    assert [item["name"] for item in rest["items"]] == ["All wrong"]
    package = await client.get(f"/v1/question-banks/{done['bank_id']}/qti", params={"version": "3.0"})
    assert (package.headers["content-type"], package.content[:2]) == ("application/zip", b"PK")
    assert (await client.get(f"/v1/question-banks/{done['bank_id']}/qti", params={"version": "9"})).status_code == 422


async def test_a_teacher_brings_a_course_by_a_form_and_reads_the_report(
    client: httpx.AsyncClient, database: Database, store: files.Store
) -> None:
    assert "Nothing was imported yet" in (await client.get("/studio/imports")).text
    wrong = await client.post("/studio/imports", files={"file": ("film.mp4", b"\x00\x00\x00\x18ftyp", "video/mp4")})
    assert (wrong.status_code, "Common Cartridge" in wrong.text) == (422, True)
    brought = await client.post("/studio/imports", files={"file": ("sky.imscc", samples.cartridge(), "application/zip")})
    assert brought.status_code == 303
    report = brought.headers["location"]
    assert "Reading the file" in (await client.get(report)).text
    await work(database, store)
    page = (await client.get(report)).text
    assert "Open the course" in page
    assert "needs an agreement with it" in page
    skipped = (await client.get(f"{report}?show=skipped")).text
    assert "Stars" not in skipped
    part = (await client.get(report, headers={"hx-request": "true"})).text
    assert "<html" not in part


async def test_what_is_not_yours_does_not_exist(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/imports", json={"file_name": "x.gift"})).json()
    client.cookies.clear()
    assert (await client.post("/v1/imports", json={"file_name": "x.gift"})).status_code == 401
    await stock.sign_in(client, LEARNER)
    assert (await client.post("/v1/imports", json={"file_name": "x.gift"})).status_code == 403
    for path in (f"/v1/imports/{made['id']}", f"/v1/imports/{made['id']}/items"):
        assert (await client.get(path)).status_code == 404, path
    assert (await client.put(f"/v1/imports/{made['id']}/file", content=b"{}")).status_code == 404
    assert (await client.get(f"/studio/imports/{made['id']}")).status_code == 403
