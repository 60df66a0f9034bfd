"""What a refusal becomes: a problem for programs (RFC 9457), a page for people; both in the reader's language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from tuition import identity
from tuition.edge import open_unit, problem_response, status_of
from tuition.edge.problems import TITLES
from tuition.kernel import DomainError
from tuition.web.rendering import page_reader, reading_as, refusal, render_problem, render_refusal
from tuition.web.site.detours import to_confirm, to_second_factor, to_sign_in, to_terms
from tuition.web.site.surroundings import load_shell

log = structlog.get_logger(__name__)
PROGRAM_PATHS = ("/v1/", "/webhooks/", "/media/", "/packages/", "/healthz", "/readyz", "/metrics", "/openapi.json")
RETRY_AFTER_S = "5"
UNIQUE_VIOLATION = "23505"


def _is_for_program(request: Request) -> bool:
    return request.url.path.startswith(PROGRAM_PATHS)


def _answer(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    fields: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    if _is_for_program(request):
        return problem_response(status, code, detail, fields=fields, headers=headers)
    response = render_problem(request, status, detail=detail, code=code, fields=fields)
    response.headers.update(headers or {})
    return response


async def _dress(request: Request) -> None:
    """Put the site around a page that no handler was found for: what stands around every page is loaded for a handler."""
    if getattr(request.state, "shell", None) is not None:
        return
    try:
        async with open_unit(request):
            await load_shell(request)
    except (DomainError, OperationalError, PoolTimeout) as error:
        log.info("edge.undressed", error=type(error).__name__)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    status = status_of(error)
    retry = error.fields.get("retry_after_s")
    headers = {"retry-after": str(retry)} if retry is not None else {}
    if isinstance(error, identity.SignInNeeded) and not _is_for_program(request) and request.method == "GET":
        return to_sign_in(request)
    if isinstance(error, identity.TermsChanged) and not _is_for_program(request):
        return to_terms(request)
    if isinstance(error, identity.FreshSignInNeeded) and not _is_for_program(request):
        return to_confirm(request)
    if isinstance(error, identity.SecondFactorNeeded) and not _is_for_program(request):
        return to_second_factor(request)
    if _is_for_program(request):
        with reading_as(page_reader(request)) as reader:
            said = refusal(error)
        headers |= {"content-language": reader.language, "vary": "Accept-Language"}
        return problem_response(status, error.code, said, fields=error.fields, headers=headers)
    response = render_refusal(request, error, status)
    response.headers.update(headers)
    return response


async def _refuse_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [{"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]} for item in error.errors()]
    detail = "; ".join(f"{item['field']}: {item['message']}" for item in wrong[:5]) or TITLES[422]
    status = 404 if not _is_for_program(request) and request.method == "GET" else 422
    return _answer(request, status, "edge.input_invalid", detail, fields={"errors": wrong})


async def _refuse_taken(request: Request, error: Exception) -> Response:
    # Two asked for the same thing in the same moment; the database let one of them have it, as it should.
    if getattr(getattr(error, "orig", None), "sqlstate", None) != UNIQUE_VIOLATION:
        return await _broke(request, error)
    log.info("edge.taken", error=str(getattr(error, "orig", error)).splitlines()[0])
    return _answer(request, 409, "edge.taken", "Somebody was faster, or this was done already. Look again before you go on.")


async def _refuse_value(request: Request, error: Exception) -> Response:
    # What passed our checks and PostgreSQL still cannot store: a NUL in a text, a number beyond its column.
    log.info("edge.value_refused", error=str(getattr(error, "orig", error)).splitlines()[0])
    return _answer(request, 422, "edge.value_invalid", "A value is outside what can be stored. Shorten or correct it.")


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if not _is_for_program(request):
        await _dress(request)
    title = TITLES.get(error.status_code, "Refused")
    detail = str(error.detail) if error.status_code in {400, 413} else f"{title}."
    return _answer(request, error.status_code, "edge.http", detail, headers=dict(error.headers or {}))


async def _unavailable(request: Request, error: Exception) -> Response:
    log.error("edge.database_unavailable", error=type(error).__name__)
    detail = "We are busy or restarting. Try again in a few seconds."
    return _answer(request, 503, "edge.unavailable", detail, headers={"retry-after": RETRY_AFTER_S})


async def _broke(request: Request, error: Exception) -> Response:
    log.error("edge.broke", path=request.url.path, exc_info=error)
    return _answer(request, 500, "edge.broke", "Something broke on our side. It has been noted; try again later.")


HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    DomainError: _refuse,
    RequestValidationError: _refuse_input,
    DataError: _refuse_value,
    IntegrityError: _refuse_taken,
    HTTPException: _refuse_http,
    OperationalError: _unavailable,
    PoolTimeout: _unavailable,
    Exception: _broke,
}
"""Who answers when something is raised."""
