"""Sentences, figures and dates in the reader's language and zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from markupsafe import Markup

from tuition.catalog import FieldInvalid, PriceInvalid
from tuition.catalog.errors import KindRefuses, StatusRefuses, UploadClosed
from tuition.kernel import Currency, DomainError, Money
from tuition.kernel.money import CurrencyMismatch
from tuition.payments import RefundNotFailed
from tuition.web.locales import catalogues
from tuition.web.locales.extraction import refusals
from tuition.web.rendering import Reader, reading_as
from tuition.web.rendering import formatting as say
from tuition.web.rendering.environment import environment
from tuition.web.rendering.reader import negotiate

CAIRO = "Africa/Cairo"
LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def test_what_is_remembered_is_never_taken_for_what_only_equals_it() -> None:
    badge = environment().globals["ui"].badge  # type: ignore[attr-defined] # a namespace
    for _again in range(2):
        assert "<b>new</b>" in badge(Markup("<b>new</b>"))
        assert "&lt;b&gt;new&lt;/b&gt;" in badge("<b>new</b>")


def test_what_is_remembered_in_one_language_is_not_said_in_another() -> None:
    badge = environment().globals["ui"].state  # type: ignore[attr-defined] # a namespace
    said = []
    for language in ("en", "ar", "en", "ar"):
        with reading_as(Reader(language)):
            sentence: Any = environment().globals["_"]
            said.append((str(badge("draft")), say.money_text(Money(150, Currency("EUR"))), sentence("Wallet")))
    assert said[0] == said[2] != said[1] == said[3]
    assert all(one != other for one, other in zip(said[0], said[1], strict=True))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1999, "EUR", "€19.99"),
        (-120, "EUR", "-€1.20"),
        (1500, "KWD", "KWD1.500"),
        (100, "JPY", "JP¥100"),
        (1, "CRD", "1 credit"),
        (4, "CRD", "4 credits"),
    ],
)
def test_an_amount_has_as_many_places_as_its_currency(minor: int, currency: str, text: str) -> None:
    assert say.money_text(Money(minor, Currency(currency))) == text


def test_a_minus_stays_in_front_of_its_figure_among_arabic_letters() -> None:
    with reading_as(Reader("ar")):
        assert "\u200e-1.20" in say.money_text(Money(-120, Currency("EUR")))


@pytest.mark.parametrize(("rate", "text"), [("0.12", "€0.12"), ("0.050000", "€0.05"), ("0.0575", "€0.0575"), ("2", "€2.00")])
def test_a_rate_shows_every_place_it_has(rate: str, text: str) -> None:
    assert say.rate(Decimal(rate), "EUR") == text


def test_a_day_is_the_day_where_the_reader_is() -> None:
    with reading_as(Reader("en", CAIRO)):
        assert say.day(LATE) == "3 Mar 2026"
    with reading_as(Reader("en", "America/Toronto")):
        assert say.day(LATE) == "2 Mar 2026"


def test_a_zone_that_does_not_exist_is_utc() -> None:
    with reading_as(Reader("en", "../../etc/passwd")):
        assert say.day(LATE) == "2 Mar 2026"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 sec"), (45, "45 sec"), (600, "10 min"), (5400, "1 hr 30 min"), (7200, "2 hr"), (3599, "1 hr")]
)
def test_a_length_is_said_as_a_timetable_says_it(seconds: int, text: str) -> None:
    assert say.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (8, "8 ثوان"),
        (60, "دقيقة"),
        (120, "دقيقتان"),
        (600, "10 دقائق"),
        (5400, "ساعة و30 دقيقة"),
        (7200, "ساعتان"),
        (11400, "3 ساعات و10 دقائق"),
    ],
)
def test_a_length_in_arabic_has_its_dual_and_its_plurals(seconds: int, text: str) -> None:
    with reading_as(Reader("ar")):
        assert say.duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(900, "900 بايت"), (45_000, "45 كيلوبايت"), (3_400_000, "3.4 ميغابايت")])
def test_a_size_in_arabic_is_a_word(count: int, text: str) -> None:
    with reading_as(Reader("ar")):
        assert say.size(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(7, "0:07"), (247, "4:07"), (3729, "1:02:09")])
def test_a_position_is_a_clock(seconds: int, text: str) -> None:
    assert say.position(seconds) == text


def test_a_constant_in_a_template_is_written_for_each_reader_anew() -> None:
    template = environment().from_string("{{ 4800 | duration }}")
    with reading_as(Reader("en")):
        english = template.render()
    with reading_as(Reader("ar")):
        arabic = template.render()
    assert english == "1 hr 20 min"
    assert arabic != english


def test_a_refusal_is_said_in_the_reader_s_language_with_its_amounts() -> None:
    error = CurrencyMismatch(left=Money(100, Currency("EUR")), right=Money(200, Currency("EGP")))
    assert say.refusal(error) == "€1.00 and EGP2.00 are different currencies, and nothing here exchanges them."
    with reading_as(Reader("ar")):
        assert "عملتان مختلفتان" in say.refusal(error)


@pytest.mark.parametrize(
    ("error", "english"),
    [
        (KindRefuses(kind="video", wish="text"), "video"),
        (StatusRefuses(status="archived", wish="scheduled"), "archived"),
        (UploadClosed(status="completed"), "completed"),
        (FieldInvalid(field="tags", reason="write something"), "Tags"),
        (RefundNotFailed(status="pending"), "pending"),
    ],
)
def test_the_words_within_a_refusal_are_said_in_the_reader_s_language(error: DomainError, english: str) -> None:
    assert english in say.refusal(error)
    with reading_as(Reader("ar")):
        assert not re.search("[A-Za-z]", say.refusal(error))


def test_the_reason_of_a_refusal_is_said_in_the_reader_s_language_too() -> None:
    error = PriceInvalid(reason="a price cannot begin in the past")
    assert say.refusal(error) == "This price is not possible: a price cannot begin in the past"
    with reading_as(Reader("ar")):
        assert say.refusal(error) == "هذا السعر غير ممكن: لا يبدأ سعر في الماضي"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ({"preferred": "ar", "cookie": "en", "header": "en"}, "ar"),
        ({"preferred": None, "cookie": "ar", "header": "en"}, "ar"),
        ({"preferred": None, "cookie": None, "header": "fr, ar-EG;q=0.8, en;q=0.5"}, "ar"),
        ({"preferred": None, "cookie": "xx", "header": "tlh;q=zero, *"}, "en"),
        ({"preferred": None, "cookie": None, "header": None}, "en"),
    ],
)
def test_the_person_s_own_choice_comes_before_the_browser_s(asked: dict[str, Any], answered: str) -> None:
    assert negotiate(**asked) == answered


def test_every_refusal_of_the_code_is_among_the_sentences_to_translate() -> None:
    source = b'class Spent(DomainError):\n    """You have {left}\n    left."""\n\nclass Other(Base):\n    """A table."""\n'
    assert [sentence for _, _, sentence, _ in refusals(source)] == ["You have {left} left."]
    known = {message.id for message in catalogues.source_catalog()}
    loaded = {error.template() for error in _all(DomainError) if error.__module__.startswith("tuition.")}
    assert loaded <= known


def test_a_gap_and_a_wrong_placeholder_are_noticed() -> None:
    catalog = Catalog(locale="ar")
    catalog.add("Still %(left)s left", "بقي")
    catalog.add("Not yet", "")
    assert [message.id for message in catalogues.gaps(catalog)] == ["Not yet"]
    assert [message.id for message in catalogues._mismatched(catalog)] == ["Still %(left)s left"]


def _all(base: type[DomainError]) -> set[type[DomainError]]:
    return {base_class for sub in base.__subclasses__() for base_class in ({sub} | _all(sub))}
