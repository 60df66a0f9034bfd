"""The OpenAPI document: what FastAPI makes, with our problem answers and the two ways to sign in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from tuition.api.about.examples import example_of
from tuition.api.playing import OPERATION, PATH
from tuition.edge.body import MoneyOut
from tuition.edge.problems import MEDIA_TYPE, TITLES, Problem, problems
from tuition.edge.security import OUTSIDE_CALLERS

DESCRIPTION = """
Everything that the pages do, a program can do. Amounts are integers in the currency's minor unit. Ids are UUIDv7. Times are
RFC 3339 in UTC.

**Signing in.** `POST /v1/auth/sign-in` gives an access token (send it as `Authorization: Bearer …`) and a refresh token.
**Writing twice.** Every write takes an `Idempotency-Key` header: the same key with the same body gives the first answer again and
moves nothing; the same key with another body is refused with 422.
**Lists** take `limit` and `cursor` and answer with `items` and `next_cursor`.
**Refusals** are `application/problem+json` (RFC 9457): 402 needs money, 403 needs permission or a verified address, 404 is also
what is not yours, 409 does not fit the present state, 422 is invalid.
"""
# Nothing more can be paid, no such session, it has ended, too much at once.
_REFUSED_REPORT = {str(status): answer for status, answer in problems(402, 404, 410, 503).items()}
WRITES = frozenset({"post", "put", "patch", "delete"})
IDEMPOTENCY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "A value of your choosing that names this attempt; repeat it to ask again without doing it again.",
    "example": "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10",
}


def document(app: FastAPI) -> dict[str, Any]:
    """Make the document once and keep it on the application."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title="Tuition", version=app.version, description=DESCRIPTION, routes=app.routes, tags=app.openapi_tags
        )
        components = schema.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        # The heartbeat is answered before FastAPI sees it, so its operation is written by hand.
        schema["paths"][PATH] = {"post": {**OPERATION, "responses": OPERATION["responses"] | _REFUSED_REPORT}}
        schemas.setdefault("MoneyOut", MoneyOut.model_json_schema(ref_template="#/components/schemas/{model}"))
        schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "description": "The access token of POST /v1/auth/sign-in."},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "tuition", "description": "The pages' own cookie."},
        }
        schema["security"] = [{"bearer": []}, {"cookie": []}, {}]
        for path, operations in schema.get("paths", {}).items():
            for method, operation in operations.items():
                _complete(path, method, operation)
                _exemplify(operation, schemas)
        app.openapi_schema = schema
    return app.openapi_schema


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    if method in WRITES and not path.startswith(OUTSIDE_CALLERS):
        operation.setdefault("parameters", []).append(IDEMPOTENCY_PARAMETER)
    responses = operation.setdefault("responses", {})
    for status in (400, 401, 403, 422, 429) + ((409, 413, 415) if method in WRITES else ()):
        if str(status) not in responses or status == 422:
            responses[str(status)] = {
                "description": TITLES[status],
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }


def _exemplify(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Show one request and one answer of each kind, where whoever wrote the operation has not."""
    for parameter in operation.get("parameters", []):
        if "example" not in parameter and "examples" not in parameter:
            parameter["example"] = example_of(parameter["schema"], schemas)
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        for media_type, content in body.get("content", {}).items():
            if "json" in media_type and "example" not in content and "examples" not in content and content.get("schema"):
                content["example"] = example_of(content["schema"], schemas)
