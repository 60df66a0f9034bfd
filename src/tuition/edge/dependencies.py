"""What a handler may ask for in its signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from tuition import identity
from tuition.edge.runtime import Runtime, runtime_of
from tuition.edge.unit import Client, Unit, unit_of
from tuition.identity import Actor
from tuition.platform.database import Database, ReadSession, Session

SETTING_UP = ("/settings/security", "/confirm", "/v1/me/mfa", "/v1/me/passkeys", "/v1/auth/", "/verify-email")
"""Where somebody whose role needs a second step, and who has none yet, may go: to set one up."""


async def _writing(request: Request) -> Session:
    return await unit_of(request).writing()


async def _reading(request: Request) -> ReadSession:
    return await unit_of(request).reading()


async def _steps(request: Request) -> Database:
    """For reserve → call a provider → settle: the key is claimed at once, and the handler opens its own transactions."""
    return await unit_of(request).steps()


async def _stepping(request: Request) -> Unit:
    unit = unit_of(request)
    await unit.steps()
    return unit


async def _current_actor(request: Request) -> Actor | None:
    return await unit_of(request).actor()


async def _signed_in(request: Request) -> Actor:
    actor = await unit_of(request).actor()
    if actor is None:
        raise identity.SignInNeeded
    if not request.url.path.startswith(SETTING_UP):
        await unit_of(request).require_second_factor(actor)
    return actor


async def _fresh(request: Request) -> Actor:
    return identity.require_fresh(await _signed_in(request))


# Asynchronous although they wait for nothing: FastAPI sends a plain function to another thread.
async def _client(request: Request) -> Client:
    return unit_of(request).client


async def _services(request: Request) -> Runtime:
    return runtime_of(request)


Writing = Annotated[Session, Depends(_writing)]
"""The request's transaction; committed before the answer is sent."""
Reading = Annotated[ReadSession, Depends(_reading)]
"""A transaction that PostgreSQL keeps from writing."""
Steps = Annotated[Database, Depends(_steps)]
"""The database itself, for the few handlers whose work is several transactions around a provider's call."""
Stepping = Annotated[Unit, Depends(_stepping)]
"""The same handlers' memory: what an interrupted attempt under the same key has reserved (``reserved_id``, ``reserve``)."""
CurrentActor = Annotated[Actor | None, Depends(_current_actor)]
"""Who asks, or ``None`` for a visitor."""
SignedIn = Annotated[Actor, Depends(_signed_in)]
"""Who asks; a visitor is refused with 401."""
Fresh = Annotated[Actor, Depends(_fresh)]
"""Who asks, having proven within the last ten minutes that it is them; else 403, or the page that asks for it."""
ClientInfo = Annotated[Client, Depends(_client)]
"""Address and browser of the one who asks."""
Services = Annotated[Runtime, Depends(_services)]
"""Settings, database and vendors."""
