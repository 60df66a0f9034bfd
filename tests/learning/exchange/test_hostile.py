"""Whatever is sent gets a clear answer, and what is refused leaves nothing behind."""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
import zipfile
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from tests.learning.exchange import samples
from tests.learning.exchange.samples import zipped
from tests.learning.exchange.test_pictures import RED, flags
from tests.web import stock
from tuition.identity import Role
from tuition.main import wire
from tuition.platform import files, jobs
from tuition.platform.database import Database

TEACHER = "teacher@example.org"
LAUGHS = (
    b'<!DOCTYPE q [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz><question type="essay">&b;</question></quiz>'
)
MANIFEST = '<manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"><resources/></manifest>'
QTI = (
    '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>'
    '<resource identifier="a" type="imsqti_item_xmlv2p1" href="a.xml"/></resources></manifest>'
)


def link() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("imsmanifest.xml", MANIFEST)
        there = zipfile.ZipInfo("w/page.html")
        there.external_attr = 0o120777 << 16
        archive.writestr(there, "/etc/passwd")
    return out.getvalue()


def liar() -> bytes:
    """A bomb whose directory says that it is small."""
    data = bytearray(zipped({"imsmanifest.xml": bytes(3_000_000) + MANIFEST.encode()}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def moodle(inside: str) -> bytes:
    return f'<?xml version="1.0"?><quiz>{inside}</quiz>'.encode()


def numerical(**details: str) -> bytes:
    units = f"<units><unit><multiplier>{details.get('multiplier', '1')}</multiplier><unit_name>m</unit_name></unit></units>"
    answer = f'<answer fraction="{details.get("fraction", "100")}"><text>{details.get("value", "1")}</text></answer>'
    return moodle(
        '<question type="numerical"><name><text>N</text></name><questiontext><text>n?</text></questiontext>'
        f"{answer}{units}</question>"
    )


def essay(words: str) -> bytes:
    return moodle(
        '<question type="essay"><name><text>E</text></name><questiontext format="html">'
        f"<text><![CDATA[{words}]]></text></questiontext></question>"
    )


def nought() -> bytes:
    """A word of ours that nobody but an attacker writes: PostgreSQL keeps no NUL."""
    body = {"type": "true_false", "text": "One\x00?", "answer": True}
    digest = hashlib.sha256(b"::A::[html]One? {T}").hexdigest()
    return json.dumps({"body": body, "digest": digest, "points": "1", "tags": []}).encode()


REFUSED: dict[str, tuple[str, bytes]] = {
    "nothing": ("x.gift", b""),
    "a film": ("x.gift", b"\x00\x00\x00\x18ftypmp42"),
    "a zip that ends": ("x.zip", samples.cartridge()[:200]),
    "a zip of nothing": ("x.zip", zipped({})),
    "a zip in a zip": ("x.zip", zipped({"inner.zip": samples.cartridge()})),
}
FAILS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "laughs": ("x.xml", lambda: LAUGHS),
    "outside": ("x.xml", lambda: b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'),
    "cut": ("x.xml", lambda: b"<quiz><question>"),
    "strange encoding": ("x.xml", lambda: b'<?xml version="1.0" encoding="klingon"?><quiz></quiz>'),
    "deep": ("x.xml", lambda: b"<quiz>" + b"<question>" * 50_000 + b"</question>" * 50_000 + b"</quiz>"),
    "climbing": ("x.zip", lambda: zipped({"imsmanifest.xml": MANIFEST, "../../etc/cron.d/x": "x"})),
    "absolute": ("x.zip", lambda: zipped({"imsmanifest.xml": MANIFEST, "/etc/cron.d/x": "x"})),
    "windows": ("x.zip", lambda: zipped({"imsmanifest.xml": MANIFEST, "C:\\windows\\x": "x"})),
    "link": ("x.zip", link),
    "bomb": ("x.zip", samples.bomb),
    "liar": ("x.zip", liar),
    "manifest deep": (
        "x.zip",
        lambda: zipped({"imsmanifest.xml": "<manifest>" + "<item>" * 20_000 + "</item>" * 20_000 + "</manifest>"}),
    ),
    "manifest of entities": (
        "x.zip",
        lambda: zipped({"imsmanifest.xml": b"<!DOCTYPE q [<!ENTITY a 'b'>]><manifest>&a;</manifest>"}),
    ),
}
TAKEN: dict[str, tuple[str, bytes]] = {
    "a multiplier of nought": ("x.xml", numerical(multiplier="0")),
    "a huge exponent": ("x.xml", numerical(value="1e999999999")),
    "not a number": ("x.xml", numerical(value="sNaN", fraction="Infinity")),
    "deep markup": ("x.xml", essay("<div>" * 20_000 + "x")),
    "a long text": ("x.xml", essay("<p>word</p>" * 200_000)),
    "a nought sign far down": ("x.gift", b"::A:: One? {T}\n\n" + b"// \n" * 2_000 + b"::B\x00:: Tw\x00o? {T}\n"),
    "UTF-16": ("x.xml", '<?xml version="1.0" encoding="utf-16"?><quiz></quiz>'.encode("utf-16")),
    "Latin-1": ("x.gift", "::Fête:: Où? {T}".encode("latin-1")),
    "open braces": ("x.gift", b"{" * 100_000),
    "a page of noughts": ("x.zip", zipped({"a.md": b"# One\n\nte\x00xt", "b.md": b"\xff\xfe\x00"})),
    "an item that is twice": (
        "x.zip",
        zipped(
            {
                "imsmanifest.xml": QTI.replace(
                    "</resources>", '<resource identifier="a" type="imsqti_item_xmlv2p1" href="a.xml"/></resources>'
                )
            }
        ),
    ),
    "an item that is deep": (
        "x.zip",
        zipped({"imsmanifest.xml": QTI, "a.xml": "<assessmentItem>" + "<p>" * 30_000 + "</p>" * 30_000 + "</assessmentItem>"}),
    ),
    "an exact word with a nought": ("x.gift", b"// exact: " + nought() + b"\n::A::[html]One? {T}"),
    "an exact word that is deep": ("x.gift", b"// exact: " + b"[" * 200_000 + b"\n::A:: One? {T}"),
}


@pytest.fixture
def store(tmp_path: Path) -> files.Store:
    return files.local(tmp_path)


@pytest.fixture
async def client(database: Database, store: files.Store) -> AsyncIterator[httpx.AsyncClient]:
    wire(database.bus)
    async with database.transaction() as session:
        await stock.add_person(session, TEACHER, "Mona", Role.CREATOR)
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        await stock.sign_in(client, TEACHER)
        yield client


async def announce(client: httpx.AsyncClient, name: str) -> str:
    return f"/v1/imports/{(await client.post('/v1/imports', json={'file_name': name})).json()['id']}"


async def work(database: Database, store: files.Store) -> None:
    await jobs.drain(database, jobs.Services().provide(files.Store, store))


async def is_empty(database: Database, store: files.Store) -> bool:
    """Nothing of a file is anywhere."""
    async with database.reading() as session:
        counted = await session.scalar(
            text(
                "select (select count(*) from questions) + (select count(*) from question_banks)"
                " + (select count(*) from contents) + (select count(*) from pictures) + (select count(*) from import_items)"
            )
        )
    return counted == 0 and await store.keys("imports") == [] and await store.keys("pictures") == []


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_is_refused_at_once(
    client: httpx.AsyncClient, database: Database, store: files.Store, name: str
) -> None:
    file_name, data = REFUSED[name]
    answer = await client.put(f"{await announce(client, file_name)}/file", content=data)
    assert answer.status_code == 422, answer.text
    assert len(answer.json()["detail"]) > 20
    assert await is_empty(database, store)


@pytest.mark.parametrize("name", FAILS)
async def test_an_attack_fails_with_a_reason_and_leaves_nothing(
    client: httpx.AsyncClient, database: Database, store: files.Store, name: str
) -> None:
    file_name, made = FAILS[name]
    path = await announce(client, file_name)
    sent = await client.put(f"{path}/file", content=made())
    if sent.status_code == 200:
        await work(database, store)
        done = (await client.get(path)).json()
        assert (done["status"], len(done["failure"]) > 20) == ("failed", True), done
    else:
        assert sent.status_code in (413, 422), sent.text
    assert await is_empty(database, store)


@pytest.mark.parametrize("name", TAKEN)
async def test_what_is_odd_is_taken_or_reported_line_by_line(
    client: httpx.AsyncClient, database: Database, store: files.Store, name: str
) -> None:
    file_name, data = TAKEN[name]
    path = await announce(client, file_name)
    sent = await client.put(f"{path}/file", content=data)
    if sent.status_code == 422:
        assert await is_empty(database, store)
        return
    assert sent.status_code == 200, sent.text
    await work(database, store)
    done = (await client.get(path)).json()
    assert done["status"] == "done", done
    items = (await client.get(f"{path}/items")).json()["items"]
    assert all(item["note"] for item in items if item["outcome"] == "skipped")
    assert await store.keys("imports") == []


async def test_a_file_that_is_sent_twice_is_read_once_and_the_second_changes_nothing(
    client: httpx.AsyncClient, database: Database, store: files.Store
) -> None:
    path = await announce(client, "x.gift")
    answers = await asyncio.gather(*(client.put(f"{path}/file", content=b"::A:: One? {T}") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    # What arrives for an import that waits is not what it will read.
    assert (await client.put(f"{path}/file", content=b"::B:: Two? {T}\n\n::C:: Three? {T}")).status_code == 200
    await work(database, store)
    assert (await client.get(path)).json()["imported_count"] == 1
    assert [item["name"] for item in (await client.get(f"{path}/items")).json()["items"]] == ["A"]
    assert (await client.put(f"{path}/file", content=b"::D:: Four? {T}")).status_code == 200
    assert await store.keys("imports") == []
    await work(database, store)
    assert (await client.get(path)).json()["imported_count"] == 1


async def test_the_same_file_twice_at_once_is_two_imports(
    client: httpx.AsyncClient, database: Database, store: files.Store
) -> None:
    paths = [await announce(client, "x.gift") for _ in range(2)]
    await asyncio.gather(*(client.put(f"{path}/file", content=samples.GIFT.encode()) for path in paths))
    await asyncio.gather(*(work(database, store) for _ in range(2)))
    done = [(await client.get(path)).json() for path in paths]
    assert [(one["status"], one["imported_count"]) for one in done] == [("done", 8), ("done", 8)]
    assert done[0]["bank_id"] != done[1]["bank_id"]


async def test_an_import_is_called_off_until_it_is_read(
    client: httpx.AsyncClient, database: Database, store: files.Store
) -> None:
    announced, waiting, read = [await announce(client, "x.gift") for _ in range(3)]
    await client.put(f"{read}/file", content=b"::A:: One? {T}")
    await work(database, store)
    await client.put(f"{waiting}/file", content=b"::B:: Two? {T}")
    for path in (announced, waiting):
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404
    refused = await client.delete(read)
    assert (refused.status_code, refused.json()["code"]) == (409, "exchange.import_begun")
    await work(database, store)
    assert (await client.get(read)).json()["imported_count"] == 1
    async with database.reading() as session:
        assert await session.scalar(text("select count(*) from questions")) == 1
    assert await store.keys("imports") == []


async def test_pictures_of_an_import_that_breaks_are_not_kept(
    client: httpx.AsyncClient, database: Database, store: files.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tuition.learning.questions.add_questions", broken)
    path = await announce(client, "x.xml")
    flag = flags(("a.png", RED), text='<p>Red? <img src="@@PLUGINFILE@@/a.png"></p>')
    assert (await client.put(f"{path}/file", content=flag)).status_code == 200
    with pytest.raises(jobs.JobFailed):
        await work(database, store)
    done = (await client.get(path)).json()
    assert (done["status"], "noted" in done["failure"]) == ("failed", True)
    assert await is_empty(database, store)
