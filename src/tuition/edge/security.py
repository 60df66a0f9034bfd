"""Cookies, cross-site writes, and the headers that keep a browser on our side."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuition.edge.problems import problem_response
from tuition.edge.runtime import runtime_of

COOKIE = "tuition"
COOKIE_SECURE = "__Host-tuition"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OUTSIDE_CALLERS = ("/webhooks/", "/packages/")
"""Paths that servers call, and packages in their sandbox: they prove themselves by a signature, not by a cookie."""


def _cookie_name(request: HTTPConnection) -> str:
    return COOKIE_SECURE if request.url.scheme in {"https", "wss"} else COOKIE


def sign_in_cookie(request: HTTPConnection) -> str | None:
    """The pages' credential, if the browser sent one."""
    return request.cookies.get(_cookie_name(request))


def set_sign_in_cookie(request: HTTPConnection, response: Response, value: str, *, max_age_s: int) -> None:
    """Hand the credential to the browser: not readable by scripts, not sent across sites, bound to this host over https."""
    secure = request.url.scheme == "https"
    response.set_cookie(_cookie_name(request), value, max_age=max_age_s, path="/", secure=secure, httponly=True, samesite="lax")


def clear_sign_in_cookie(request: HTTPConnection, response: Response) -> None:
    """Take the credential back."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_cookie_name(request), path="/", secure=secure, httponly=True, samesite="lax")


class SecurityMiddleware:
    """Refuse a write that another site's page started, and send the headers that every answer carries.

    A browser says where a request comes from (``Sec-Fetch-Site``, and ``Origin`` on every write); neither can be set by a page's
    script. So no token is needed in forms: a write that carries our cookie must come from our own pages. A program with a bearer
    token has no cookie to steal and is not asked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        if scope["method"] not in SAFE_METHODS and self._is_cross_site(request):
            detail = "This request was started by another site. Open the page here and try again."
            await problem_response(403, "edge.cross_site", detail)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("referrer-policy", "strict-origin-when-cross-origin")
                headers.setdefault("x-frame-options", "SAMEORIGIN")
                headers.setdefault("cross-origin-opener-policy", "same-origin")
                if request.url.scheme == "https":
                    headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")
            await send(message)

        await self.app(scope, receive, send_with_headers)

    @staticmethod
    def _is_cross_site(request: HTTPConnection) -> bool:
        if request.url.path.startswith(OUTSIDE_CALLERS) or (sign_in_cookie(request) is None and _is_program(request)):
            return False
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = request.headers.get("origin")
        if origin is None:
            return False
        own = {request.url.netloc, urlsplit(runtime_of(request).settings.public_url or "").netloc}
        return urlsplit(origin).netloc not in own


def _is_program(request: HTTPConnection) -> bool:
    return "authorization" in request.headers
