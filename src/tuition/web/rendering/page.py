"""From a handler to a page: ``return render(request, "wallet/page.html", lots=lots)``."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tuition.kernel import DomainError
from tuition.web.rendering.drawing import theme
from tuition.web.rendering.environment import environment
from tuition.web.rendering.formatting import refusal
from tuition.web.rendering.reader import Reader, reader_of, reading_as
from tuition.web.rendering.security import content_policy
from tuition.web.rendering.shell import is_current, shell_of, theme_of

FLASH_COOKIE = "flash"
FLASH_MAX = 600
"""Letters of a message that is carried over a redirect."""
ADDRESS_MARKS = ":/%#?=@[]!$&'()*+,;"
"""What an address is made of besides letters and digits (RFC 3986)."""
TONES = ("good", "note", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Flash:
    """A message for the next page."""

    text: str
    tone: str = "good"


def page_reader(request: Request) -> Reader:
    """Who reads this request's page."""
    shell = shell_of(request)
    viewer = shell.viewer
    return reader_of(
        request,
        preferred_language=viewer.language if viewer else None,
        preferred_zone=viewer.zone if viewer else None,
        default=Reader(shell.site.default_language, shell.site.zone),
    )


def render(
    request: Request,
    name: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    policy: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A whole page, or with a template whose name begins with ``_`` the fragment that htmx asked for.

    ``policy`` adds sources to the content security policy, such as ``{"form-action": "https://pay.example"}``.
    """
    nonce = secrets.token_urlsafe(16)
    shell = shell_of(request)
    flash = _read_flash(request)
    with reading_as(page_reader(request)) as reader:
        surroundings: dict[str, Any] = {
            "flash": flash,
            "is_current": lambda href: is_current(request, href),
            "is_htmx": request.headers.get("hx-request") == "true",
            "nonce": nonce,
            "reader_language": reader.language,
            "request": request,
            "shell": shell,
            "site": shell.site,
            "theme": theme_of(request),
            "theme_css": theme.stylesheet(shell.site.primary_color),
            "viewer": shell.viewer,
            "with_query": lambda **changes: with_query(request, **changes),
        }
        body = environment().get_template(name).render(surroundings | context)
    response = HTMLResponse(body, status_code=status, headers=dict(headers or {}))
    response.headers["content-security-policy"] = content_policy(nonce, policy or {})
    response.headers.setdefault("vary", "Cookie, Accept-Language, HX-Request")
    response.headers.setdefault("cache-control", "private, no-cache")
    if flash:
        response.delete_cookie(FLASH_COOKIE, path="/")
    return response


def render_refusal(request: Request, error: DomainError, status: int) -> HTMLResponse:
    """The page for a refusal: what happened in one sentence, and what to do next. For htmx, a fragment that fits anywhere."""
    with reading_as(page_reader(request)):
        detail = refusal(error)
    return render_problem(request, status, detail=detail, code=error.code, fields=error.fields)


def render_problem(
    request: Request, status: int, *, detail: str = "", code: str = "", fields: Mapping[str, Any] | None = None
) -> HTMLResponse:
    """The page for an answer that is not the one hoped for (404, 403, 402, 500, 503).

    What the edge itself says (``edge.…``) is English, for programs; for people the page has words of its own.
    """
    if code.startswith("edge."):
        detail = ""
    if request.headers.get("hx-request") == "true":
        return render(request, "layouts/_problem.html", status=status, problem=status, detail=detail)
    return render(request, "layouts/error.html", status=status, problem=status, detail=detail, code=code, fields=fields or {})


def see_other(request: Request, address: str, *, say: str = "", tone: str = "good") -> Response:
    """After a form: on to the next page (303), with a message that it shows once. ``say`` is already in the reader's language."""
    assert tone in TONES, tone
    response: Response
    if request.headers.get("hx-request") == "true":
        # A header holds Latin letters only; the other kind of redirect writes the rest as this does.
        response = Response(status_code=204, headers={"hx-redirect": quote(address, safe=ADDRESS_MARKS)})
    else:
        response = RedirectResponse(address, status_code=303)
    if say:
        value = json.dumps([tone, say[:FLASH_MAX]])
        response.set_cookie(FLASH_COOKIE, urlencode({"m": value}), max_age=60, path="/", httponly=True, samesite="lax")
    return response


def with_query(request: Request, **changes: str | int | None) -> str:
    """This address with other query parameters; ``None`` removes one. Changing a filter goes back to the first page."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name not in {*changes, "cursor"}]
    pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
    query = urlencode(pairs)
    return f"{request.url.path}?{query}" if query else request.url.path


def _read_flash(request: Request) -> Flash | None:
    from_cookie = request.cookies.get(FLASH_COOKIE)
    if not from_cookie:
        return None
    try:
        tone, text = json.loads(_decoded(from_cookie))
    except (ValueError, TypeError):
        return None
    return Flash(str(text)[:FLASH_MAX], tone if tone in TONES else "note")


def _decoded(cookie: str) -> str:
    return parse_qs(cookie).get("m", [""])[0]
