"""What is noted of every request: its id on each line of the log, its time and status among the figures."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuition.platform import telemetry

log = structlog.get_logger(__name__)
REQUEST_ID = "x-request-id"
BEAT_ROUTE = "/v1/play-sessions/{play_session_id}/intervals"
QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
"""Asked for so often, and with so little to tell, that the log keeps them for those who look closely."""
GONE = 499
"""The caller hung up before the answer (nginx's number: HTTP has none)."""


def is_beat(scope: Scope) -> bool:
    """Whether this is a player's report, the busiest of all requests."""
    path: str = scope["path"]
    return scope["method"] == "POST" and path.endswith("/intervals") and path.startswith("/v1/play-sessions/")


class TelemetryMiddleware:
    """Outermost: whatever is inside, it is counted and can be found again by its id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif is_beat(scope):
            await self._count_beat(scope, receive, send)
        else:
            await self._note(scope, receive, send)

    async def _count_beat(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Thousands a second: a figure and nothing else. Whoever needs the line of one finds it in the play session.
        begun = perf_counter()
        status = GONE

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            telemetry.observe_request("POST", BEAT_ROUTE, status, perf_counter() - begun)

    async def _note(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = perf_counter()
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
        request_id = telemetry.new_request_id(given or None)
        status, answered_s = GONE, 0.0

        async def send_noting(message: Message) -> None:
            nonlocal status, answered_s
            if message["type"] == "http.response.start":
                # The time to the answer, not to its end: a film or an open line would drown the others.
                status, answered_s = message["status"], perf_counter() - begun
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        bound = telemetry.bind_request(request_id)
        try:
            await self.app(scope, receive, send_noting)
        except Exception:
            status = 500 if status == GONE else status
            raise
        finally:
            answered_s = answered_s or perf_counter() - begun
            route = route_of(scope)
            telemetry.observe_request(_method(scope["method"]), route, status, answered_s)
            weigh = log.debug if scope["path"].startswith(QUIET) else log.info
            weigh(
                "request",
                method=scope["method"],
                path=scope["path"],
                route=route,
                status=status,
                milliseconds=round(answered_s * 1000, 1),
            )
            telemetry.unbind_request(bound)


def route_of(scope: Scope) -> str:
    """The pattern of the route that answered, so that there is one figure for it and not one per id."""
    route: Any = scope.get("route")
    if path := getattr(route, "path", None):
        return str(path)
    return "/static" if scope["path"].startswith("/static/") else "(none)"


def _method(named: str) -> str:
    # A caller may write anything here; each new word would be a figure of its own for ever.
    return named if named in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "(other)"
