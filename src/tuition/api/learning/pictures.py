"""Pictures in lessons and questions."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from tuition.edge import CurrentActor, EdgeRoute, Reading, Services, SignedIn, Writing, problems
from tuition.learning import pictures
from tuition.platform import files, rates

router = APIRouter(prefix="/v1/pictures", tags=["Courses"], route_class=EdgeRoute)
PictureId = Annotated[UUID, Path(description="The picture.", examples=["0190a8f0-7d1c-7c3e-9b1e-3f6f0a1b2c3d"])]
PICTURES_PER_HOUR = 600
HOUR_S = 3600
BINARY = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
BYTES: dict[int | str, Any] = {
    200: {
        "description": "The picture",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/png", "image/jpeg", "image/gif", "image/webp")
        },
    }
}


class PictureOut(BaseModel):
    """A picture that a text may show."""

    id: UUID
    address: str = Field(description="Where it is shown from, for whoever may open what shows it.")
    markdown: str = Field(
        description="What to write into the text.", examples=["![](/v1/pictures/0190a8f0-7d1c-7c3e-9b1e-3f6f0a1b2c3d)"]
    )
    width: int
    height: int


@router.post(
    "",
    status_code=201,
    responses=problems(401, 403, 404, 413),
    summary="Bring a picture",
    openapi_extra=BINARY,
    response_model=PictureOut,
)
async def bring(
    request: Request,
    session: Writing,
    actor: SignedIn,
    services: Services,
    course_id: Annotated[UUID | None, Query(description="The course whose lessons show it.")] = None,
    bank_id: Annotated[UUID | None, Query(description="The bank whose questions show it.")] = None,
    file_name: Annotated[str, Query(max_length=500)] = "picture",
) -> PictureOut:
    """Send a PNG, JPEG, GIF or WebP of at most 8 MB, then write its `markdown` into a lesson or a question.

    Whoever may open the course, use the bank or was asked the question sees it, and nobody else. SVG is refused. What no text
    shows is thrown away after two days.
    """
    await rates.hit(session, f"pictures:{actor.id}", limit=PICTURES_PER_HOUR, per_s=HOUR_S)
    looked = await asyncio.to_thread(pictures.look_at, await request.body())
    made = await pictures.keep_picture(session, actor, looked, file_name=file_name, course_id=course_id, bank_id=bank_id)
    # Before the row is committed: a picture that is noted is there.
    await services.service(files.Store).put(pictures.key_of(made.id), looked.data, content_type=looked.content_type)
    address = pictures.address_of(made.id)
    return PictureOut(id=made.id, address=address, markdown=f"![]({address})", width=made.width, height=made.height)


@router.get("/{picture_id}", responses={**problems(404), **BYTES}, summary="Show a picture", response_class=Response)
async def show(picture_id: PictureId, request: Request, session: Reading, actor: CurrentActor, services: Services) -> Response:
    """The picture itself, for whoever may open what shows it."""
    found = await pictures.get_picture_for(session, actor, picture_id)
    headers = {
        "cache-control": "private, max-age=3600",
        "content-security-policy": "default-src 'none'; sandbox",
        "etag": f'"{found.id}"',
        "x-content-type-options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    data = await services.service(files.Store).read(pictures.key_of(found.id))
    return Response(data, media_type=pictures.TYPES[found.ending], headers=headers)
