"""The pictures of the documentation, taken from a demo that runs: ``python -m checks.pictures [address]``.

Start ``make run`` first. Each picture is written to ``docs/pictures`` and must stay under its size, so that the repository does.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
ADDRESS = "http://127.0.0.1:8000"
BYTES_MAX = 400_000
WIDTH, HEIGHT = 1440, 900
PAGES = {"film": "/c/the-pythagorean-theorem-seen"}
"""Name of the picture → the page that it shows."""


def take(browser: Browser, address: str, name: str, path: str) -> Path:
    """Photograph one page as a visitor sees it."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale="en-GB")
    page.goto(address + path, wait_until="networkidle")
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    page.close()
    return file


def main(arguments: list[str]) -> int:
    """Take every picture; 1 when one is too large."""
    address = arguments[0].rstrip("/") if arguments else ADDRESS
    found = os.environ.get("TUITION_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        print("pictures: there is no Chromium on this machine; name one in TUITION_CHROMIUM")
        return 1
    FOLDER.mkdir(exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for name, path in PAGES.items():
            size = take(browser, address, name, path).stat().st_size
            print(f"pictures: {name}.png, {size:,} bytes")
            failed |= size > BYTES_MAX
        browser.close()
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
