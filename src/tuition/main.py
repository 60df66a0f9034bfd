"""The composition root: builds the vendors, wires the rooms, lists the routers. The only place that knows everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

import tuition
from tuition import api, web
from tuition.api import openapi
from tuition.edge import Runtime, SecurityMiddleware, problem_response, status_of
from tuition.edge.problems import TITLES
from tuition.kernel import DomainError
from tuition.web import errors as error_pages

log = structlog.get_logger(__name__)
PROGRAM_PATHS = ("/v1/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/openapi.json")
RETRY_AFTER_S = "5"


def create_app(runtime: Runtime) -> FastAPI:
    """The ASGI application around a runtime."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await runtime.close()

    app = FastAPI(title="Tuition", version=tuition.__version__, lifespan=lifespan, docs_url="/docs", redoc_url=None)
    app.state.runtime = runtime
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign] # FastAPI's documented way to extend the document
    for router in api.ROUTERS:
        app.include_router(router)
    for router in web.ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.add_exception_handler(DomainError, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse_input)
    app.add_exception_handler(DataError, _refuse_value)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(OperationalError, _unavailable)
    app.add_exception_handler(PoolTimeout, _unavailable)
    app.add_exception_handler(Exception, _broke)
    app.add_middleware(SecurityMiddleware)
    return app


def _answer(
    request: Request, status: int, code: str, detail: str, fields: dict[str, object], headers: dict[str, str]
) -> Response:
    if request.url.path.startswith(PROGRAM_PATHS) or "text/html" not in request.headers.get("accept", ""):
        return problem_response(status, code, detail, fields=fields, headers=headers)
    return error_pages.render_error(request, status=status, code=code, detail=detail, fields=fields, headers=headers)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    retry = error.fields.get("retry_after_s")
    headers = {"retry-after": str(retry)} if retry is not None else {}
    return _answer(request, status_of(error), error.code, error_pages.sentence(request, error), error.fields, headers)


async def _refuse_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [{"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]} for item in error.errors()]
    detail = "; ".join(f"{item['field']}: {item['message']}" for item in wrong[:5]) or TITLES[422]
    return _answer(request, 422, "edge.input_invalid", detail, {"errors": wrong}, {})


async def _refuse_value(request: Request, error: Exception) -> Response:
    # What passed our checks and PostgreSQL still cannot store: a NUL in a text, a number beyond its column.
    log.info("edge.value_refused", error=str(getattr(error, "orig", error)).splitlines()[0])
    return _answer(request, 422, "edge.value_invalid", "A value is outside what can be stored. Shorten or correct it.", {}, {})


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = TITLES.get(error.status_code, "Refused")
    detail = str(error.detail) if error.status_code == 400 else f"{title}."
    return _answer(request, error.status_code, "edge.http", detail, {}, dict(error.headers or {}))


async def _unavailable(request: Request, error: Exception) -> Response:
    log.error("edge.database_unavailable", error=type(error).__name__)
    return _answer(
        request,
        503,
        "edge.unavailable",
        "We are busy or restarting. Try again in a few seconds.",
        {},
        {"retry-after": RETRY_AFTER_S},
    )


async def _broke(request: Request, error: Exception) -> Response:
    log.error("edge.broke", path=request.url.path, exc_info=error)
    return _answer(request, 500, "edge.broke", "Something broke on our side. It has been noted; try again later.", {}, {})
