"""What is settled before a request is looked at: where it comes from, whom it asks for, how much it may carry, how often."""

from __future__ import annotations

from typing import cast

from fastapi import HTTPException, Request
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuition.edge.problems import problem_response
from tuition.edge.runtime import runtime_of
from tuition.edge.security import OUTSIDE_CALLERS, SAFE_METHODS, sign_in_cookie
from tuition.edge.telemetry import is_beat
from tuition.learning import exchange, pictures
from tuition.platform import rates
from tuition.platform.settings import Settings

PROBES = ("/healthz", "/readyz", "/metrics")
"""Asked for by machines that know an address and no name."""
FILES = "/v1/uploads/"
"""Where files arrive; they have a limit of their own."""
PACKAGES = {"PUT": "/v1/imports/", "POST": "/studio/imports"}
"""Where packages of other programs arrive, which are read whole."""
PICTURES = "/v1/pictures"
"""Where pictures for texts arrive."""
OF_PACKAGES = ("/packages/", "/static/")
"""All that there is under the host name of packages."""
PACKAGE_BYTES_MAX = exchange.FILE_BYTES_MAX + 1_048_576
"""The form around a package takes some."""


class GateMiddleware:
    """Believe proxies that are trusted, refuse names that are not ours, and stop bodies that are too large.

    A name that is not ours would end up in links that we mail (host header injection) or let a foreign page read us under its own
    name (DNS rebinding). It is only checked where somebody has said what our name is.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._limit = settings.body_max_bytes
        is_named = bool({"public_url", "allowed_hosts"} & settings.model_fields_set)
        self._packages_host = settings.packages_host
        self._hosts = frozenset(host.lower() for host in settings.hosts) if is_named else None
        self._app = app
        trusted = list(settings.trusted_proxies)
        wrapped = wrap_asgi_with_proxy_headers(self._serve, trusted)
        self._proxied = cast(ASGIApp, wrapped)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_forwarded = scope["type"] == "http" and any(name == b"x-forwarded-for" for name, _ in scope["headers"])
        await (self._proxied if is_forwarded else self._serve)(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_beat(scope):
            # A player's report is signed for its session, names no host, and has a smaller limit of its own.
            await self._app(scope, receive, send)
            return
        if self._hosts is not None and not scope["path"].startswith(PROBES) and _host(scope) not in self._hosts:
            detail = "This address does not lead here. Check the link, or the setting allowed_hosts."
            await problem_response(400, "edge.host_unknown", detail)(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        if self._packages_host and _host(scope) == self._packages_host and not path.startswith(OF_PACKAGES):
            # What people have packed shares this name; nothing of ours may.
            await problem_response(404, "edge.http", "Not found.")(scope, receive, send)
            return
        if method == "PUT" and path.startswith(FILES):
            await self._app(scope, receive, send)
            return
        limit = self._limit
        if method in PACKAGES and path.startswith(PACKAGES[method]):
            limit = PACKAGE_BYTES_MAX
        elif method == "POST" and path == PICTURES:
            limit = max(limit, pictures.PICTURE_BYTES_MAX)
        await self._app(scope, _limited(scope, receive, limit), send)


def _host(scope: Scope) -> str:
    named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
    return named.partition("]")[0] + "]" if named.startswith("[") else named.partition(":")[0]


def _limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """Read no more than that. It is said where the body is read, so that a page gets a page and a program a problem."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    size = int(declared) if declared.isdigit() and len(declared) < 20 else 0
    read = 0

    async def receive_limited() -> Message:
        nonlocal read
        if size <= limit:
            message = await receive()
            read += len(message.get("body", b""))
            if read <= limit:
                return message
        raise HTTPException(413, f"A request may carry {limit} bytes; larger files go through an upload.")

    return receive_limited


async def limit_visitors(request: Request) -> None:
    """Let visitors write only so often from one address. Members are known, and limited where it matters."""
    if request.method in SAFE_METHODS or request.url.path.startswith(OUTSIDE_CALLERS) or request.client is None:
        return
    if "authorization" in request.headers or sign_in_cookie(request):
        return
    runtime = runtime_of(request)
    await rates.hit(
        runtime.database, f"edge.visitors:{request.client.host}", limit=runtime.settings.requests_per_minute, per_s=60
    )
