"""The pages of people: joining, signing in, settings, legal texts."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.identity import joining, legal, links, providers, second_step, security, settings, signing_in

ROUTERS: list[APIRouter] = [
    joining.router,
    providers.router,
    second_step.router,
    signing_in.router,
    links.router,
    *security.ROUTERS,
    settings.router,
    legal.router,
]
