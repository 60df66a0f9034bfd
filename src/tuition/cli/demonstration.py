"""``tuition demo``: a school to walk through, offline, in one command, and in seconds the second time."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from tuition import catalog, earnings, ledger
from tuition.cli import output, processes, serving
from tuition.cli.demo import cast, classroom, course, school
from tuition.cli.demo.media import Kind, MediaItem, make_media
from tuition.cli.demo.month import DAYS, Month
from tuition.edge import Runtime
from tuition.identity import Actor
from tuition.kernel import FrozenClock, clock
from tuition.platform import jobs, migrate, site
from tuition.platform.settings import Settings, load

FEATURED = ("intervals", "forgetting", "khwarizmi")
"""What stands on the first page beside the first film and the series."""
HOME = Path(".tuition-demo")
DONE, MORE_DONE = "school-opened", "library-complete"
"""Marks in the home folder: what has been made already."""
SHELF_MAX = 48
"""More than the school has."""
EVENING = timedelta(hours=3)
"""How long ago the learner of the demonstration was here."""
_MYSELF = (sys.executable, "-m", "tuition", "demo")
FIRST = ("pythagoras", "interest", "intervals", "book", "forgetting", "khwarizmi")
LATER = ("moon", "waves", "breathing")
"""What is made while the school is open already: nobody should wait for the longest film."""


def demo(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    home: Annotated[Path | None, typer.Option(help="The folder that keeps everything; delete it to begin anew.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Begin anew: throw the folder away first.")] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help="Make everything, then stop without serving.")] = False,
    step: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Open the demonstration: a school with films, a book, people of every role and a month behind it. No money is real."""
    folder = (home or Path(os.environ.get("TUITION_HOME", HOME))).resolve()
    if reset and folder.exists():
        shutil.rmtree(folder)
    address = f"http://{host}:{port}"
    os.environ |= {"TUITION_MODE": "demo", "TUITION_HOME": str(folder), "TUITION_HOST": host, "TUITION_PORT": str(port)}
    os.environ.setdefault("TUITION_PUBLIC_URL", address)
    settings = load()
    with processes.database_url(settings) as url:
        migrate.upgrade(url)
        match step:
            case "open":
                asyncio.run(_open_school(settings))
                return
            case "fill":
                asyncio.run(_fill_shelves(settings, LATER))
                return
        # Each in a process of its own: the one that serves forks, and must have no threads of work behind it.
        if not (folder / DONE).exists():
            subprocess.run([*_MYSELF, "--step", "open", "--host", host, "--port", str(port)], check=True)
        if prepare:
            subprocess.run([*_MYSELF, "--step", "fill", "--host", host, "--port", str(port)], check=True)
            return
        _greet(settings)
        if not (folder / MORE_DONE).exists():
            subprocess.Popen([*_MYSELF, "--step", "fill", "--host", host, "--port", str(port)])
        serving.run(settings)


def _greet(settings: Settings) -> None:
    output.console.print(f"\n[bold]Tuition[/] is open at [bold]http://{settings.host}:{settings.port}[/]\n", highlight=False)
    rows = [(role, part.email, cast.PASSWORD, part.name) for role, part in cast.SHOWN]
    output.print_table("Sign in as", ["", "e-mail", "password", "name"], rows)
    output.console.print("Pay with card 4242 4242 4242 4242; none of it is real. Stop with Ctrl-C.\n", highlight=False)


async def _open_school(settings: Settings) -> None:
    """Everything that the first page needs."""
    with _bar() as bar:
        films = bar.add_task("Drawing films, printing the book", total=len(FIRST))
        items = await asyncio.to_thread(
            make_media, _media_folder(settings), keys=FIRST, progress=lambda done, _all, _title: bar.update(films, completed=done)
        )
        async with processes.runtime(settings) as runtime:
            now = clock.now()
            watch = FrozenClock(now - timedelta(days=DAYS + 2))
            clock.use(watch)
            try:
                shelving = bar.add_task("Filling the shelves", total=len(items) + 2)
                people, contents = await _furnish(runtime, items, lambda: bar.advance(shelving))
                living = bar.add_task("Living through a month", total=DAYS)
                month = Month(
                    runtime=runtime,
                    films=await _durations(
                        runtime, [contents[item.key] for item in items if item.kind in {Kind.FILM, Kind.AUDIO}]
                    ),
                    books=[contents["book"], contents["forgetting"]],
                    learners=[actor for key, actor in people.items() if key not in {"owner", "maya", "omar", "sofia"}],
                    watch=watch,
                )
                await month.live(until=now - EVENING, progress=lambda day: bar.update(living, completed=day))
                await month.begin_for(people["sofia"], film=contents["interest"], book=contents["forgetting"])
                await course.enrol(runtime, people["maya"], contents["course"], people["sofia"])
                await classroom.gather(runtime, people["maya"], contents["course"], people, today=now)
                watch.move_to(now)
                await _settle(runtime)
            finally:
                clock.use(None)
    _mark(settings, DONE)


async def _furnish(
    runtime: Runtime, items: list[MediaItem], step: Callable[[], None]
) -> tuple[dict[str, Actor], dict[str, UUID]]:
    async with runtime.database.transaction() as session:
        await site.stamp(session, site.Mode.TEST)
        people = await cast.invite(session)
        await site.change(
            session,
            people["owner"].id,
            platform_name="Lantern School",
            primary_color="#14594d",
            hero_title="Learn a little every evening",
            hero_subtitle="Short films and good books. Pay by the minute, and never more than the price.",
            hero_cta_text="See what there is",
            hero_cta_link="/catalogue",
            contact_email="hello@tuition.example",
        )
    shelves = await school.furnish(runtime, people["owner"])
    step()
    contents: dict[str, UUID] = {}
    for item in items:
        contents[item.key] = await _add(runtime, item, people, shelves)
        step()
    members = [contents[key] for key in ("pythagoras", "interest", "book")]
    series = await school.bind_series(runtime, people["maya"], members, shelves["mathematics"])
    contents["course"] = await course.teach(runtime, people["maya"], contents, shelves["mathematics"])
    async with runtime.database.transaction() as session:
        chosen = [contents["course"], contents["pythagoras"], series, *(contents[key] for key in FEATURED)]
        await site.change(session, people["owner"].id, featured_content_ids=chosen)
    step()
    return people, contents


async def _add(runtime: Runtime, item: MediaItem, people: Mapping[str, Actor], shelves: Mapping[str, UUID]) -> UUID:
    author = people[school.OFFERS[item.key].author]
    content_id = await school.offer(runtime, item, author, shelves)
    if item.kind in {Kind.FILM, Kind.AUDIO}:
        await jobs.drain(runtime.database, runtime.services, queues=["media"])
        await school.publish_film(runtime, author, content_id)
    return content_id


async def _fill_shelves(settings: Settings, keys: tuple[str, ...]) -> None:
    """The longer films, while the school is open already."""
    if (settings.home / MORE_DONE).exists():
        return
    items = await asyncio.to_thread(make_media, _media_folder(settings), keys=keys)
    async with processes.runtime(settings) as runtime:
        async with runtime.database.reading() as session:
            people = await cast.find(session)
            shelves = {shelf.slug: shelf.id for shelf in await catalog.categories(session)}
            there = {hit.title for hit in await catalog.shelf(session, limit=SHELF_MAX)}
        # Whoever stopped the demonstration while this was under way finds each film once.
        for item in items:
            if item.title not in there:
                await _add(runtime, item, people, shelves)
    _mark(settings, MORE_DONE)


async def _settle(runtime: Runtime) -> None:
    """Let earnings mature as the hourly job would have done, and bring the busy accounts up to date."""
    async with runtime.database.transaction() as session:
        while await earnings.mature_due(session, now=clock.now()):
            pass
    async with runtime.database.transaction() as session:
        await ledger.fold(session)


async def _durations(runtime: Runtime, content_ids: list[UUID]) -> dict[UUID, int]:
    async with runtime.database.reading() as session:
        found = [await catalog.find_media(session, content_id) for content_id in content_ids]
    return {media.content_id: media.duration_ms for media in found if media is not None and media.duration_ms}


def _media_folder(settings: Settings) -> Path:
    return settings.home / "made"


def _mark(settings: Settings, name: str) -> None:
    (settings.home / name).touch()


def _bar() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
    )
    return Progress(*columns, console=output.console)
