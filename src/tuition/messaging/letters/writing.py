"""From a kind and its context to a subject, a text and an HTML page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from tuition.kernel import CREDITS, Money, Phrase, exponent_of
from tuition.messaging.letters.letterhead import Letterhead, letterhead
from tuition.messaging.rules import EmailKind
from tuition.platform import site as sites

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
SUBJECT_LENGTH_MAX = 200
_BLANKS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is written."""

    name: str
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail, written."""

    subject: str
    text: str
    html: str


def write(
    kind: EmailKind, reader: Reader, site: sites.SiteSettings, context: Mapping[str, Any], *, unsubscribe_url: str | None = None
) -> Letter:
    """Write the e-mail. What the kind needs and the context lacks is a mistake of the caller."""
    missing = kind.needs - set(context)
    assert not missing, f"an e-mail of kind {kind.name} needs {', '.join(sorted(missing))}"
    head = letterhead()
    language = reader.locale.partition("-")[0]
    context = {
        name: spoken_value(value, reader.locale) if isinstance(value, Phrase) else value for name, value in context.items()
    }
    given = {**context, "url": head.absolute(str(context["url"]))} if context.get("url") else dict(context)
    variables = {
        "titles": (),
        **given,
        "reader": reader,
        "site": site,
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "home_url": head.public_url,
        "unsubscribe_url": unsubscribe_url,
        "ink_on_primary": _ink_on(site.primary_color),
    }
    plain, pages = (_environment(head, reader.locale, markup=markup) for markup in (False, True))
    template = plain.get_template(kind.template)
    subject = "".join(template.blocks["subject"](template.new_context(variables)))
    return Letter(
        subject=" ".join(subject.split())[:SUBJECT_LENGTH_MAX],
        text=_BLANKS.sub("\n\n", template.render(variables)).strip() + "\n",
        html=pages.get_template(kind.template).render(variables).strip() + "\n",
    )


@lru_cache(maxsize=16)
def _environment(head: Letterhead, locale: str, *, markup: bool) -> Environment:
    environment = Environment(
        loader=_LOADER,
        autoescape=markup,  # noqa: S701  # the other form is plain text, where an entity would be a blemish
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(head.translations(locale), newstyle=True)  # type: ignore[attr-defined]  # of the i18n extension
    environment.filters.update(money=_money, moment=_moment)
    suffix = "html" if markup else "txt"
    environment.globals.update(layout=f"base.{suffix}", parts_file=f"parts.{suffix}")
    return environment


_LOADER = PackageLoader("tuition.messaging.letters")


@pass_context
def _money(context: Context, value: Money | str) -> str:
    """An amount the reader's way; what is text already stays as it is."""
    if not isinstance(value, Money):
        return str(value)
    places = exponent_of(value.currency)
    pattern = "#,##0" + ("." + "0" * places if places else "") + " ¤¤"
    locale = context["reader"].locale.replace("-", "_")
    return format_currency(value.decimal, value.currency, pattern, locale=locale, currency_digits=False)


def amount_text(value: Money, locale: str) -> str:
    """An amount as the pages write it, with its sign: ``€0.10``. In a letter, which may be printed, it has its three capitals."""
    written = locale.replace("-", "_")
    if value.currency == CREDITS:
        return str(value)
    usual = get_currency_precision(value.currency) == exponent_of(value.currency)
    return format_currency(value.decimal, value.currency, locale=written, currency_digits=usual)


def spoken_value(value: object, locale: str) -> object:
    """What stands in a sentence's place as its reader says it: amounts, figures, and phrases, which are sentences themselves."""
    match value:
        case Money():
            return amount_text(value, locale)
        case Phrase():
            said = letterhead().translations(locale).gettext(value.template)
            return said.format_map({name: spoken_value(part, locale) for name, part in value.fields.items()})
        case int() if not isinstance(value, bool):
            return format_decimal(value, locale=locale.replace("-", "_"))
        case _:
            return value


@pass_context
def _moment(context: Context, value: datetime | str) -> str:
    if not isinstance(value, datetime):
        return str(value)
    reader = context["reader"]
    local = value.astimezone(ZoneInfo(reader.time_zone))
    return format_datetime(local, "medium", locale=reader.locale.replace("-", "_"))


def _ink_on(colour: str) -> str:
    """Black or white, whichever reads better on the colour (WCAG's relative luminance; equal contrast at 0.18)."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"
