"""A real browser: Debian's Chromium by Playwright, a server for it to visit, and axe to judge what it sees."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.async_api import Browser, Page, async_playwright, expect
from starlette.types import ASGIApp

from tests.web.built import built_front_end  # noqa: F401  # pytest finds fixtures by their name in conftest

CHROMIUM = os.environ.get("TUITION_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(axe_core_python.__file__).parent / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, TABLET, DESKTOP = 390, 768, 1440
START_S = 180
PATIENCE_MS = 30_000
"""How long a page may take to become what is expected: a busy machine is slow, and not wrong."""

Serve = Callable[..., Awaitable[str]]
OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests; each page gets a context of its own."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        await browser.close()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _running(app: ASGIApp, port: int) -> AsyncIterator[str]:
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(START_S):
        while not await _answers(port):  # noqa: ASYNC110 - another loop's socket offers nothing to wait for
            await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.stop()  # type: ignore[no-untyped-call] # Granian has not typed it
    await task


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve an application on a port of this machine (left out: a free one) until the test ends; gives its address."""
    async with AsyncExitStack() as stack:

        async def start(app: ASGIApp, port: int | None = None) -> str:
            return await stack.enter_async_context(_running(app, port or free_port()))

        yield start


@pytest.fixture
async def open_page(chromium: Browser) -> AsyncIterator[OpenPage]:
    """A fresh page: ``await open_page(width=390, theme="dark", language="ar")``. An error in its console fails the test."""
    async with AsyncExitStack() as stack:
        complaints: list[str] = []

        async def start(*, width: int = DESKTOP, theme: Any = "light", language: str = "en", **options: Any) -> Page:
            context = await chromium.new_context(
                viewport={"width": width, "height": 900}, color_scheme=theme, locale=language, reduced_motion="reduce", **options
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda message: complaints.append(message.text) if _is_ours(message.type, message.text) else None)
            return page

        yield start
    assert not complaints, complaints


def _is_ours(kind: str, text: str) -> bool:
    """A refused form (422) and a page that is not there are answers, which Chromium logs as errors too."""
    return kind == "error" and "Failed to load resource" not in text


async def findings(page: Page) -> list[str]:
    """What axe finds on the page as it stands: nothing, when all is well."""
    await page.evaluate(AXE.read_text("utf-8"))  # by the debugger, which the page's policy does not bind
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
    result = await page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {violation['help']} — {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window: 0, when all is well."""
    return int(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))
