"""Pages that hardly change: what the school says about itself, and what it tells search engines."""

from __future__ import annotations

from urllib.parse import quote
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, Services
from tuition.platform import site
from tuition.web.rendering import render

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
SITEMAP_MAX = 5_000
PAGE_LENGTH = 100
HOUR_S = 3600
PRIVATE = (
    "/checkout",
    "/library",
    "/notifications",
    "/owner",
    "/partners",
    "/receipts",
    "/settings",
    "/sign-",
    "/studio",
    "/wallet",
)
"""Where a search engine finds nothing but a sign-in page."""


@router.get("/about")
async def about(request: Request, session: Reading) -> Response:
    """What the owner wrote about the school. Without a word of theirs there is no such page."""
    settings = await site.glance(session)
    if not settings.about_content:
        raise HTTPException(404)
    return render(request, "storefront/about.html", settings=settings)


@router.get("/robots.txt")
async def robots(request: Request, services: Services) -> Response:
    """What search engines may read."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), "", f"Sitemap: {_base(request, services)}/sitemap.xml"]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"cache-control": f"public, max-age={HOUR_S}"})


@router.get("/sitemap.xml")
async def sitemap(request: Request, session: Reading, services: Services) -> Response:
    """The address of everything that everybody may find, the newest first (sitemaps.org)."""
    base = _base(request, services)
    paths = ["/", "/catalogue"]
    creators: dict[str, None] = {}
    cursor: str | None = None
    while len(paths) < SITEMAP_MAX:
        found = await catalog.search(session, "", limit=PAGE_LENGTH, cursor=cursor, with_facets=False)
        paths += [f"/c/{quote(hit.slug)}" for hit in found.items]
        creators |= dict.fromkeys(f"/creators/{hit.creator_id}" for hit in found.items)
        cursor = found.next_cursor
        if cursor is None:
            break
    urls = "".join(f"<url><loc>{escape(base + path)}</loc></url>\n" for path in [*paths, *creators])
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
    return Response(body, media_type="application/xml", headers={"cache-control": f"public, max-age={HOUR_S}"})


def _base(request: Request, services: Services) -> str:
    return (services.settings.public_url or str(request.base_url)).rstrip("/")
