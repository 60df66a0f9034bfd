"""What every page is surrounded by, loaded once per request: the site, the person, their balance, what waits for them."""

from __future__ import annotations

from fastapi import Request

from tuition import identity, messaging, wallets
from tuition.edge import unit_of
from tuition.identity import Actor, Permission
from tuition.kernel import Currency, Money
from tuition.learning import gradebook
from tuition.platform import site
from tuition.platform.database import ReadSession
from tuition.platform.settings import Mode
from tuition.web.rendering import Shell, Site, Viewer, page_reader, reading_as

DOORS: dict[str, Permission] = {"studio": "content:create", "owner": "site:configure", "partners": "platform:manage"}
"""The side doors of the menu, and the permission that opens each."""


async def load_shell(request: Request) -> None:
    """Dress the request before its handler runs, and let sentences speak its reader's language while it does."""
    unit = unit_of(request)
    actor = await unit.actor()
    session = await unit.reading()
    settings = await site.glance(session)
    dressed = Site(
        name=settings.platform_name,
        tagline=settings.hero_subtitle or "",
        primary_color=settings.primary_color,
        logo_url=settings.logo_url,
        contact_email=settings.contact_email,
        default_language=settings.default_locale,
        zone=settings.timezone,
        sign_up_open=settings.sign_up_open,
        is_demo=unit.runtime.settings.mode != Mode.PRODUCTION,
    )
    request.state.shell = (
        Shell(site=dressed) if actor is None else await _for(request, session, actor, dressed, settings.default_currency)
    )
    unit.within(reading_as(page_reader(request)))


async def _for(request: Request, session: ReadSession, actor: Actor, dressed: Site, currency: str) -> Shell:
    viewer = Viewer(
        id=actor.id,
        name=actor.full_name,
        picture_url=actor.profile_image_url,
        language=None,  # the switch in the header sets a cookie, and joining sets it too: what this browser chose last counts
        zone=actor.time_zone,
        may=frozenset(door for door, permission in DOORS.items() if identity.allows(actor, permission)),
    )
    unit = Currency(actor.currency or currency)
    balance: Money = await wallets.available(session, actor.id, unit)
    unread = await messaging.unread_count(session, actor.id)
    # Only the studio's side shows it: other pages are spared the question.
    in_studio = request.url.path.startswith("/studio")
    counts = {"/studio/grading": await gradebook.count_waiting(session, actor)} if in_studio else {}
    return Shell(site=dressed, viewer=viewer, balance=balance, unread=unread, counts=counts)
