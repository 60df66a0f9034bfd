"""Pages that hardly change: what the school says about itself, and what it tells search engines."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from tuition import catalog
from tuition.edge import EdgeRoute, Reading, Services
from tuition.platform import site
from tuition.web.rendering import render

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
SITEMAP_LENGTH = 5_000
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
async def sitemap_index(request: Request, session: Reading, services: Services) -> Response:
    """The lists of what everybody may find (sitemaps.org): a list is at most so long, a school is not."""
    base = _base(request, services)
    starts = await catalog.listed_starts(session, every=SITEMAP_LENGTH)
    places = [f"{base}/sitemap/pages.xml", *(f"{base}/sitemap/{start}.xml" for start in starts)]
    return _sitemap("sitemapindex", "sitemap", places)


@router.get("/sitemap/pages.xml")
async def sitemap_of_pages(request: Request, services: Services) -> Response:
    """The pages that every school has."""
    return _sitemap("urlset", "url", [_base(request, services) + path for path in ("/", "/catalogue")])


@router.get("/sitemap/{start}.xml")
async def sitemap(start: UUID, request: Request, session: Reading, services: Services) -> Response:
    """The contents from one on, and who made them."""
    base = _base(request, services)
    found = await catalog.listed_from(session, start, limit=SITEMAP_LENGTH)
    creators = dict.fromkeys(creator_id for _, creator_id in found)
    places = [f"{base}/c/{quote(slug)}" for slug, _ in found] + [f"{base}/creators/{creator_id}" for creator_id in creators]
    return _sitemap("urlset", "url", places)


def _sitemap(root: str, item: str, places: list[str]) -> Response:
    lines = "".join(f"<{item}><loc>{escape(place)}</loc></{item}>\n" for place in places)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}">\n{lines}</{root}>\n'
    return Response(body, media_type="application/xml", headers={"cache-control": f"public, max-age={HOUR_S}"})


def _base(request: Request, services: Services) -> str:
    return (services.settings.public_url or str(request.base_url)).rstrip("/")
