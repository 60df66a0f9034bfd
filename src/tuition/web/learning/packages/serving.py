"""The files of a package, for a frame in which they can do nothing but play.

What people have packed is a program of somebody else. It runs in a sandbox without an origin: cookies, storage and pages of this
house are another origin's for it, also when its address is opened outside of the frame, since the policy says so too. Such frames
are strangers to each other as well. Packages whose frames talk to each other need the origin of ``packages_url``, which nothing
else of ours has. Neither way sends a cookie; the token in the address is all that opens a file, and its launch ends it.
"""

from __future__ import annotations

import html
import json
import mimetypes
import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.responses import Response

from tuition.edge import EdgeRoute, Reading, Services, Writing
from tuition.kernel import clock
from tuition.learning import packages
from tuition.learning.packages import Launched, Said, Standard
from tuition.platform import files
from tuition.platform.settings import Settings
from tuition.web.rendering import asset
from tuition.web.storefront.reading import part_of

router = APIRouter(prefix="/packages", route_class=EdgeRoute, include_in_schema=False)
SANDBOX = "allow-scripts allow-forms allow-modals allow-popups allow-downloads"
OWN_ORIGIN = "allow-same-origin"
RUNTIMES = {Standard.SCORM_12: "scorm12.js", Standard.SCORM_2004: "scorm2004.js"}
PAGES = frozenset({"text/html", "application/xhtml+xml"})
PAGE_BYTES_MAX = 16 * 2**20
HEAD_BYTES = 65_536
"""Within so many bytes a page begins."""
_BEGINNINGS = (rb"<head(?:\s[^>]*)?>", rb"<html(?:\s[^>]*)?>", rb"<!doctype[^>]*>")
_LEAST_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".vtt": "text/vtt", ".wasm": "application/wasm"}


@router.get("/{token}/{place}/{path:path}")
async def file(
    token: str,
    place: Annotated[str, Path(pattern=r"^\d{1,4}(-\d{1,6})?$")],
    path: str,
    request: Request,
    session: Reading,
    services: Services,
    range_header: Annotated[str, Header(alias="range")] = "",
) -> Response:
    """One file, whole or in the part that was asked for; a page with what makes it speak SCORM.

    ``place`` is the number of the item that was opened, and how often something was before.
    """
    launched = await packages.find_launch(session, token, now=clock.now())
    store = services.service(files.Store)
    key = packages.key_of(launched.package.id, path)
    size = await store.size(key)
    media_type = _media_type(path)
    headers = _headers(request, services.settings, token) | {"content-type": media_type}
    number = int(place.partition("-")[0])
    if media_type in PAGES and number < len(launched.items) and size <= PAGE_BYTES_MAX:
        script = await _script(session, launched, number, place, token)
        return Response(with_script(await store.read(key), script), headers=headers | {"cache-control": "no-store"})
    headers |= {"accept-ranges": "bytes", "cache-control": "private, max-age=3600"}
    part = part_of(range_header, size)
    if part is None and range_header:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
    start, end = part or (0, size)
    if part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    if start == end:
        return Response(headers=headers)
    return StreamingResponse(store.stream(key, start=start, end=end), status_code=206 if part else 200, headers=headers)


@router.post("/{token}/report", status_code=204)
async def report(token: str, request: Request, session: Writing) -> Response:
    """The last word of a package whose page is being closed: it comes from the sandbox, which sends no cookie.

    Raises what ``packages.find_launch`` and ``packages.report`` raise.
    """
    launched = await packages.find_launch(session, token, now=clock.now())
    try:
        said = Said.model_validate_json(await request.body())
    except ValidationError as error:
        raise packages.DataInvalid(element="report", reason=str(error.errors()[0]["msg"])) from error
    await packages.report(session, launched.launch, said)
    return Response(status_code=204)


def with_script(page: bytes, script: str) -> bytes:
    """A page with a script before everything else in it, in whatever encoding it is written."""
    if page.startswith((b"\xff\xfe", b"\xfe\xff")):
        page = page.decode("utf-16", errors="replace").encode("utf-8-sig")
    head = page[:HEAD_BYTES]
    found = next((match for form in _BEGINNINGS if (match := re.search(form, head, re.IGNORECASE))), None)
    at = found.end() if found else 3 if page.startswith(b"\xef\xbb\xbf") else 0
    return page[:at] + script.encode("ascii") + page[at:]


async def _script(session: Reading, launched: Launched, number: int, place: str, token: str) -> str:
    item = launched.items[number]
    values = await packages.start_of(session, launched, item)
    start = json.dumps({"launch": str(launched.launch.id), "item": item.identifier, "place": place, "values": values})
    assert launched.package.standard is not None, "it is ready"
    source = asset(RUNTIMES[Standard(launched.package.standard)])
    written = {"src": source, "data-launch": start, "data-report": f"/packages/{token}/report"}
    # Pages may be written in any encoding: all that is not ASCII is written as what every one of them reads.
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in written.items())
    return f"<script{attributes}></script>"


def _headers(request: Request, settings: Settings, token: str) -> dict[str, str]:
    origin = f"{request.url.scheme}://{request.url.netloc}"
    own = f"{origin}/packages/{token}/ {origin}/static/dist/"
    is_apart = bool(settings.packages_host) and request.url.hostname == settings.packages_host
    policy = {
        "sandbox": f"{SANDBOX} {OWN_ORIGIN}" if is_apart else SANDBOX,
        # It may show what lies elsewhere, as a page of a lesson may; programs and answers stay here.
        "default-src": f"{own} data: blob: 'unsafe-inline' 'unsafe-eval'",
        **{f"{kind}-src": f"{own} data: blob: https:" for kind in ("img", "media", "font", "frame")},
        "style-src": f"{own} 'unsafe-inline' https:",
        "form-action": own,
    }
    headers = {
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "referrer-policy": "strict-origin",
        "x-content-type-options": "nosniff",
    }
    if is_apart:
        home = urlsplit(settings.public_url)
        policy["frame-ancestors"] = f"{origin} {home.scheme}://{home.netloc}"
    else:
        # Frames within a sandbox have ancestors without an origin, which no list can name. Who has the token may frame it.
        headers["x-frame-options"] = "ALLOWALL"
    return headers | {"content-security-policy": "; ".join(f"{name} {sources}" for name, sources in policy.items())}


def _media_type(path: str) -> str:
    ending = path[path.rfind(".") :].lower()
    return _LEAST_TYPES.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"
