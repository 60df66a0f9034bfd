"""The log: structured, with request ids, and without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from contextvars import Token
from typing import Any, TextIO

import structlog

from tuition.kernel import new_id

REQUEST_ID_LENGTH_MAX = 64
HIDDEN = "[hidden]"
_DEPTH_MAX = 6
# Names whose values are nobody's business; "key" only as a word of its own or at the end, so that "keyboard" stays readable.
_SECRET_NAME = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|credential|signature|iban|card_?number|cvc|(?:^|[_-])(?:api_?)?key$",
    re.IGNORECASE,
)
_SECRET_TEXT = (
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"([?&](?:token|code|signature|key|lease)=)[^&\s\"']+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:sk|rk|whsec|re|SG)_(?:live_|test_)?[\w-]{12,}"), HIDDEN),
)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]+")


def configure_logs(*, json: bool, level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything, also what libraries log, one line each to ``stream`` (standard error), as JSON or for people."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    last: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove_meta, last]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # They tell every job and every request of theirs; ours are told once, by us.
    for name in ("procrastinate", "httpx", "httpcore", "botocore", "starlette_admin"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def new_request_id(given: str | None = None) -> str:
    """The caller's request id if it is one, or a new one."""
    if given and len(given) <= REQUEST_ID_LENGTH_MAX and _REQUEST_ID.fullmatch(given):
        return given
    return new_id().hex


def bind_request(request_id: str, **about: Any) -> Mapping[str, Token[Any]]:
    """Let every line from here on carry the request id. Give the answer to ``unbind_request``."""
    return structlog.contextvars.bind_contextvars(request_id=request_id, **about)


def unbind_request(bound: Mapping[str, Token[Any]]) -> None:
    """The request is over."""
    structlog.contextvars.reset_contextvars(**bound)


def redact(_logger: Any, _method: str, event: Any) -> Any:
    """Hide what must not be read in a log: by the name of a value, and by the look of a text."""
    return {name: _clean(name, value, 0) for name, value in event.items()}


def _clean(name: str, value: Any, depth: int) -> Any:
    if _SECRET_NAME.search(name) and value not in (None, "", True, False):
        return HIDDEN
    if depth >= _DEPTH_MAX:
        return value
    match value:
        case str():
            for pattern, instead in _SECRET_TEXT:
                value = pattern.sub(instead, value)
            return value
        case Mapping():
            return {key: _clean(str(key), item, depth + 1) for key, item in value.items()}
        case list() | tuple() if not hasattr(value, "_fields"):
            return [_clean("", item, depth + 1) for item in value]
    return value
