"""The pages of people: joining, signing in, settings, legal texts."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.identity import joining, legal, links, settings, signing_in

ROUTERS: list[APIRouter] = [joining.router, signing_in.router, links.router, settings.router, legal.router]
