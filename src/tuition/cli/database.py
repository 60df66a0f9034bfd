"""``tuition migrate`` and ``tuition doctor``."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy import text

from tuition.cli import output, processes
from tuition.cli.output import AsJson
from tuition.platform import files, jobs, site
from tuition.platform import migrate as schema
from tuition.platform.settings import Settings, load

EXIT_UNWELL = 1


def migrate(
    *,
    phase: Annotated[str | None, typer.Option(help="Only `pre` (before the new code) or `post` (after it).")] = None,
    status: Annotated[bool, typer.Option("--status", help="Only say what is missing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the database to the newest schema."""
    settings = load()
    if phase not in {None, "pre", "post"}:
        raise typer.BadParameter("a phase is pre or post")
    with processes.database_url(settings) as url:
        if not status:
            steps = schema.upgrade(url, phase=phase, on_step=lambda step: None if as_json else output.console.print(f"  {step}"))
            if not as_json:
                output.console.print(f"{len(steps)} migrations applied." if steps else "Nothing to do: the schema is the newest.")
        found = schema.status(url)
    if as_json:
        output.print_json({"current": found.current, "head": found.head, "pending": [str(step) for step in found.pending]})
    elif status:
        output.console.print(f"At {found.current or 'nothing'}, newest is {found.head}; {len(found.pending)} missing.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the doctor looked at."""

    name: str
    well: bool
    says: str


def doctor(*, as_json: AsJson = False) -> None:
    """Look at everything that an installation needs, and say what to do about what is missing. Exit code 1: something is."""
    findings = asyncio.run(_examine(load()))
    if as_json:
        output.print_json([{"name": item.name, "well": item.well, "says": item.says} for item in findings])
    else:
        rows = [("ok" if item.well else "look", item.name, item.says) for item in findings]
        output.print_table("Tuition’s health", ["", "what", "how it is"], rows)
    if not all(item.well for item in findings):
        raise typer.Exit(EXIT_UNWELL)


async def _examine(settings: Settings) -> list[Finding]:
    found = [Finding("settings", well=True, says=f"mode {settings.mode}, home {settings.home}")]
    async with processes.runtime(settings) as runtime:
        async with runtime.database.reading() as session:
            version = await session.scalar(text("select current_setting('server_version')"))
            durable = await session.scalar(
                text("select current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off'")
            )
        found.append(Finding("database", well=True, says=f"PostgreSQL {version}"))
        says = "what was answered survives a crash" if durable else "set fsync and synchronous_commit to on: money could be lost"
        found.append(Finding("durability", well=bool(durable), says=says))
        with processes.database_url(settings) as url:
            schema_status = schema.status(url)
        missing = len(schema_status.pending)
        says = "newest" if not missing else f"{missing} migrations are missing: run tuition migrate"
        found.append(Finding("schema", well=not missing, says=says))
        if missing:
            return found
        store = runtime.service(files.Store)
        await store.probe()
        found.append(Finding("files", well=True, says=settings.files_url or str(settings.files_folder)))
        async with runtime.database.reading() as session:
            row = await site.current(session)
            working = (await jobs.workers_alive(session)).alive
        says = f"{row.mode.value}" if row.mode else "not stamped yet: tuition init or tuition demo does it"
        found.append(Finding("stamp", well=True, says=says))
        says = f"{working} workers" if working else "nobody does background work: run tuition work or tuition serve"
        found.append(Finding("background work", well=True, says=says))
    return found
