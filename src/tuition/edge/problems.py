"""Refusals as answers: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from tuition.kernel import DomainError, ErrorKind, Money

MEDIA_TYPE = "application/problem+json"
STATUS: dict[ErrorKind, int] = {
    ErrorKind.UNAUTHENTICATED: 401,
    ErrorKind.NEEDS_MONEY: 402,
    ErrorKind.NEEDS_PERMISSION: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.GONE: 410,
    ErrorKind.TOO_LARGE: 413,
    ErrorKind.INVALID: 422,
    ErrorKind.TOO_MANY: 429,
    ErrorKind.UNAVAILABLE: 503,
}
TITLES: dict[int, str] = {
    400: "The request could not be read",
    401: "Sign in first",
    402: "This needs money",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This method does not fit here",
    409: "This does not fit the present state",
    410: "This has ended",
    413: "This is too large",
    415: "This media type is not understood",
    422: "Something in the input is wrong",
    429: "This came too often",
    500: "Something broke on our side",
    503: "Something we need does not answer",
}


class Problem(BaseModel):
    """A refusal (RFC 9457). ``code`` is for programs, ``detail`` for people; other members make it concrete."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        description="A stable reference for this kind of problem.", examples=["/problems/wallets.balance_too_small"]
    )
    title: str = Field(description="The kind of problem, in a few words.", examples=["This needs money"])
    status: int = Field(description="The HTTP status, repeated.", examples=[402])
    code: str = Field(description="Stable name of the refusal.", examples=["wallets.balance_too_small"])
    detail: str = Field(description="What happened and what to do next.", examples=["Your wallet lacks 1.20 EUR."])


def status_of(error: DomainError) -> int:
    """The status that a refusal becomes."""
    return STATUS[error.kind]


def problem_response(
    status: int, code: str, detail: str, *, fields: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer for a refusal."""
    body = {name: _plain(value) for name, value in (fields or {}).items()}
    body |= {
        "type": f"/problems/{code}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an operation that may refuse with these statuses (422 is always among them)."""
    return {
        status: {
            "description": TITLES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*statuses, 422})
    }


def _plain(value: object) -> Any:
    """A field of a refusal as JSON: money in full, everything unknown as its text."""
    match value:
        case Money():
            return {"amount_minor": value.minor, "currency": value.currency, "amount": f"{value.decimal:f}"}
        case None | bool() | int() | str():
            return value
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case _:
            return str(value)
