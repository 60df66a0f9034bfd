"""The reference pages say what the code says, and ask for words where there are none."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import BaseModel, Field

from checks.reference import commands_page, errors_page, pages, settings_page, unexplained
from tuition.kernel import DomainError, MoneyInvalid
from tuition.kernel.ids import IdInvalid

app = typer.Typer()
ledger = typer.Typer()
app.add_typer(ledger, name="ledger")


@ledger.command()
def check(currency: Annotated[str, typer.Option(help="Only this currency.")] = "EUR") -> None:
    """Prove that the books balance."""


@app.command()
def serve(port: int = 8000) -> None:
    """Answer requests."""


class Mail(BaseModel):
    host: str = Field("localhost", description="Where mail is | handed over.")


class Settings(BaseModel):
    mail: Mail = Mail()
    database_url: str = Field(description="The address of the database.")
    silent: bool = False


def test_a_setting_is_listed_by_its_variable_with_default_and_meaning() -> None:
    page = settings_page(Settings)

    assert "| `TUITION_MAIL__HOST` | `localhost` | Where mail is \\| handed over. |" in page
    assert "| `TUITION_DATABASE_URL` | (required) | The address of the database. |" in page


def test_a_command_is_listed_by_its_whole_name_with_its_options() -> None:
    page = commands_page(app)

    assert "## `tuition ledger check`\n\nProve that the books balance." in page
    assert "| `--currency` | Only this currency. |" in page


def test_an_error_is_listed_by_its_code_with_its_sentence() -> None:
    page = errors_page((MoneyInvalid, IdInvalid))

    assert "| `kernel.money_invalid` | invalid | “{value}” is not an amount of {currency}. |" in page
    assert page.index("kernel.id_invalid") < page.index("kernel.money_invalid")


def test_what_says_nothing_of_itself_is_named() -> None:
    assert list(unexplained(Settings, app)) == [
        "the setting TUITION_SILENT has no description",
        "`--port` of `tuition serve` has no help",
    ]


def test_a_page_is_written_only_for_what_exists() -> None:
    assert set(pages((DomainError,), None, None)) == {"errors.md"}
    assert set(pages((), Settings, app)) == {"errors.md", "settings.md", "commands.md"}
