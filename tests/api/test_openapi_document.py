"""The document that programs are written by: whole, described, and true of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema_rs import Draft202012Validator, meta

from tuition import api
from tuition.api.about import health, openapi
from tuition.edge.problems import MEDIA_TYPE

METHODS = {"get", "head", "post", "put", "patch", "delete"}
NO_BODY = {"204", "304"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = FastAPI(title="Tuition", version="0")
    for router in [health.router, *api.ROUTERS]:
        app.include_router(router)
    made: dict[str, Any] = json.loads(json.dumps(openapi.document(app)))
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert method in METHODS, f"{method} {path}"
            yield f"{method.upper()} {path}", operation


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, operation in operations(document):
        parts = {"request": operation.get("requestBody", {})} | operation["responses"]
        for part, body in parts.items():
            for media_type, content in body.get("content", {}).items():
                yield f"{name} {part} {media_type}", content


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation.get("summary"), name
        assert operation.get("description"), f"{name} has no description"
        assert operation.get("tags"), name
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_every_answer_is_described_and_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    found = []
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if not answer["description"]:
                found.append(f"{name} {status} is not described")
            if (
                status >= "400"
                and name != "GET /readyz"
                and answer.get("content", {}).get(MEDIA_TYPE, {}).get("schema") != problem
            ):
                found.append(f"{name} {status} is no problem")
            if status < "400" and status not in NO_BODY and not name.startswith("HEAD") and not answer.get("content"):
                found.append(f"{name} {status} has no body")
        assert min(operation["responses"]) < "400", name
    assert not found, "\n".join(found)


def test_every_body_has_a_type(document: dict[str, Any]) -> None:
    assert not [name for name, content in bodies(document) if "json" in name.rpartition(" ")[2] and not content.get("schema")]


def test_every_body_and_parameter_has_an_example_that_fits_it(document: dict[str, Any]) -> None:
    def fits(schema: dict[str, Any], example: Any) -> list[str]:
        validator = Draft202012Validator(schema | {"components": document["components"]}, validate_formats=True)
        return [error.message for error in validator.iter_errors(example)]

    found = []
    for name, content in bodies(document):
        if "json" in name.rpartition(" ")[2]:
            found += [f"{name} has none"] * ("example" not in content)
            found += [f"{name}: {message}" for message in fits(content["schema"], content.get("example"))]
    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert "example" in parameter, f"{name} {parameter['name']}"
            found += [f"{name} {parameter['name']}: {message}" for message in fits(parameter["schema"], parameter["example"])]
    assert not found, "\n".join(found)


def test_every_write_takes_an_idempotency_key_except_what_providers_say(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        method, path = name.split()[:2]
        if not path.startswith("/webhooks/") and method in {"POST", "PUT", "PATCH", "DELETE"}:
            assert any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]), name


def test_the_document_itself_is_valid(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        meta.validate(schema)
    assert not [name for name, schema in schemas.items() if not schema.get("description")]
    mentioned = json.dumps(document).split('"#/components/schemas/')[1:]
    for reference in mentioned:
        assert reference.partition('"')[0] in schemas
