"""The catalogue and access as a program reaches them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from tuition import access, identity
from tuition.edge import Runtime
from tuition.identity import Role
from tuition.kernel import new_id
from tuition.main import create_app
from tuition.platform import files, jobs
from tuition.platform.database import Database
from tuition.platform.settings import Mode, Settings

PASSWORD = "seven quiet otters"


class People:
    """Programs that act for people."""

    def __init__(self, database: Database, app: Any, services: jobs.Services) -> None:
        self.database, self.app, self.services = database, app, services

    async def of(self, name: str, *roles: Role) -> httpx.AsyncClient:
        """A signed-in program; without a name a visitor's."""
        transport = httpx.ASGITransport(app=self.app, client=("192.0.2.1", 50000))
        client = httpx.AsyncClient(transport=transport, base_url="http://tuition.test")
        if name:
            email = f"{name}@example.org"
            async with self.database.transaction() as session:
                person_id = await identity.add_person(
                    session, email=email, password=PASSWORD, full_name=name, roles=roles or (Role.LEARNER,)
                )
            answer = await client.post("/v1/auth/sign-in", json={"email": email, "password": PASSWORD})
            client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
            client.headers["x-person"] = str(person_id)
        return client


@pytest.fixture
async def people(database: Database, tmp_path: Path) -> People:
    services = jobs.Services().provide(files.Store, files.local(tmp_path / "files"))
    app = create_app(Runtime(settings=Settings(mode=Mode.TEST), database=database, services=services))
    return People(database, app, services)


async def ok(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def test_an_article_from_draft_to_reader(people: People, database: Database) -> None:
    mona, ada, nobody = await people.of("mona", Role.CREATOR), await people.of("ada"), await people.of("")
    made = await ok(await mona.post("/v1/contents", json={"kind": "written", "title": "Slow breathing", "tags": ["Air"]}), 201)
    content = f"/v1/contents/{made['id']}"
    assert (made["slug"], made["status"], made["tags"]) == ("slow-breathing", "draft", ["air"])
    assert (await ok(await ada.get(content), 404))["code"] == "catalog.content_unknown"
    assert (await ok(await mona.post(f"{content}/publish"), 409))["code"] == "catalog.not_ready"
    await ok(await mona.put(f"{content}/body", json={"source": "Open.\n\n<!-- more -->\n\nClosed <script>x</script>."}))
    price = await ok(await mona.put(f"{content}/prices", json={"currency": "EUR", "amount_minor": 2000}))
    assert price["amount"] == {"amount_minor": 2000, "currency": "EUR", "amount": "20.00"}
    assert (await ok(await mona.post(f"{content}/publish")))["status"] == "published"
    found = await ok(await nobody.get("/v1/catalog", params={"q": "breathng", "kind": "written"}))
    assert ([card["slug"] for card in found["items"]], found["facets"]["total"]) == (["slow-breathing"], 1)
    taste = await ok(await nobody.get(f"{content}/body"))
    assert (taste["is_whole"], taste["html"], taste["source"]) == (False, "<p>Open.</p>\n", None)
    explained = await ok(await ada.get(f"/v1/me/access/{made['id']}"))
    assert (explained["decision"]["allowed"], [way["kind"] for way in explained["decision"]["ways"]]) == (False, ["purchase"])
    ada_id = ada.headers["x-person"]
    given = await ok(await mona.post(f"{content}/grants", json={"person_id": ada_id, "access_type": "shared"}), 201)
    whole = await ok(await ada.get(f"{content}/body"))
    assert (whole["is_whole"], "script" in whole["html"]) == (True, False)
    explained = await ok(await ada.get(f"/v1/me/access/{made['id']}"))
    assert explained["grants"][0]["decides"]
    assert explained["grants"][0]["without_it"]["reason"] == "needs_payment"
    assert (await ok(await ada.post(f"{content}/grants", json={"person_id": ada_id}), 404))["code"] == "catalog.content_unknown"
    await ok(await mona.delete(f"{content}/grants/{given['id']}"), 204)
    assert not (await ok(await ada.get(f"{content}/body")))["is_whole"]
    await ok(await mona.delete(content), 204)
    await ok(await nobody.get(content), 404)


async def test_a_file_goes_in_by_chunks_and_out_to_those_who_may(people: People, database: Database) -> None:
    mona, ada, nobody = await people.of("mona", Role.CREATOR), await people.of("ada"), await people.of("")
    made = await ok(await mona.post("/v1/contents", json={"kind": "document", "title": "A book"}), 201)
    content = f"/v1/contents/{made['id']}"
    data = b"Breathe in. " * 5000
    announced = {"content_id": made["id"], "purpose": "document", "file_name": "../book.txt", "size": len(data)}
    upload = await ok(await mona.post("/v1/uploads", json=announced), 201)
    address = f"/v1/uploads/{upload['id']}"
    first = await mona.put(address, content=data[:20_000], headers={"content-range": f"bytes 0-19999/{len(data)}"})
    assert (await ok(first))["received"] == 20_000
    asked = await mona.head(address)
    assert (asked.status_code, asked.headers["upload-offset"]) == (200, "20000")
    wrong = await ok(await mona.put(address, content=b"x", headers={"upload-offset": "5"}), 409)
    assert (wrong["code"], wrong["expected"]) == ("catalog.upload_offset_wrong", 20_000)
    await ok(await ada.put(address, content=b"x"), 404)
    await ok(await mona.put(address, content=data[20_000:], headers={"upload-offset": "20000"}))
    done = await ok(await mona.post(f"{address}/complete"))
    assert (done["status"], done["file_name"]) == ("completed", "book.txt")
    await ok(await mona.put(f"{content}/prices", json={"currency": "EUR", "amount_minor": 500}))
    await ok(await mona.post(f"{content}/publish"))
    assert (await nobody.get(f"{content}/document")).status_code == 401
    assert (await ada.get(f"{content}/document")).status_code == 402
    async with database.transaction() as session:
        await access.grant(
            session,
            UUID(ada.headers["x-person"]),
            access.Content(UUID(made["id"])),
            kind=access.AccessType.PURCHASED,
            source=("purchase", new_id()),
        )
    book = await ada.get(f"{content}/document")
    assert (book.status_code, book.content == data, book.headers["content-type"]) == (200, True, "text/plain; charset=utf-8")
    await jobs.drain(database, people.services)


async def test_a_wrong_file_is_a_422_with_its_reason(people: People) -> None:
    mona = await people.of("mona", Role.CREATOR)
    made = await ok(await mona.post("/v1/contents", json={"kind": "video", "title": "Film"}), 201)
    announced = {"content_id": made["id"], "purpose": "media", "file_name": "film.mp4", "size": 9}
    upload = await ok(await mona.post("/v1/uploads", json=announced), 201)
    await ok(await mona.put(f"/v1/uploads/{upload['id']}", content=b"#EXTM3U\n\n"))
    refused = await ok(await mona.post(f"/v1/uploads/{upload['id']}/complete"), 422)
    assert (refused["code"], "film.mp4" in refused["detail"]) == ("catalog.file_refused", True)
    shown = await ok(await mona.get(f"/v1/uploads/{upload['id']}"))
    assert (shown["status"], bool(shown["failure"])) == ("refused", True)
    assert (await ok(await mona.get(f"/v1/contents/{made['id']}/media")))["status"] == "empty"


async def test_a_series_with_a_cover_and_categories(people: People, database: Database) -> None:
    mona, owner, nobody = await people.of("mona", Role.CREATOR), await people.of("olga", Role.OWNER), await people.of("")
    category = await ok(await owner.post("/v1/categories", json={"name": "Breathing", "names": {"ar": "التنفس"}}), 201)
    await ok(await mona.post("/v1/categories", json={"name": "Mine"}), 403)
    parts = []
    for title in ("One", "Two"):
        made = await ok(await mona.post("/v1/contents", json={"kind": "written", "title": title}), 201)
        await ok(await mona.put(f"/v1/contents/{made['id']}/body", json={"source": "Words."}))
        parts.append(made["id"])
    await ok(await mona.post(f"/v1/contents/{parts[0]}/publish"))
    asked = {"title": "Both", "content_ids": parts, "category_id": category["id"], "visibility": "public"}
    series = await ok(await mona.post("/v1/series", json=asked), 201)
    content = f"/v1/contents/{series['id']}"
    swapped = await ok(await mona.put(f"{content}/members", json={"content_ids": parts[::-1]}))
    assert [item["id"] for item in swapped["items"]] == parts[::-1]
    await ok(await mona.post(f"{content}/publish"))
    assert [item["id"] for item in (await ok(await nobody.get(f"{content}/members")))["items"]] == parts[:1]
    file = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(file, "PNG")
    announced = {"content_id": series["id"], "purpose": "cover", "file_name": "c.png", "size": len(file.getvalue())}
    upload = await ok(await mona.post("/v1/uploads", json=announced), 201)
    await ok(await mona.put(f"/v1/uploads/{upload['id']}", content=file.getvalue()))
    await ok(await mona.post(f"/v1/uploads/{upload['id']}/complete"))
    picture = await nobody.get(f"{content}/cover/640.webp")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    assert (await nobody.get(f"{content}/cover/641.webp")).status_code == 404
    mine = await ok(await mona.get("/v1/me/contents", params={"limit": 2}))
    rest = await ok(await mona.get("/v1/me/contents", params={"limit": 2, "cursor": mine["next_cursor"]}))
    assert [item["title"] for item in mine["items"] + rest["items"]] == ["Both", "Two", "One"]


async def test_bad_input_is_a_problem_and_never_a_500(people: People) -> None:
    mona = await people.of("mona", Role.CREATOR)
    made = await ok(await mona.post("/v1/contents", json={"kind": "written", "title": "Text"}), 201)
    content = f"/v1/contents/{made['id']}"
    for answer in (
        await mona.post("/v1/contents", json={"kind": "written", "title": "\x00"}),
        await mona.post("/v1/contents", json={"kind": "written", "title": "T", "category_id": str(new_id())}),
        await mona.patch(content, json={"prerequisite_content_ids": [made["id"]]}),
        await mona.patch(content, json={"unknown": 1}),
        await mona.put(f"{content}/prices", json={"currency": "EUR"}),
        await mona.put(f"{content}/prices", json={"currency": "EUR", "rate": "NaN"}),
        await mona.put(f"{content}/prices", json={"currency": "EUR", "rate": "0.1"}),
        await mona.get("/v1/catalog", params={"cursor": "x.y"}),
        await mona.get("/v1/catalog", params={"limit": 0}),
        await mona.put("/v1/uploads/" + str(new_id()), content=b"x", headers={"content-range": "chapter 1"}),
        await mona.post(f"{content}/schedule", json={"publish_at": "2020-01-01T00:00:00Z"}),
    ):
        assert answer.status_code in (404, 409, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
