"""Where people are led who pay."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tuition.web.money import ways


def test_the_way_back_from_a_payment_is_the_whole_way() -> None:
    back = "/checkout?content=1&content=2#waiver"
    assert parse_qs(urlsplit(ways.payment_page("7", back)).query) == {"next": [back]}
