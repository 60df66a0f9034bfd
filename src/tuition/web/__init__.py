"""The pages, one file per room. Knows forms and templates and no business: read the form, call one room, render."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from tuition.web import identity, money, owner, playing, site, storefront, studio

ROUTERS: list[APIRouter] = [
    *site.ROUTERS,
    *identity.ROUTERS,
    *money.ROUTERS,
    *owner.ROUTERS,
    playing.router,
    *storefront.ROUTERS,
    *studio.ROUTERS,
]
"""Every router of the pages."""
PICTURES: list[APIRouter] = site.PICTURES
"""Routers of pictures, which nothing surrounds."""


def to_sign_in(request: Request) -> Response:
    """Send a visitor to the sign-in page, and back to where they were going afterwards."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(here)}", status_code=303)
