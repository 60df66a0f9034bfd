"""Static files as ASGI: compressed when built, cached for a year when their name carries their hash."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from tuition.web.rendering.assets import STATIC

_HASHED = re.compile(r"-[A-Za-z0-9]{8}\.[a-z0-9]+(\.map)?$")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=3600"
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


class StaticAssets:
    """Mount at ``/static``: ``app.mount(assets.PREFIX, StaticAssets())``."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one file."""
        assert scope["type"] == "http"
        request = Request(scope)
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(405)
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        await self._answer(request, name)(scope, receive, send)

    def _answer(self, request: Request, name: str) -> Response:
        path = self._folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise HTTPException(404)
        headers = {"cache-control": FOREVER if _HASHED.search(name) else A_WHILE, "vary": "Accept-Encoding"}
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        accepted = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
        for encoding, suffix in _ENCODINGS:
            compressed = path.with_name(path.name + suffix)
            if encoding in accepted and compressed.is_file():
                return FileResponse(compressed, headers=headers | {"content-encoding": encoding}, media_type=media_type)
        return FileResponse(path, headers=headers, media_type=media_type)
