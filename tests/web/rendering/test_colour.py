"""Whatever colour an owner chooses, the site can be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuition.web.rendering.drawing import colour, theme
from tuition.web.rendering.drawing.colour import Colour

HEX = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(HEX)
def test_a_colour_survives_the_way_through_oklch(text: str) -> None:
    assert colour.parse(text).hex == text


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)]
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert colour.contrast(colour.parse(one), colour.parse(other)) == pytest.approx(ratio, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(HEX)
def test_every_text_reads_on_its_ground_whatever_colour_was_chosen(text: str) -> None:
    assert theme.worst_contrast(text) >= colour.AA_TEXT - 0.005


@pytest.mark.parametrize("text", ["#14594d", "#3b82f6", "#000000", "#ffff00"])
def test_body_text_reads_with_the_strictest_ratio(text: str) -> None:
    for palette in theme.palettes(text):
        for ground in ("page", "sheet", "well"):
            assert colour.contrast(palette["ink"], palette[ground]) >= colour.AAA_TEXT


def test_a_colour_that_is_already_readable_stays_as_the_owner_chose_it() -> None:
    light, _ = theme.palettes("#14594d")
    assert light["color-primary"].hex == "#14594d"


def test_a_colour_that_cannot_be_read_as_one_gives_the_default_site() -> None:
    assert theme.stylesheet("octarine") == theme.stylesheet(theme.PRIMARY_DEFAULT)


def test_a_colour_outside_of_srgb_comes_back_inside_with_its_lightness() -> None:
    wild = Colour(0.6, 0.4, 150.0)
    tame = wild.in_gamut()
    assert tame.chroma < wild.chroma
    assert tame.lightness == wild.lightness
