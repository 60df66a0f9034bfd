"""“Sign-in and security”: one page that shows how an account is protected, and one for each thing that can be changed."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web.identity.security import again, factors, keys, overview, passkeys

__all__ = ["ROUTERS", "again", "factors", "keys", "overview", "passkeys"]

ROUTERS: list[APIRouter] = [overview.router, factors.router, passkeys.router, keys.router, again.router]
