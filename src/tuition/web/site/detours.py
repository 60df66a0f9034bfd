"""Where somebody is sent before they may go on: to sign in, to prove it again, to agree to the terms."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response


def to_confirm(request: Request) -> Response:
    """Ask whoever is signed in to prove it again, and lead back to the page or, after a form, to the page that it stood on."""
    if request.method == "GET":
        return _by_way_of(request, f"/confirm?next={quote(_here(request))}")
    return _by_way_of(request, f"/confirm?again=yes&next={quote(_page_before(request))}")


def to_second_factor(request: Request) -> Response:
    """Lead somebody whose role needs a second step to where one is set up."""
    return _by_way_of(request, f"/settings/security/required?next={quote(_here(request) if request.method == 'GET' else '/')}")


def to_sign_in(request: Request) -> Response:
    """Send a visitor to the sign-in page, and back to where they were going afterwards."""
    return RedirectResponse(f"/sign-in?next={quote(_here(request))}", status_code=303)


def to_terms(request: Request) -> Response:
    """Send somebody who has yet to agree to the present terms to them, and back to where they stood in the way."""
    return _by_way_of(request, f"/terms?next={quote(_here(request) if request.method == 'GET' else _page_before(request))}")


def _by_way_of(request: Request, address: str) -> Response:
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"hx-redirect": address})
    return RedirectResponse(address, status_code=303)


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _page_before(request: Request) -> str:
    before = urlsplit(request.headers.get("referer", ""))
    if before.netloc != request.url.netloc or not before.path:
        return "/"
    return before.path + (f"?{before.query}" if before.query else "")
