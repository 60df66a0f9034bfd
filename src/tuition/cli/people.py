"""``tuition init``: the first owner of a real installation."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from tuition import identity
from tuition.cli import output, processes
from tuition.platform import migrate, site
from tuition.platform.settings import Mode, Settings, load


def init(
    *,
    email: Annotated[str, typer.Option(prompt="Your e-mail address", help="The owner's address.")],
    name: Annotated[str, typer.Option(prompt="Your name", help="The owner's name.")],
    password: Annotated[
        str,
        typer.Option(
            prompt="A password",
            confirmation_prompt=True,
            hide_input=True,
            envvar="TUITION_OWNER_PASSWORD",
            help="The owner's password; asked for when it is not in the environment.",
        ),
    ],
) -> None:
    """Make the database, stamp it as live, and make its first owner. A second time is refused."""
    settings = load()
    with processes.database_url(settings) as url:
        migrate.upgrade(url)
        asyncio.run(_init(settings, email=email, name=name, password=password))
    output.console.print(f"Done. Start with `tuition serve` and sign in as {email}.", highlight=False)


async def _init(settings: Settings, *, email: str, name: str, password: str) -> None:
    stamp = site.Mode.LIVE if settings.mode == Mode.PRODUCTION else site.Mode.TEST
    async with processes.runtime(settings) as runtime, runtime.database.transaction() as session:
        await site.stamp(session, stamp)
        await identity.init_owner(session, email=email, full_name=name, password=password)
