"""Pictures of covers: the author's own, or the pattern that every thing has."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from tuition import access, catalog
from tuition.edge import CurrentActor, EdgeRoute, Reading, Services
from tuition.platform import files
from tuition.web.rendering import cover_svg

router = APIRouter(route_class=EdgeRoute, include_in_schema=False)
YEAR_S = 365 * 24 * 3600


@router.get("/covers/{name}.svg")
async def pattern(name: UUID) -> Response:
    """The pattern of a thing's cover. It depends on the id alone, so it never changes."""
    headers = {
        "cache-control": f"public, max-age={YEAR_S}, immutable",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(cover_svg(name), media_type="image/svg+xml", headers=headers)


@router.get("/covers/{content_id}/{width}.webp")
async def picture(content_id: UUID, width: int, session: Reading, actor: CurrentActor, services: Services) -> Response:
    """A cover. That of a listed thing is everybody's; that of another is shown to who may open it."""
    content = (await catalog.contents_by_id(session, [content_id])).get(content_id)
    if content is None or content.cover_key is None or width not in catalog.COVER_WIDTHS:
        raise HTTPException(404)
    is_public = catalog.is_visible(content, None)
    if not is_public and not (await access.decide(session, actor, content_id)).allowed:
        raise HTTPException(404)
    found = await services.service(files.Store).read(f"{content.cover_key}/{width}.webp")
    # The address names the version of the picture, so what was fetched once stays right.
    kept = f"{'public' if is_public else 'private'}, max-age={YEAR_S}, immutable"
    return Response(found, media_type="image/webp", headers={"cache-control": kept})
