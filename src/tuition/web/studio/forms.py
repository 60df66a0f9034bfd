"""What the forms of the studio and of the owner's pages have in common: reading what was typed, saying what was wrong."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Depends, Request

from tuition.kernel import DomainError, Money
from tuition.web.rendering import page_reader, reading_as, refusal
from tuition.web.rendering import translate as _

PERCENT = Decimal(100)
DIGITS_MAX = 30
"""More than any figure of a form has: "1e999999" is a million of them."""


class Fields(dict[str, str]):
    """A form as it was typed: one text per name, the empty one for what is not there; ``all`` for what comes several times."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def __missing__(self, name: str) -> str:
        return ""

    def all(self, name: str) -> list[str]:
        """Every value of a name, in the order of the form."""
        return [value for key, value in self._pairs if key == name]


async def _fields(request: Request) -> Fields:
    # The body first: the unit reads it again to recognise a form that is sent twice.
    await request.body()
    form = await request.form()
    return Fields([(name, value.replace("\x00", "")) for name, value in form.multi_items() if isinstance(value, str)])


Typed = Annotated[Fields, Depends(_fields)]
"""The form that was sent."""


def say(request: Request, error: DomainError) -> str:
    """A refusal in the reader's language."""
    with reading_as(page_reader(request)):
        return refusal(error)


def read_moment(request: Request, typed: str) -> datetime | None:
    """A moment of a ``datetime-local`` field, meant in the reader's time zone; ``None`` when it is not one."""
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=page_reader(request).time_zone) if moment.tzinfo is None else moment


def read_decimal(typed: str) -> Decimal | None:
    """A figure, with a point or (as much of the world writes it) a comma; ``None`` when it is not one."""
    try:
        figure = Decimal(typed.strip().replace(",", ".").translate(_DIGITS))
    except InvalidOperation:
        return None
    return figure if figure.is_finite() and abs(figure.adjusted()) <= DIGITS_MAX else None


def read_percent(typed: str) -> Decimal | None:
    """A share written as a percentage."""
    figure = read_decimal(typed.replace("%", ""))
    return figure / PERCENT if figure is not None else None


def read_money(typed: str, currency: str) -> Money:
    """An amount. Raises ``MoneyInvalid``."""
    return Money.parse(typed.strip().replace(",", ".").translate(_DIGITS), currency)


def is_on(fields: Fields, name: str) -> bool:
    """Whether a box was ticked."""
    return bool(fields[name])


def required(fields: Fields, *names: str) -> dict[str, str]:
    """What is wrong when one of these was left empty."""
    return {name: _("Fill this in.") for name in names if not fields[name].strip()}


# Arabic-Indic and Persian digits, and the Arabic decimal separator: what a phone's keyboard in Cairo or Tehran types.
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
