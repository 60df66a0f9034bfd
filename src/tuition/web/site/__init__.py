"""What belongs to no room in particular: how pages look, what surrounds them, pictures of covers, how one is told of news,
what a refusal looks like."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.site import appearance, covers, notices
from tuition.web.site.refusing import HANDLERS
from tuition.web.site.surroundings import load_shell

ROUTERS: list[APIRouter] = [appearance.router, notices.router]
PICTURES: list[APIRouter] = [covers.router]
"""Not pages: nothing surrounds them, so nothing is loaded for them."""

__all__ = ["HANDLERS", "PICTURES", "ROUTERS", "load_shell"]
