"""Covers and charts: drawn from values, the same every time."""

from __future__ import annotations

from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuition.kernel import Currency, Money
from tuition.web.rendering.drawing import charts, cover, lettering
from tuition.web.rendering.drawing.charts import Series
from tuition.web.rendering.reader import Reader, reading_as

SVG = "{http://www.w3.org/2000/svg}"


@given(st.uuids(), st.text(max_size=200))
def test_every_cover_is_well_formed_and_small(content_id: UUID, title: str) -> None:
    # XML has no place for control characters, and a title has none either (the catalogue refuses them).
    title = "".join(letter for letter in title if letter.isprintable())
    svg = cover.cover_svg(content_id, title=title)
    ET.fromstring(svg)
    assert len(svg) < 40_000


def test_the_same_thing_always_has_the_same_cover_and_another_thing_another() -> None:
    one, other = UUID(int=1), UUID(int=2)
    assert cover.cover_svg(one) == cover.cover_svg(one)
    assert cover.cover_svg(one) != cover.cover_svg(other)


def test_a_title_cannot_smuggle_markup_into_a_cover() -> None:
    svg = cover.cover_svg(UUID(int=3), title="<script>alert(1)</script>")
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


@given(st.text(max_size=300))
def test_a_wrapped_title_keeps_to_its_lines(title: str) -> None:
    lines = lettering.wrap_title(title)
    assert len(lines) <= lettering.LINES_MAX
    assert all(line.strip() for line in lines)
    room = lettering.WIDTH / (lettering.SIZES[lettering.fit(title)] * 0.5)
    assert all(len(line) <= room for line in lines)


@given(st.text(max_size=300))
def test_what_may_be_broken_is_the_same_words(title: str) -> None:
    words = title.replace(lettering.SOFT_HYPHEN, "")
    assert lettering.breakable(words).replace(lettering.SOFT_HYPHEN, "") == " ".join(words.split())


def test_a_long_title_ends_in_an_ellipsis() -> None:
    assert lettering.wrap_title("word " * 60)[-1].endswith("…")


@pytest.mark.parametrize(
    ("title", "size", "lines"),
    [
        ("Calm", 0, ["Calm"]),
        ("How a Clock Measures Time", 0, ["How a Clock", "Measures Time"]),
        ("مقدمة في فلسفة الرياضيات للمبتدئين", 0, ["مقدمة في فلسفة", "الرياضيات للمبتدئين"]),
        (
            "Grundlagen der Wahrscheinlichkeitsrechnung und mathematischen Statistik",
            3,
            ["Grundlagen der", "Wahrscheinlichkeitsrechnung", "und mathematischen Statistik"],
        ),
    ],
)
def test_a_title_is_as_large_as_its_longest_word_allows(title: str, size: int, lines: list[str]) -> None:
    assert (lettering.fit(title), lettering.wrap_title(title)) == (size, lines)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Rechtsschutzversicherung", "Rechts-schutz-versi-cherung"),
        ("Donaudampfschifffahrt", "Donau-dampf-schiff-fahrt"),
        ("otorhinolaryngology", "otor-hino-laryn-gology"),
        ("Gesellschaft", "Gesellschaft"),
        ("الديمقراطيةالاجتماعية", "الديمقراطيةالاجتماعية"),
    ],
)
def test_a_long_word_is_broken_between_syllables(word: str, parts: str) -> None:
    assert lettering.syllables(word) == parts.split("-")


@pytest.mark.parametrize(("highest", "end"), [(0, 1), (7, 8), (12, 20), (240, 250), (99, 100), (0.3, 0.4)])
def test_an_axis_ends_on_a_round_figure(highest: float, end: float) -> None:
    assert charts.nice_ceiling(highest) == pytest.approx(end)


def test_a_chart_carries_the_same_rows_as_a_table() -> None:
    euro = [Money(1999, Currency("EUR")), Money(0, Currency("EUR"))]
    chart = charts.line_chart("Sales", ["Mon", "Tue"], [Series("Net", euro)], label_head="Day")
    assert chart.head == ["Day", "Net"]
    assert chart.rows == [["Mon", "€19.99"], ["Tue", "€0.00"]]


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=40))
def test_nothing_is_drawn_outside_of_the_picture(values: list[int]) -> None:
    labels = [str(index) for index in range(len(values))]
    chart = charts.bar_chart("Change", labels, [Series("Change", values)])
    for mark in chart.marks:
        assert mark.x >= 0
        assert mark.x + mark.width <= chart.width
        assert mark.y >= 0
        assert mark.y + mark.height <= chart.height


def test_a_chart_without_figures_says_that_it_is_empty() -> None:
    assert charts.line_chart("Sales", [], [Series("Net", [])]).is_empty


def test_the_labels_of_a_chart_keep_their_order_among_arabic_letters() -> None:
    with reading_as(Reader("ar")):
        drawn = charts.line_chart("x", ["23 أكتوبر"], [Series("y", [Money(100, Currency("EUR"))])])
    assert drawn.x_ticks[0].text == "\u206723 أكتوبر\u2069"
    assert all(tick.text.startswith("\u2067") for tick in drawn.y_ticks)
    assert drawn.rows[0][0] == "23 أكتوبر"
