"""``tuition ledger check`` and ``tuition ledger export``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from tuition import ledger
from tuition.cli import output, processes
from tuition.cli.output import AsJson
from tuition.platform.settings import load

application = typer.Typer(help="Prove the books, and take them away.", no_args_is_help=True, rich_markup_mode=None)
EXIT_BROKEN = 1
FORMATS = (".beancount", ".csv", ".parquet")


@application.command("check")
def check(*, as_json: AsJson = False) -> None:
    """Prove every invariant of the books. Exit code 1: something does not add up, and it is named."""
    report = asyncio.run(_check(quiet=as_json))
    if as_json:
        output.print_json(
            {
                "clean": report.clean,
                "problems": list(report.problems),
                "proved": report.checks,
                "accounts": report.accounts,
                "transactions": report.transactions,
                "transfers": report.transfers,
            }
        )
    elif report.clean:
        output.console.print("[bold green]The books balance.[/]", highlight=False)
        output.console.print(
            f"  {report.accounts:,} accounts, {report.transactions:,} transactions, {report.transfers:,} transfers"
        )
        for proved in report.checks:
            output.console.print(f"  [green]✓[/] {proved}", highlight=False)
    else:
        output.console.print("[bold red]The books do not balance.[/]", highlight=False)
        for problem in report.problems:
            output.console.print(f"  {problem}", highlight=False)
    if not report.clean:
        raise typer.Exit(EXIT_BROKEN)


@application.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; the ending chooses .beancount, .csv or .parquet.")],
) -> None:
    """Write all books to a file: Beancount (which `bean-check` audits), CSV or Parquet."""
    if file.suffix not in FORMATS:
        raise typer.BadParameter(f"the file ends in one of {', '.join(FORMATS)}")
    asyncio.run(_export(file))
    output.console.print(f"Written to {file} ({file.stat().st_size:,} bytes).")


async def _check(*, quiet: bool) -> ledger.CheckReport:
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=output.console, transient=True, disable=quiet
    ) as bar:
        task = bar.add_task("Reading the books", total=None)
        async with processes.runtime(load()) as runtime, runtime.database.reading() as session:
            return await ledger.check(
                session, lambda title, done, total: bar.update(task, description=title, completed=done, total=total)
            )


async def _export(file: Path) -> None:
    async with processes.runtime(load()) as runtime, runtime.database.reading() as session:
        if file.suffix == ".parquet":
            with file.open("wb") as binary:
                await ledger.export_parquet(session, binary)
            return
        with file.open("w", encoding="utf-8", newline="") as out:
            await (ledger.export_csv if file.suffix == ".csv" else ledger.export_beancount)(session, out)
