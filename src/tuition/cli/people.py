"""``tuition init``: the first owner of a real installation; ``tuition people``: letting somebody in, and back in."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from tuition import identity
from tuition.cli import output, processes
from tuition.platform import migrate, secrets, site
from tuition.platform.settings import Mode, Settings, load

application = typer.Typer(help="Let people in who cannot get in by themselves.", no_args_is_help=True, rich_markup_mode=None)


@application.callback()
def people() -> None:
    """Let people in who cannot get in by themselves."""


@application.command("reset-mfa")
def reset_mfa(email: Annotated[str, typer.Argument(help="Whose second step to take off.")]) -> None:
    """Take two-step verification off somebody who has lost it, such as the only owner. They are signed out and told by mail."""
    asyncio.run(_reset_mfa(load(), email))
    output.console.print(f"Two-step verification is off for {email}; every device is signed out.", highlight=False)


async def _reset_mfa(settings: Settings, email: str) -> None:
    async with processes.runtime(settings) as runtime, runtime.database.transaction() as session:
        person = await identity.person_by_address(session, email)
        if person is None:
            raise identity.PersonUnknown
        await identity.reset_second_factor(session, None, person.id)


@application.command("add")
def add(
    email: Annotated[str, typer.Argument(help="Their address.")],
    name: Annotated[str, typer.Option(prompt="Their name", help="What they are called.")],
) -> None:
    """Open an account for somebody, also while nobody may join by themselves. They choose their password by a mailed link."""
    asyncio.run(_add(load(), email, name))
    output.console.print(f"{email} has an account. A link to choose a password is on its way.", highlight=False)


async def _add(settings: Settings, email: str, name: str) -> None:
    async with processes.runtime(settings) as runtime, runtime.database.transaction() as session:
        await identity.add_person(session, email=email, full_name=name, password=secrets.new_token())
        await identity.request_password_reset(session, email)


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
