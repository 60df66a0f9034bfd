"""The studio: where creators make, price, publish and count what they sell."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.studio import contents, details, files, home, money, parts, prices, texts

ROUTERS: list[APIRouter] = [
    home.router,
    money.router,
    contents.router,
    parts.router,
    prices.router,
    texts.router,
    files.router,
    details.router,
]
