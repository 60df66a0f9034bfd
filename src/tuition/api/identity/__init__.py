"""Signing in, one's own account, people, legal texts."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.api.identity import auth, legal, me, people

ROUTERS: list[APIRouter] = [auth.router, me.router, people.router, legal.router]
