"""All commands, and what a refusal looks like in a terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

import tuition
from tuition.cli import bench, books, database, demonstration, people, serving
from tuition.kernel import DomainError

EXIT_REFUSED = 2
"""A refusal: the command could not do what was asked, and said why."""

application = typer.Typer(
    name="tuition",
    help="Paid learning, self-hosted: teach anything, charge any way, account for every cent.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
application.command("demo")(demonstration.demo)
application.command("init")(people.init)
application.command("serve")(serving.serve)
application.command("work")(serving.work)
application.command("migrate")(database.migrate)
application.command("doctor")(database.doctor)
application.command("bench")(bench.bench)
application.add_typer(books.application, name="ledger")
application.add_typer(people.application, name="people")


@application.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.", is_eager=True)] = False,
) -> None:
    """Paid learning, self-hosted: teach anything, charge any way, account for every cent."""
    if version:
        typer.echo(f"tuition {tuition.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(EXIT_REFUSED)


def main() -> None:
    """Run a command. A refusal is a sentence and exit code 2; Ctrl-C is 130; anything else is a defect and shows itself."""
    try:
        application()
    except DomainError as error:
        Console(stderr=True).print(f"[bold red]Refused.[/] {error.sentence}", highlight=False)
        sys.exit(EXIT_REFUSED)
    except KeyboardInterrupt:
        sys.exit(130)
