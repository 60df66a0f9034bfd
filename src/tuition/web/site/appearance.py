"""How the pages look: language and theme, generated covers, and the guide that shows every component."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from tuition import identity
from tuition.edge import EdgeRoute, unit_of
from tuition.kernel import Currency, Money, clock
from tuition.web.rendering import Series, bar_chart, languages, line_chart, render, shell_of
from tuition.web.rendering.reader import COOKIE_LANGUAGE
from tuition.web.rendering.shell import COOKIE_THEME, THEMES

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
YEAR_S = 365 * 24 * 3600


def local_path(address: str, otherwise: str = "/") -> str:
    """An address on this site, whatever was sent, or else ``otherwise``: never another host's (``//evil``, ``/\\evil``).

    Nor with a character that browsers leave out: a tab between two slashes leads elsewhere.
    """
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if safe else otherwise


@router.post("/preferences")
async def choose(
    request: Request,
    *,
    back_to: Annotated[str, Form(alias="next")] = "/",
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
) -> Response:
    """Keep the language or the theme in this browser and go back to where the reader was.

    Somebody who is signed in gets their letters in that language too, from now on.
    """
    response = RedirectResponse(local_path(back_to), status_code=303)
    if language in languages():
        response.set_cookie(COOKIE_LANGUAGE, language, max_age=YEAR_S, path="/", samesite="lax")
        unit = unit_of(request)
        actor = await unit.actor()
        if actor is not None and actor.locale != language:
            await identity.change_profile(await unit.writing(), actor, identity.ProfileChange(locale=language))
    if theme in THEMES:
        response.set_cookie(COOKIE_THEME, theme, max_age=YEAR_S, path="/", samesite="lax")
    elif theme:
        response.delete_cookie(COOKIE_THEME, path="/")
    return response


def _euro(minor: int) -> Money:
    return Money(minor, Currency("EUR"))


@router.get("/styleguide")
async def styleguide(request: Request) -> Response:
    """Every component in every state, for those who build pages. Only in demonstrations and tests."""
    if not shell_of(request).site.is_demo:
        raise HTTPException(404)
    days = [f"{day}" for day in range(1, 31)]
    sales = [_euro(2400 + (day * day * 37) % 1900 + day * 140) for day in range(1, 31)]
    last = [_euro(1800 + (day * day * 53) % 1700 + day * 60) for day in range(1, 31)]
    ids = [UUID(int=(0x0192 << 112) | (0x7 << 76) | (2 << 62) | seed * 7919) for seed in range(1, 13)]
    return render(
        request,
        "appearance/styleguide.html",
        sales_chart=line_chart("Sales", days, [Series("This month", sales), Series("The month before", last)], label_head="Day"),
        minutes_chart=bar_chart(
            "Minutes watched",
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            [Series("Minutes", [310, 280, 402, 377, 190, 560, 612])],
            label_head="Day",
        ),
        ids=ids,
        euro=_euro,
        rate=Decimal("0.12"),
        average=Decimal("4.3"),
        moment=clock.now(),
        values={"email": "noor@example", "about": "Teacher of slow arithmetic.", "country": "EG"},
        errors={"email": "This address has no domain. Write it as name@example.org."},
    )
