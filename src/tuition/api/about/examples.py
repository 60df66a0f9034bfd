"""Examples for every body of the OpenAPI document, put together from the examples of its fields."""

from __future__ import annotations

from typing import Any

BY_FORMAT = {
    "uuid": "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10",
    "date-time": "2026-03-02T09:00:00Z",
    "date": "2026-03-02",
    "email": "ada@example.org",
    "uri": "https://example.org",
    "binary": "",
}
BY_TYPE: dict[str, Any] = {"string": "text", "boolean": True, "null": None}
DEPTH_MAX = 40


def example_of(schema: dict[str, Any], schemas: dict[str, Any], *, depth: int = 0) -> Any:
    """A value that fits a schema: its own example, else its default, else the plainest one."""
    assert depth < DEPTH_MAX, "a schema that holds itself has no plain example"
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth=depth + 1)
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("default") is not None:
        return schema["default"]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return example_of(schema[choice][0], schemas, depth=depth + 1)
    return _plainest(schema, schemas, depth)


def _plainest(schema: dict[str, Any], schemas: dict[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    match kind:
        case "object":
            members = schema.get("properties", {}).items()
            return {name: example_of(member, schemas, depth=depth + 1) for name, member in members}
        case "array":
            if schema.get("prefixItems"):
                return [example_of(item, schemas, depth=depth + 1) for item in schema["prefixItems"]]
            count = max(1, schema.get("minItems", 1))
            return [example_of(schema["items"], schemas, depth=depth + 1)] * count if "items" in schema else []
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
            return max(0, least)
        case "string":
            return BY_FORMAT.get(schema.get("format", ""), BY_TYPE["string"])
        case _:
            return BY_TYPE.get(kind or "")
