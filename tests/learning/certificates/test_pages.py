"""The page and the medal as they come out of the press."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from tuition.learning.certificates import badges, documents, render_badge_png, render_badge_svg
from tuition.learning.certificates.documents import Look, Paper, render_certificate

LOOK = Look("Wave School", "#0f766e", None, "Europe/Paris")
PAPER = Paper(
    number="TUI-2026-7KQ2M-9XW4B-H",
    name="Dana Young",
    course="Waves, from the beach to the deep",
    teacher="Amir Haddad",
    language="en",
    completed_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    expires_at=None,
    verified_seconds=312 * 60,
    page="https://wave.example/verify/TUI-2026-7KQ2M-9XW4B-H",
)


def read(pdf: bytes) -> str:
    """The words of a page that has only one."""
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        width, height = document[0].get_size()
        assert (round(width), round(height)) == (842, 595)
        return str(document[0].get_textpage().get_text_bounded())


def test_a_page_says_who_did_what_where_and_when() -> None:
    words = read(render_certificate(PAPER, LOOK))
    for expected in (
        "Dana Young",
        PAPER.course,
        "Amir Haddad",
        "Wave School",
        PAPER.number,
        "wave.example/verify",
        "312 minutes",
    ):
        assert expected in words
    assert "22 November 2026" in words.replace("November 22, 2026", "22 November 2026"), "in the school's own time zone"
    assert "Valid until" not in words


def test_what_people_write_is_never_read_as_typst() -> None:
    name = '#panic("x") *not bold* $x$ \\ "quotes" </script>'
    assert '#panic("x") *not bold*' in read(render_certificate(replace(PAPER, name=name), LOOK))


@pytest.mark.parametrize(
    "name",
    [
        "Δημήτρης Παπαδόπουλος",
        "Анна Иванова",
        "נועה כהן",
        "王小明",
        "山田太郎",
        "김민수",
        "अनीता शर्मा",
        "สมชาย ใจดี",
        "សុខា ចាន់",
        "Nguyễn Thị Ánh",
    ],
)
def test_every_letter_of_a_name_has_a_shape(name: str) -> None:
    words = read(render_certificate(replace(PAPER, name=name), LOOK))
    drawn = [letter for letter in name if not letter.isspace() and letter in words]
    # Marks that join their letter may be read back in another order; a letter without a shape is not read back at all.
    assert len(drawn) >= len([letter for letter in name if letter.isalpha()]) * 0.8


def test_an_arabic_page_is_arabic_and_long_names_stay_on_it() -> None:
    paper = replace(PAPER, language="ar", name="نور الدين عبد الرحمن " * 8, course="الأمواج " * 60)
    assert "Haddad" in read(render_certificate(paper, LOOK))


def test_the_logo_stands_in_the_seal() -> None:
    logo = BytesIO()
    Image.new("RGBA", (64, 64), "#ff0000").save(logo, "png")
    page = render_certificate(PAPER, replace(LOOK, logo=logo.getvalue()))
    with pypdfium2.PdfDocument(page) as document:
        picture = document[0].render(scale=2).to_pil().convert("RGB")
    assert any(pixel == (255, 0, 0) for _, pixel in picture.getcolors(1_000_000) or [])


def test_a_medal_carries_its_credential_in_both_forms() -> None:
    medal = {"course": "Waves & deeps ]]>", "school": "Wave School", "year": 2026, "language": "en", "accent": "#0f766e"}
    credential = {"id": "urn:x", "name": "a ]]> b نور"}
    png = badges.bake_png(render_badge_png(**medal), credential)  # type: ignore[arg-type]  # one dict for two calls
    with Image.open(BytesIO(png)) as picture:
        assert json.loads(picture.text["openbadgecredential"]) == credential  # type: ignore[attr-defined]  # of PNG pictures
        assert picture.size[0] == picture.size[1]
    svg = badges.bake_svg(render_badge_svg(**medal), credential).decode()  # type: ignore[arg-type]  # one dict for two calls
    inside = svg.split("<![CDATA[")[1].split("]]></openbadges:credential>")[0]
    assert json.loads(inside) == credential


def test_words_come_in_the_language_of_the_course() -> None:
    assert documents.minutes_in("en", 1) == "with 1 minute of verified learning"
    assert documents.minutes_in("en", 1200) == "with 1,200 minutes of verified learning"
