"""Contents, what they cost, their files and words, and finding them."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.api.catalog import contents, files, members, prices, search, texts, uploads

ROUTERS: list[APIRouter] = [
    search.router,
    contents.router,
    members.router,
    prices.router,
    texts.router,
    uploads.router,
    files.router,
]
