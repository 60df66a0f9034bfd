"""``HEAD``: the headers that ``GET`` would have, and nothing else (RFC 9110, 9.3.2). FastAPI's handlers know only ``GET``."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILES = ("/static/", "/v1/uploads/")
"""These know ``HEAD`` themselves."""


class HeadMiddleware:
    """Ask as ``GET`` would, and keep the answer's body back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].startswith(FILES):
            await self.app(scope, receive, send)
            return
        asked, answered = asyncio.Event(), asyncio.Event()

        async def receive_nothing() -> Message:
            if asked.is_set():
                # A body that never ends by itself (a line for news) ends with this.
                await answered.wait()
                return {"type": "http.disconnect"}
            asked.set()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                answered.set()

        scope["method"] = "GET"
        try:
            await self.app(scope, receive_nothing, send_headers)
        finally:
            scope["method"] = "HEAD"  # as it was asked, for the log and the figures
