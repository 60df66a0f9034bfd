"""What everybody sees: the first page, the catalogue, things and the people who made them, what is read, what is owned."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.storefront import catalogue, contents, creators, home, library, notifications, reading, standing

ROUTERS: list[APIRouter] = [
    home.router,
    catalogue.router,
    contents.router,
    creators.router,
    library.router,
    reading.router,
    notifications.router,
    standing.router,
]
