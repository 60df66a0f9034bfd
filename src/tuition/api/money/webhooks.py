"""Where providers tell us what happened."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from tuition import payments
from tuition.edge import EdgeRoute, Services, Writing, problem_response, problems

router = APIRouter(tags=["payments"], route_class=EdgeRoute)

BODY_BYTES_MAX = 1_000_000


@router.post("/webhooks/{provider}", summary="Receive a provider's message", responses=problems(400, 413))
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
    return JSONResponse({"received": True, "id": str(event.id)})
