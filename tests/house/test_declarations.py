"""What tables and refusals must say of themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from checks.house.rules.refusals import refusals
from checks.house.rules.tables import tables
from tuition.kernel import DomainError, ErrorKind

ROOT = Path(__file__).parents[2]


class Planted(DeclarativeBase):
    """A base of our own, so that planted tables never reach the product's metadata."""

    metadata = MetaData()
    __personal__: ClassVar[tuple[str, ...]]
    __backup__: ClassVar[str]


class Person(Planted):
    """A person."""

    __tablename__ = "persons"
    __personal__ = ("email",)
    __backup__ = "full"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]


class Purse(Planted):
    """A purse."""

    __tablename__ = "purses"
    __personal__ = ()
    __backup__ = "full"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)


class Coin(Planted):
    __tablename__ = "coins"
    __personal__ = ("nickname",)
    __backup__ = "sometimes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purse_id: Mapped[UUID] = mapped_column(ForeignKey("purses.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    owner: Mapped[Person] = relationship()


class Note(Planted):
    """A note that forgot what is personal in it."""

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)


# Each is planted in a room only when SQLAlchemy has read its annotations, which it looks up by module.
Person.__module__ = "tuition.identity.models"
for _model in (Purse, Coin, Note):
    _model.__module__ = "tuition.wallets.models"


def _advice(*models: type[Any]) -> list[str]:
    return [finding.advice for finding in tables(models, ROOT)]


def test_tables_that_say_everything_pass() -> None:
    assert _advice(Person, Purse) == []


@pytest.mark.parametrize(
    "fault",
    [
        "docstring",
        "`nickname`, which is no column",
        "__backup__",
        "(purse_id) has no index",
        "crosses a door",
        "loads by surprise",
    ],
)
def test_a_table_that_says_too_little_is_found(fault: str) -> None:
    assert any(fault in advice for advice in _advice(Coin))


def test_a_table_that_names_no_personal_columns_is_found() -> None:
    assert any("__personal__" in advice for advice in _advice(Note))


def _refusal(room: str, code: str | None, docstring: str | None) -> type[DomainError]:
    body = {"__module__": f"tuition.{room}.errors", "__doc__": docstring, "kind": ErrorKind.INVALID}
    # A base that is no subclass of the product's own keeps planted refusals out of everybody else's list.
    base = type("DomainError", (Exception,), {"template": DomainError.__dict__["template"], "code": "kernel.refused"})
    return type("Planted", (base,), body | ({"code": code} if code else {}))


def _complaints(*planted: type[DomainError]) -> list[str]:
    return [finding.advice for finding in refusals(planted, ROOT)]


def test_a_refusal_with_code_and_sentence_passes() -> None:
    assert _complaints(_refusal("wallets", "wallets.empty", "There are only {amount} left.")) == []


@pytest.mark.parametrize(
    ("code", "docstring", "fault"),
    [
        (None, "It is empty.", "code of its own"),
        ("commerce.empty", "It is empty.", "belongs to another room"),
        ("wallets.empty", None, "write it"),
        ("wallets.empty", "It is empty", "end it like one"),
        ("wallets.empty", "It has {0} left.", "plain names"),
        ("wallets.empty", "It has {amount left.", "plain names"),
    ],
)
def test_a_refusal_that_says_too_little_is_found(code: str | None, docstring: str | None, fault: str) -> None:
    assert any(fault in advice for advice in _complaints(_refusal("wallets", code, docstring)))


def test_two_refusals_never_share_a_code() -> None:
    twins = _refusal("wallets", "wallets.empty", "It is empty."), _refusal("wallets", "wallets.empty", "It is empty too.")

    assert any("is taken by" in advice for advice in _complaints(*twins))
