"""Figures, dates and refusals as the reader writes them. Each function is a filter of the same name in the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent, get_currency_precision
from babel.units import format_unit
from markupsafe import Markup

from tuition.kernel import CREDITS, DomainError, Money, Phrase, clock, exponent_of
from tuition.web.rendering.reader import current, translate, translate_plural
from tuition.web.rendering.remembering import FIGURES_MAX, by_language
from tuition.web.rendering.words import PLACES, spoken_word

MINUTE_S = 60
HOUR_S = 3600
_BYTES = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
_WORDS_ALREADY = {"byte", "kilobyte", "terabyte"}
_SPELLED_OUT = {"ar"}
"""Where CLDR's short units are single letters: there an hour is a word, with its dual and its plurals.
The sizes that it has no long Arabic name for have a whole word as their short one."""


@by_language(FIGURES_MAX)
def money_text(amount: Money, *, sign: bool = False) -> str:
    """An amount as text: ``€19.99``, ``4 credits``. ``sign`` marks gains with a plus."""
    if amount.currency == CREDITS:
        text = translate_plural("%(num)s credit", "%(num)s credits", amount.minor) % {"num": number(amount.minor)}
        return _signed(text, plus=sign and amount.minor > 0)
    text = format_currency(amount.decimal, amount.currency, locale=current().locale, currency_digits=_usual(amount.currency))
    return _signed(text, plus=sign and amount.minor > 0)


def _signed(text: str, *, plus: bool = False) -> str:
    """The sign before its figure. Among right-to-left letters it would drift behind, unless a mark (U+200E) holds it."""
    mark = "\u200e" if current().direction == "rtl" else ""
    text = text.replace("\u200e", "")
    if plus:
        first = next(index for index, letter in enumerate(text) if letter.isdigit())
        return f"{text[:first]}{mark}+{text[first:]}" if mark else f"+{text}"
    return text.replace("-", f"{mark}-", 1)


@by_language(FIGURES_MAX)
def money(amount: Money, *, sign: bool = False) -> Markup:
    """An amount set in figures that line up, never broken over two lines."""
    return Markup('<span class="num">{}</span>').format(money_text(amount, sign=sign))


@by_language(FIGURES_MAX)
def rate(per_minute: Decimal, currency: str) -> str:
    """A price per minute, with as many places as it needs: ``€0.12``, ``€0.0575``."""
    places = max(exponent_of(currency), -int(per_minute.normalize().as_tuple().exponent))
    pattern = current().locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * places}" if places else "0")
    return format_currency(per_minute, currency, pattern, locale=current().locale, currency_digits=False)


def money_compact(figure: float, currency: str) -> str:
    """A round figure on a chart's axis: ``€2K``. Never an amount that somebody pays."""
    if currency == CREDITS:
        return number(round(figure))
    digits = 2 if figure % 1 else 1 if figure >= 1000 and figure % 1000 else 0
    return format_compact_currency(figure, currency, locale=current().locale, fraction_digits=digits)


def _usual(currency: str) -> bool:
    # CLDR and ISO 4217 disagree about a few minor units (CLDR shows no fils of the Iraqi dinar); ours are ISO's.
    return get_currency_precision(currency) == exponent_of(currency)


@by_language(FIGURES_MAX)
def number(value: int | Decimal, *, places: int | None = None) -> str:
    """A plain figure with its separators."""
    pattern = f"#,##0.{'0' * places}" if places else None
    return format_decimal(value, pattern, locale=current().locale)


@by_language(FIGURES_MAX)
def percent(share: Decimal | float, *, places: int = 0, sign: bool = False) -> str:
    """A share of one: ``0.3`` is 30%. ``sign`` marks growth with a plus."""
    text = format_percent(share, f"#,##0.{'0' * places}%" if places else None, locale=current().locale)
    return _signed(text, plus=sign and share > 0)


def isolated(text: str) -> str:
    """The text in the reader's own direction whatever stands around it: a chart runs from left to right for everybody."""
    return f"\u2067{text}\u2069" if current().direction == "rtl" else text


def day(moment: datetime | date, style: str = "medium") -> str:
    """The date in the reader's zone. ``style``: short, medium, long, full."""
    if style == "medium" and current().language == "ar":
        style = "long"  # CLDR's medium Arabic date is figures and slashes, which turn around among left-to-right text
    return format_date(_local(moment), style, locale=current().locale)


def month(moment: datetime | date) -> str:
    """The month and its year."""
    return format_date(_local(moment), "MMMM y", locale=current().locale)


def hour(moment: datetime) -> str:
    """The time of day in the reader's zone."""
    return format_time(moment, "short", tzinfo=current().time_zone, locale=current().locale)


def when(moment: datetime, style: str = "medium") -> Markup:
    """Date and time as a ``<time>`` that machines can read too."""
    text = format_datetime(moment, style, tzinfo=current().time_zone, locale=current().locale)
    if style == "medium":
        text = _day_and_hour(moment)
    return Markup('<time datetime="{}">{}</time>').format(moment.astimezone(UTC).isoformat(timespec="seconds"), text)


def ago(moment: datetime, now: datetime | None = None) -> Markup:
    """How long since, or until, with the exact moment in its title."""
    delta = moment - (now or clock.now())
    text = format_timedelta(delta, add_direction=True, locale=current().locale)
    if abs(delta) < timedelta(seconds=MINUTE_S):
        text = translate("just now")
    title = format_datetime(moment, "long", tzinfo=current().time_zone, locale=current().locale)
    stamp = moment.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(stamp, title, text)


@by_language(FIGURES_MAX)
def duration(seconds: float | timedelta) -> str:
    """A length for reading: ``1 h 20 min``, ``45 sec``. Under an hour it is rounded to the minute, under a minute exact."""
    total = round(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if total < MINUTE_S:
        return _measured(total, "second")
    minutes = round(total / MINUTE_S)
    if minutes < HOUR_S // MINUTE_S:
        return _measured(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    whole = _measured(hours, "hour")
    if not rest:
        return whole
    return translate("%(hours)s %(minutes)s") % {"hours": whole, "minutes": _measured(rest, "minute")}


def position(seconds: float) -> str:
    """A place on a timeline: ``4:07``, ``1:02:09``."""
    minutes, rest = divmod(int(seconds), MINUTE_S)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@by_language(FIGURES_MAX)
def size(count: int) -> str:
    """A size on disk, in thousands: ``3.4 MB``."""
    value, step = Decimal(count), 0
    while value >= 1000 and step < len(_BYTES) - 1:
        value, step = value / 1000, step + 1
    shown = round(value, 1) if value < 10 and step else round(value)
    return _measured(shown, _BYTES[step])


def _measured(value: int | Decimal, unit: str) -> str:
    is_long = current().language in _SPELLED_OUT and unit not in _WORDS_ALREADY
    return format_unit(value, unit, "long" if is_long else "short", locale=current().unit_locale)


@by_language(FIGURES_MAX)
def language_name(code: str) -> str:
    """A language's name in the reader's language."""
    return str(current().locale.languages.get(code.split("-", maxsplit=1)[0].split("_", maxsplit=1)[0], code))


def country_name(code: str) -> str:
    """A country's name in the reader's language."""
    return str(current().locale.territories.get(code, code))


def listing(items: list[str]) -> str:
    """Words in a row: ``a, b and c``."""
    return format_list(items, locale=current().locale)


def refusal(error: DomainError) -> str:
    """What a refusal says to this reader, with its amounts and moments written their way."""
    spoken = {name: _spoken(value, is_word=name in PLACES) for name, value in error.fields.items()}
    return translate(error.template()).format_map(spoken)


def left_to_right(text: str) -> str:
    """A figure that reads from left to right wherever it stands: a span of percentages beside Arabic."""
    return f"\u2066{text}\u2069"


def sentence(template: str, fields: Mapping[str, Any]) -> str:
    """A stored sentence with ``{name}`` places (a notification's), in the reader's language."""
    return translate(template).format_map({name: _spoken(value) for name, value in fields.items()})


def spoken(text: str) -> str:
    """A phrase as this reader says it; any other text as it is."""
    return sentence(text.template, text.fields) if isinstance(text, Phrase) else text


def _spoken(value: object, *, is_word: bool = False) -> object:
    match value:
        case Phrase():
            return spoken(value)
        case str() if is_word:
            return spoken_word(value)
        case Money():
            return money_text(value)
        case datetime():
            return _day_and_hour(value)
        case date():
            return day(value)
        case timedelta():
            return duration(value)
        case bool() | None:
            return value
        case int() | Decimal():
            return number(value)
        case _:
            return value


def _day_and_hour(moment: datetime) -> str:
    return str(current().locale.datetime_formats["medium"]).format(hour(moment), day(moment))


def _local(moment: datetime | date) -> date:
    return moment.astimezone(current().time_zone).date() if isinstance(moment, datetime) else moment


FILTERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "country_name": country_name,
    "day": day,
    "duration": duration,
    "hour": hour,
    "language_name": language_name,
    "listing": listing,
    "money": money,
    "money_text": money_text,
    "month": month,
    "number": number,
    "percent": percent,
    "position": position,
    "rate": rate,
    "refusal": refusal,
    "size": size,
    "spoken": spoken,
    "when": when,
}
