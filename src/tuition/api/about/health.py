"""For whoever watches the machines: alive, ready, and the figures."""

from __future__ import annotations

import hmac
import ipaddress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from tuition.edge import Services, problems
from tuition.kernel import DomainError, ErrorKind
from tuition.platform import files, telemetry
from tuition.platform.settings import Settings

router = APIRouter(tags=["operations"])


class MetricsRefused(DomainError):
    """The figures are for this machine, or for whoever sends the token that the settings name."""

    kind = ErrorKind.NEEDS_PERMISSION
    code = "api.metrics_refused"


class Health(BaseModel):
    """How the process is."""

    status: str = Field(examples=["ok"])


class CheckOut(BaseModel):
    """One thing that was looked at."""

    ok: bool
    detail: str = Field(description="What is wrong, or more about it.", examples=["1 workers"])
    needed: bool = Field(description="Whether requests cannot be answered without it.")


class Readiness(BaseModel):
    """Whether requests can be served, and what was looked at to know it."""

    status: str = Field(examples=["ready"])
    checks: dict[str, CheckOut]


@router.get("/healthz", summary="Is the process alive?")
async def alive() -> Health:
    """Answers without asking anybody: restart the process when this does not."""
    return Health(status="ok")


@router.get(
    "/readyz",
    summary="Can requests be served?",
    response_model=Readiness,
    responses={503: {"description": "Keep traffic away", "model": Readiness}},
)
async def ready(services: Services) -> Response:
    """Looks at the database, its schema, the files and the workers.

    Answers 200 when everything that is needed is well, 503 otherwise: keep traffic away while it does.
    """
    probes = {"files": services.service(files.Store).probe} if services.services.has(files.Store) else {}
    health = await telemetry.readiness(services.database, probes=probes)
    checks = {name: CheckOut(ok=one.ok, detail=one.detail, needed=one.needed) for name, one in health.checks.items()}
    body = Readiness(status="ready" if health.ready else "not ready", checks=checks)
    return JSONResponse(body.model_dump(), status_code=200 if health.ready else 503, headers={"cache-control": "no-store"})


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={**problems(403, 503), 200: {"description": "Prometheus text format", "content": {"text/plain": {}}}},
)
async def metrics(request: Request, services: Services) -> Response:
    """Requests, connections, jobs and money of this process.

    Send `TUITION_METRICS_TOKEN` as a bearer token; where none is set, only this machine may ask.
    """
    if not _may_read(request, services.settings):
        raise MetricsRefused
    body = await telemetry.render_metrics(services.database)
    return Response(body, headers={"content-type": telemetry.CONTENT_TYPE, "cache-control": "no-store"})


def _may_read(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is None:
        return request.client is not None and _is_this_machine(request.client.host)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(token.encode(), settings.metrics_token.get_secret_value().encode())


def _is_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
