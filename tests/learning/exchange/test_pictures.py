"""Pictures of other programs come in with what shows them, are shown to whoever may open it, and go out again."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
from PIL import Image

from tests.learning.exchange.conftest import Desk
from tests.learning.exchange.samples import zipped
from tuition.learning import courses, exchange, pictures, questions
from tuition.learning.exchange import ImportJob


def picture(colour: str, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), colour).save(out, kind)
    return out.getvalue()


RED, BLUE, GREEN, GREY = picture("red"), picture("blue", "JPEG"), picture("green", "GIF"), picture("grey", "WEBP")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def flags(*files: tuple[str, bytes], text: str, answer: str = "") -> bytes:
    held = "".join(
        f'<file name="{name}" path="/" encoding="base64">{base64.b64encode(data).decode()}</file>' for name, data in files
    )
    return (
        '<?xml version="1.0"?><quiz><question type="multichoice"><name><text>Flags</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text>{held}</questiontext><single>true</single>'
        f'<answer fraction="100" format="html"><text><![CDATA[{answer or "Yes"}]]></text></answer>'
        '<answer fraction="0" format="html"><text>No</text></answer></question></quiz>'
    ).encode()


async def bodies(desk: Desk, made: ImportJob) -> list[str]:
    assert made.bank_id is not None
    async with desk.database.reading() as session:
        page = await questions.questions_page(session, desk.teacher, made.bank_id)
        return [one.body.model_dump_json() for one in reversed(page.items)]


async def seen(desk: Desk, text: str) -> str:
    """A text with the bytes of its pictures for their addresses: what is equal looks equal."""
    for picture_id in pictures.mentioned(text):
        data = await desk.store.read(pictures.key_of(picture_id))
        text = text.replace(pictures.address_of(picture_id), f"<{base64.b64encode(data).decode()}>")
    return text


async def test_pictures_of_moodle_come_in_and_go_round_by_qti(desk: Desk) -> None:
    text = '<p>Which <img src="@@PLUGINFILE@@/a%20b.png" alt="A [red] flag"> is this?</p>'
    data = flags(("a b.png", RED), ("b.jpg", BLUE), text=text, answer='<img src="@@PLUGINFILE@@/b.jpg">')
    made = await desk.bring("flags.xml", data)
    assert [(item.outcome, item.note) for item in await desk.items(made)] == [("imported", "")]
    [body] = await bodies(desk, made)
    assert made.bank_id is not None
    assert len(pictures.mentioned(body)) == 2
    assert await seen(desk, body) != body
    for version in exchange.VERSIONS:
        async with desk.database.reading() as session:
            out = await exchange.export_bank(session, desk.store, desk.teacher, made.bank_id, version=version)
        with zipfile.ZipFile(io.BytesIO(out)) as archive:
            inside = {name: archive.read(name) for name in archive.namelist()}
        assert {data for name, data in inside.items() if name.startswith("pictures/")} == {RED, BLUE}
        again = await desk.bring("again.zip", out)
        [back] = await bodies(desk, again)
        assert await seen(desk, back) == await seen(desk, body)
        # Another program has touched the item: then the QTI itself is what counts, and its pictures are found by their addresses.
        item = next(name for name in inside if name.startswith("items/"))
        touched = await desk.bring("touched.zip", zipped(inside | {item: inside[item] + b"<!-- touched -->"}))
        [read] = await bodies(desk, touched)
        assert (await seen(desk, read)).count("<") >= 2
        assert {await desk.store.read(pictures.key_of(one)) for one in pictures.mentioned(read)} == {RED, BLUE}


async def test_pictures_of_a_cartridge_come_in_and_go_round(desk: Desk) -> None:
    manifest = (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"><organizations><organization><item>'
        '<item identifierref="p"><title>Page</title></item><item identifierref="g"><title>Leaf</title></item>'
        "</item></organization></organizations><resources>"
        '<resource identifier="p" type="webcontent" href="w/page.html"><file href="w/page.html"/></resource>'
        '<resource identifier="g" type="webcontent" href="web_resources/leaf.gif"/>'
        '<resource identifier="r" type="webcontent" href="w/img/red.png"/>'
        '<resource identifier="x" type="webcontent" href="w/unused.png"/></resources></manifest>'
    )
    page = (
        '<html><body><p>Look: <img src="img/red.png" alt="Red"><img src="$IMS-CC-FILEBASE$/leaf.gif">'
        f'<img src="data:image/webp;base64,{base64.b64encode(GREY).decode()}"></p></body></html>'
    )
    files: dict[str, bytes | str] = {
        "imsmanifest.xml": manifest,
        "w/page.html": page,
        "w/img/red.png": RED,
        "web_resources/leaf.gif": GREEN,
        "w/unused.png": BLUE,
    }
    made = await desk.bring("sky.imscc", zipped(files))
    report = {item.name: (item.outcome, item.note) for item in await desk.items(made)}
    assert report["Page"] == ("imported", "")
    assert report["Leaf"] == ("converted", "A picture became a lesson that shows it.")
    assert report["w/unused.png"][0] == "skipped"
    assert "w/img/red.png" not in report
    assert made.course_id is not None
    before = await texts(desk, made)
    assert [data in before[0] for data in map(marked, (RED, GREEN, GREY))] == [True, True, True]
    async with desk.database.reading() as session:
        out = await exchange.export_cartridge(session, desk.store, desk.teacher, made.course_id)
        folder = await exchange.export_markdown(session, desk.store, desk.teacher, made.course_id)
    for name, data in (("again.imscc", out), ("again.zip", folder)):
        again = await desk.bring(name, data)
        assert {item.outcome for item in await desk.items(again)} == {"imported"}, [item.note for item in await desk.items(again)]
        assert await texts(desk, again) == before


def marked(data: bytes) -> str:
    return f"<{base64.b64encode(data).decode()}>"


async def texts(desk: Desk, made: ImportJob) -> list[str]:
    assert made.course_id is not None
    async with desk.database.reading() as session:
        held = (await courses.bodies_of(session, made.course_id)).values()
    return [await seen(desk, text) for text in held]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (SVG, "SVG can run scripts"),
        (RED[:45], "it is damaged"),
        (b"GIF89a", "it is no PNG"),
        (b"", "it is no PNG"),
        (b"plainly no picture", "it is no PNG, JPEG, GIF or WebP"),
        (RED + b"\x00" * (pictures.PICTURE_BYTES_MAX + 1), "more than 8 MB"),
    ],
)
async def test_what_is_no_picture_stays_behind_and_is_reported(desk: Desk, data: bytes, why: str) -> None:
    made = await desk.bring("q.xml", flags(("x.png", data), text='<p>What? <img src="@@PLUGINFILE@@/x.png"></p>'))
    [item] = await desk.items(made)
    assert (item.outcome, why in item.note) == ("converted", True), item.note
    assert pictures.mentioned((await bodies(desk, made))[0]) == []
    assert await desk.store.keys("pictures") == []


async def test_a_picture_bomb_is_not_unpacked(desk: Desk) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    made = await desk.bring("q.xml", flags(("x.png", out.getvalue()), text='<p>What? <img src="@@PLUGINFILE@@/x.png"></p>'))
    assert "million pixels" in (await desk.items(made))[0].note
