"""Signing in, one's own account, people, legal texts."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.api.identity import auth, legal, me, people, proofs, protection

ROUTERS: list[APIRouter] = [
    auth.router,
    proofs.router,
    me.router,
    protection.router,
    people.router,
    legal.router,
]
