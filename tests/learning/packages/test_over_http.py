"""Packages over HTTP: brought, opened, fetched and reported by programs; what a browser is told about their files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.learning.packages import samples
from tests.learning.packages.conftest import PASSWORD, School
from tuition.edge import Runtime
from tuition.learning import courses
from tuition.main import create_app
from tuition.platform import files, jobs
from tuition.platform.settings import Mode, Settings
from tuition.web.learning.packages.serving import with_script

HOST = "http://tuition.test"
APART = "http://packages.test"


@dataclass
class Served:
    """The school behind HTTP: a teacher, a learner, somebody who is neither, and a visitor."""

    school: School
    teacher: httpx.AsyncClient
    learner: httpx.AsyncClient
    other: httpx.AsyncClient
    visitor: httpx.AsyncClient

    @property
    def lesson(self) -> str:
        """The package of the lesson."""
        return f"/v1/lessons/{self.school.lesson_id}/package"

    async def open(self) -> dict[str, Any]:
        """The learner opens it."""
        answer = await self.learner.post(f"{self.lesson}/launches", json={})
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.json()
        return opened


@pytest.fixture
async def served(school: School) -> AsyncIterator[Served]:
    settings = Settings(mode=Mode.TEST, public_url=HOST, packages_url=APART)
    services = jobs.Services().provide(files.Store, school.store).provide(Settings, settings)
    app = create_app(Runtime(settings=settings, database=school.database, services=services))
    clients = []
    for name in ("tamara", "sami", "omar", ""):
        transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50000))
        client = httpx.AsyncClient(transport=transport, base_url=HOST)
        if name:
            answer = await client.post("/v1/auth/sign-in", json={"email": f"{name}@example.org", "password": PASSWORD})
            client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        clients.append(client)
    yield Served(school, *clients)
    for client in clients:
        await client.aclose()


def said(opened: dict[str, Any], **values: str) -> dict[str, Any]:
    """A report of the first item."""
    named = {f"cmi.core.{name}": value for name, value in values.items()}
    return {"item": opened["items"][0]["identifier"], "sequence": 1, "sitting": str(uuid4()), "values": named}


async def test_a_package_from_its_upload_to_the_result(served: Served) -> None:
    data = samples.single_12(mastery="80")
    upload = (await served.teacher.post(f"{served.lesson}/uploads", json={"file_name": "a.zip", "size": len(data)})).json()
    await served.teacher.put(f"/v1/uploads/{upload['id']}", content=data)
    finished = await served.teacher.post(f"{served.lesson}/uploads/{upload['id']}/complete")
    assert (finished.status_code, finished.json()["status"]) == (202, "waiting")
    await jobs.drain(served.school.database, served.school.services)
    assert (await served.teacher.get(f"{served.lesson}/brought")).json()["status"] == "ready"
    shown = (await served.learner.get(served.lesson)).json()
    assert (shown["version"], shown["standard"], shown["items"][0]["title"]) == (1, "1.2", "Safety")

    opened = await served.open()
    page = await served.visitor.get(f"{opened['address']}/0/{opened['items'][0]['href']}")
    assert page.text.startswith("<!doctype html><html><head><script src=")
    assert "Sami" in page.text
    reports = f"/v1/package-launches/{opened['id']}/reports"
    answer = await served.learner.post(reports, json=said(opened, lesson_status="passed", **{"score.raw": "92.5"}))
    assert (answer.json()["is_complete"], answer.json()["score"]) == (True, "92.50")
    assert (await served.learner.post(f"/v1/package-launches/{opened['id']}/renew", json={"seconds": 30})).status_code == 200
    graded = await served.teacher.put(f"{served.lesson}/grading", json={"is_graded": True})
    assert graded.json()["is_graded"] is True
    (result,) = (await served.teacher.get(f"{served.lesson}/results")).json()["items"]
    assert (result["name"], result["score"], result["is_done"]) == ("Sami", "92.50", True)


async def test_what_is_not_ones_own_is_not_there(served: Served) -> None:
    await served.school.bring(samples.single_12())
    opened = await served.open()
    launch = f"/v1/package-launches/{opened['id']}"
    for client, expected in ((served.other, 404), (served.teacher, 404), (served.visitor, 401)):
        assert (await client.post(f"{launch}/reports", json=said(opened))).status_code == expected
        assert (await client.post(f"{launch}/renew", json={})).status_code == expected
    assert (await served.other.get(served.lesson)).status_code == 403
    for client in (served.learner, served.other):
        for path in ("/results", "/brought"):
            assert (await client.get(served.lesson + path)).status_code == 404
    wrong = opened["address"][:-3] + "abc"
    for address in (f"{wrong}/0/index.html", f"{opened['address']}/0/gone.html", f"{opened['address']}/0/../../x"):
        answer = await served.learner.get(address)
        assert answer.status_code == 404, address
    nonsense = await served.learner.post(f"{launch}/reports", json=said(opened, lesson_status="finished"))
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "packages.data_invalid")


async def test_the_last_word_comes_without_a_cookie_and_counts_for_its_launch_alone(served: Served) -> None:
    await served.school.bring(samples.single_12())
    opened = await served.open()
    headers = {"sec-fetch-site": "cross-site", "origin": "null", "content-type": "text/plain;charset=UTF-8"}
    report = said(opened, lesson_status="passed") | {"is_final": True}
    answer = await served.visitor.post(f"{opened['address']}/report", json=report, headers=headers)
    assert answer.status_code == 204
    progress = await served.school.progress()
    assert progress is not None
    assert progress.status == "completed"
    for body in (b"", b"[]", b"\xff", b'{"item": 1}'):
        answer = await served.visitor.post(f"{opened['address']}/report", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "packages.data_invalid")
    forged = await served.visitor.post(f"{opened['address'][:-3]}abc/report", json=report, headers=headers)
    assert forged.status_code == 404


async def test_files_are_served_for_a_sandbox_and_in_parts(served: Served) -> None:
    film = bytes(range(256)) * 40
    await served.school.bring(samples.single_12(more={"media/film.mp4": film, "empty.txt": ""}))
    opened = await served.open()
    address = f"{opened['address']}/0/media/film.mp4"
    whole = await served.visitor.get(address)
    assert (whole.content, whole.headers["content-type"]) == (film, "video/mp4")
    policy = dict(part.split(" ", 1) for part in whole.headers["content-security-policy"].split("; "))
    assert "allow-scripts" in policy["sandbox"]
    assert "allow-same-origin" not in policy["sandbox"]
    assert "allow-top-navigation" not in policy["sandbox"]
    assert "'self'" not in whole.headers["content-security-policy"]
    assert policy["default-src"].startswith(f"{HOST}{opened['address']}/ ")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in whole.headers
    part = await served.visitor.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, film[100:200], "bytes 100-199/10240")
    assert (await served.visitor.get(address, headers={"range": "bytes=99999-"})).status_code == 416
    assert (await served.visitor.get(f"{opened['address']}/0/empty.txt")).content == b""
    assert (await served.visitor.head(address)).status_code == 200


async def test_the_host_of_packages_has_an_origin_for_them_and_nothing_else(served: Served) -> None:
    await served.school.bring(samples.single_12())
    opened = await served.open()
    page = await served.visitor.get(f"{APART}{opened['address']}/0/index.html")
    assert "allow-same-origin" in page.headers["content-security-policy"]
    assert f"frame-ancestors {APART} {HOST}" in page.headers["content-security-policy"]
    for path in ("/", "/sign-in", "/v1/me", "/healthz", "/studio"):
        assert (await served.learner.get(APART + path)).status_code == 404, path


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<html><HEAD lang=en><title>", b"<html><HEAD lang=en>#<title>"),
        (b"<!DOCTYPE html><html dir='rtl'><body>", b"<!DOCTYPE html><html dir='rtl'>#<body>"),
        (b"<!doctype html><p>", b"<!doctype html>#<p>"),
        (b"<header>only</header>", b"#<header>only</header>"),
        (b"\xef\xbb\xbf<p>", b"\xef\xbb\xbf#<p>"),
        ("<html><head><title>\u0645".encode("cp1256"), b"<html><head>#<title>" + "\u0645".encode("cp1256")),
        ("<html><head>\u0645".encode("utf-16"), b"\xef\xbb\xbf<html><head>#" + "\u0645".encode()),
        (b"", b"#"),
    ],
)
def test_a_page_begins_with_our_script_whatever_it_looks_like(page: bytes, expected: bytes) -> None:
    assert with_script(page, "#") == expected


async def test_a_visitor_plays_a_sample_and_nothing_is_recorded(served: Served) -> None:
    await served.school.bring(samples.single_12())
    async with served.school.database.transaction() as session:
        await courses.edit_lesson(session, served.school.teacher, served.school.lesson_id, {"is_preview": True})
    page = await served.visitor.get("/learn/safety/safety-at-work")
    assert page.status_code == 200
    assert "A sample: nothing of it is recorded." in page.text


async def test_a_package_is_told_in_exports_and_in_the_exchange(served: Served) -> None:
    await served.school.bring(samples.single_12())
    announced = (await served.teacher.post("/v1/imports", json={"file_name": "safety.zip"})).json()
    refused = await served.teacher.put(f"/v1/imports/{announced['id']}/file", content=samples.single_12())
    assert (refused.status_code, refused.json()["code"]) == (422, "exchange.scorm_package")
    assert "lesson" in refused.json()["detail"]
    taken = await served.teacher.get(f"/v1/courses/{served.school.course_id}/markdown")
    assert b"SCORM" in b"".join(samples.unpacked(taken.content).values())
    taken = await served.teacher.get(f"/v1/courses/{served.school.course_id}/cartridge")
    assert b"SCORM" in b"".join(samples.unpacked(taken.content).values())
