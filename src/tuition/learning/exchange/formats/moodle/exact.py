"""The whole question beside what a format can say of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tuition.learning.exchange.values import FoundQuestion, found
from tuition.learning.questions import AnyQuestion, QuestionInvalid, parse


def kept(body: AnyQuestion, points: Decimal, tags: Iterable[str], written: str) -> str:
    """One line for a question that is written like this."""
    digest = hashlib.sha256(written.encode()).hexdigest()
    whole = {"body": body.model_dump(mode="json"), "digest": digest, "points": f"{points:f}", "tags": list(tags)}
    return json.dumps(whole, ensure_ascii=True, sort_keys=True)


def whole_of(line: str) -> Any:
    """What stands there. Raises ``ValueError`` also for signs that no text can hold."""
    whole = json.loads(line)
    # Half of a pair of surrogates cannot be encoded, and PostgreSQL keeps no NUL.
    if b"\\u0000" in json.dumps(whole, ensure_ascii=False).encode():
        raise ValueError("a text holds no noughts.")
    return whole


def restored(line: str, written: str, name: str, kind: str) -> FoundQuestion | None:
    """The question itself, if it is still written as it was."""
    try:
        whole = whole_of(line)
        if whole["digest"] != hashlib.sha256(written.encode()).hexdigest():
            return None
        points, tags = Decimal(whole["points"]), tuple(map(str, whole["tags"]))
        return found(name, kind, parse(whole["body"]), points=points, tags=tags)
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError, QuestionInvalid):
        return None
