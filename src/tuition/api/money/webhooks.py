"""Where providers tell us what happened."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from tuition import payments
from tuition.edge import EdgeRoute, Services, Writing, problem_response, problems

router = APIRouter(tags=["payments"], route_class=EdgeRoute)

BODY_BYTES_MAX = 1_000_000


class ReceivedOut(BaseModel):
    """A message that was taken in."""

    received: bool = True
    id: UUID


@router.post(
    "/webhooks/{provider}",
    summary="Receive a provider's message",
    response_model=ReceivedOut,
    responses=problems(400, 404, 413),
)
async def receive(provider: str, request: Request, session: Writing, services: Services) -> Response:
    """Verified, stored as it came, answered; then understood by a job, once. A wrong signature is 400 and stores nothing."""
    body = await request.body()
    if len(body) > BODY_BYTES_MAX:
        return problem_response(413, "api.webhook_too_large", f"A message has at most {BODY_BYTES_MAX} bytes.")
    gateway = services.service(payments.Gateways)[provider]
    try:
        event = await payments.receive(session, gateway, dict(request.headers), body)
    except payments.SignatureInvalid as error:
        return problem_response(400, error.code, error.sentence)
    return JSONResponse(ReceivedOut(id=event.id).model_dump(mode="json"))
