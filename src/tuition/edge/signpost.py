"""Which handlers are asked at all: found by how an address begins, so that a house of many rooms is as quick as a small one.

FastAPI asks every router in turn whether an address is its own, and seventy of them take a millisecond to say no. Here an address
goes to a router that has only those that could say yes, in their order.
"""

from __future__ import annotations

from fastapi.routing import APIRouter, iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

DEPTH = 2
"""How many parts of an address are looked at."""
Beginning = tuple[str, ...]


class Signpost:
    """Stands before a router: ``router.middleware_stack = Signpost(router)``."""

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._routes: list[BaseRoute] = []
        self._narrow: dict[Beginning, APIRouter] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        # It knows every name, for ``url_for``.
        scope.setdefault("router", self._router)
        await self._towards(scope).app(scope, receive, send)

    def _towards(self, scope: Scope) -> APIRouter:
        if scope["type"] != "http" or scope.get("root_path"):
            return self._router
        if self._routes != self._router.routes:
            self._write()
        beginning = tuple(scope["path"].split("/", DEPTH + 1)[1 : DEPTH + 1])
        while beginning not in self._narrow:
            # The longest beginning that any route has; whatever could answer begins so, or shorter.
            beginning = beginning[:-1]
        return self._narrow[beginning]

    def _write(self) -> None:
        self._routes = list(self._router.routes)
        beginnings = [_beginnings(route) for route in self._routes]
        self._narrow = {}
        for known in {(), *(one for several in beginnings for one in several)}:
            router = APIRouter(redirect_slashes=self._router.redirect_slashes, default=self._router.default)
            reachable = {known[:length] for length in range(len(known) + 1)}
            router.routes = [route for route, ways in zip(self._routes, beginnings, strict=True) if ways & reachable]
            self._narrow[known] = router


def _beginnings(route: BaseRoute) -> set[Beginning]:
    """How the addresses of a route begin, up to the first part that may be anything."""
    found = set()
    for one in iter_route_contexts([route]):
        # "/" has one part, which is empty; a slash at the end begins none, or "/owner" would not be led on to "/owner/".
        parts = (one.path_format or "/{}").removeprefix("/").removesuffix("/").split("/")
        fixed = next((place for place, part in enumerate(parts) if "{" in part), len(parts))
        found.add(tuple(parts[: min(fixed, DEPTH)]))
    return found
