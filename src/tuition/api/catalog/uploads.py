"""Files on their way in, in chunks that can be continued after any interruption."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from tuition import catalog
from tuition.api.catalog.shapes import ID_EXAMPLE, Input
from tuition.catalog import UploadPurpose, UploadStatus
from tuition.edge import EdgeRoute, Reading, Services, SignedIn, Writing, problems, unit_of
from tuition.platform import files

router = APIRouter(prefix="/v1/uploads", tags=["Uploads"], route_class=EdgeRoute)
UploadId = Annotated[UUID, Path(description="The upload.", examples=[ID_EXAMPLE])]
_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(?:\d{1,15}|\*)")
BINARY = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


class FileIn(Input):
    """A file that is about to be sent."""

    file_name: str = Field(min_length=1, max_length=500, examples=["film.mp4"])
    size: int = Field(ge=1, le=2**50, description="Bytes.", examples=[52_428_800])
    sha256: str | None = Field(
        default=None, pattern="^[0-9a-fA-F]{64}$", description="Of the whole file; compared on arrival.", examples=[None]
    )


class UploadIn(FileIn):
    """A file that is about to be sent, and what for."""

    content_id: UUID
    purpose: UploadPurpose = Field(
        description="`media`: the film or recording; `document`: the file to read; `cover`: a picture. `work` begins elsewhere."
    )


class UploadOut(BaseModel):
    """How far an upload is."""

    id: UUID
    content_id: UUID
    purpose: UploadPurpose
    status: UploadStatus
    file_name: str = Field(examples=["film.mp4"])
    size: int
    received: int = Field(description="The number of the next byte to send.")
    failure: str | None = Field(description="Why the file was refused, in a sentence.")
    expires_at: datetime = Field(description="Until when it waits for the next chunk.")

    @classmethod
    def of(cls, upload: catalog.Upload) -> UploadOut:
        """How it is shown."""
        return cls.model_validate(upload, from_attributes=True)


class UploadsOut(BaseModel):
    """Uploads that are not finished."""

    items: list[UploadOut]


@router.post("", status_code=201, responses=problems(401, 404, 409, 413), summary="Announce a file")
async def begin(body: UploadIn, session: Writing, actor: SignedIn, services: Services) -> UploadOut:
    """Announce a file for one of your contents. Then send its bytes with `PUT /v1/uploads/{id}` and finish with `…/complete`."""
    limits = catalog.UploadLimits(services.settings.upload_max_bytes, services.settings.image_max_bytes)
    upload = await catalog.begin_upload(
        session,
        actor,
        body.content_id,
        body.purpose,
        file_name=body.file_name,
        size=body.size,
        sha256=body.sha256,
        limits=limits,
    )
    return UploadOut.of(upload)


@router.get("", responses=problems(401), summary="List unfinished uploads")
async def unfinished(session: Reading, actor: SignedIn) -> UploadsOut:
    """What you began and can continue."""
    return UploadsOut(items=[UploadOut.of(upload) for upload in await catalog.unfinished_uploads(session, actor)])


@router.get("/{upload_id}", responses=problems(401, 404), summary="Show an upload")
async def show(upload_id: UploadId, session: Reading, actor: SignedIn) -> UploadOut:
    """How far it is, and where to continue."""
    return UploadOut.of(await catalog.get_upload_for(session, actor, upload_id))


@router.head("/{upload_id}", response_class=Response, responses=problems(401, 404), summary="Ask where to continue")
async def offset(upload_id: UploadId, session: Reading, actor: SignedIn) -> Response:
    """The number of the next byte, in `Upload-Offset`."""
    return Response(headers=_headers(await catalog.get_upload_for(session, actor, upload_id)))


@router.put(
    "/{upload_id}", responses=problems(401, 404, 409, 413), summary="Send bytes", openapi_extra=BINARY, response_model=UploadOut
)
async def send(
    upload_id: UploadId,
    request: Request,
    response: Response,
    actor: SignedIn,
    services: Services,
    content_range: Annotated[str | None, Header(max_length=100, examples=["bytes 0-1048575/52428800"])] = None,
    upload_offset: Annotated[int | None, Header(ge=0, le=2**50, examples=[None])] = None,
) -> UploadOut:
    """Send the next bytes, as many as you like. `Content-Range` or `Upload-Offset` says where they begin (left out: at 0).

    What has arrived counts even when the connection breaks: ask where to continue, and go on from there. A start that is not the
    next byte is refused with 409 and the `expected` one. This is idempotent by nature and takes no `Idempotency-Key`.
    """
    start = _start(content_range, upload_offset)
    await let_go(request)
    store = services.service(files.Store)
    upload = await catalog.receive(
        services.database, store, actor, upload_id, start=start, chunks=_until_it_breaks(request.stream())
    )
    response.headers.update(_headers(upload))
    return UploadOut.of(upload)


@router.post("/{upload_id}/complete", responses=problems(401, 404, 409), summary="Finish an upload")
async def complete(upload_id: UploadId, request: Request, actor: SignedIn, services: Services) -> UploadOut:
    """Put the file together and look at it. What is not what it must be is refused with the reason (422), and nothing is kept.

    A film is then packaged in the background: follow it with `GET /v1/contents/{id}/media`.
    """
    await let_go(request)
    store = services.service(files.Store)
    return UploadOut.of(await catalog.finish_upload(services.database, store, actor, upload_id))


@router.delete("/{upload_id}", status_code=204, responses=problems(401, 404, 409), summary="Give an upload up")
async def cancel(upload_id: UploadId, session: Writing, actor: SignedIn) -> None:
    """Forget the bytes that have arrived."""
    await catalog.cancel_upload(session, actor, upload_id)


def _start(content_range: str | None, upload_offset: int | None) -> int:
    if content_range is None:
        return upload_offset or 0
    match = _RANGE.fullmatch(content_range.strip())
    if match is None:
        raise catalog.FieldInvalid(field="Content-Range", reason="write it as bytes 0-1048575/52428800")
    return int(match[1])


async def let_go(request: Request) -> None:
    """Hold no transaction while bytes travel."""
    # Who asks is known; no transaction may stay open while bytes travel over a slow line.
    await (await unit_of(request).reading()).rollback()


async def _until_it_breaks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    except ClientDisconnect:
        # Nobody waits for the answer, but what has arrived counts.
        return


def _headers(upload: catalog.Upload) -> dict[str, str]:
    return {"upload-offset": str(upload.received), "upload-length": str(upload.size), "cache-control": "no-store"}
