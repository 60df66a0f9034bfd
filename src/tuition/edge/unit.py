"""One request's work: who asks, in which transaction, under which key.

``EdgeRoute`` opens the unit around a handler. The transaction begins when the handler first asks for it and is committed after
the handler returned and before the first byte of the answer leaves: a client never reads 200 for something that did not happen.
An ``Idempotency-Key`` is claimed inside that same transaction, so that the work, the key and the answer exist together or not
at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from tuition import identity
from tuition.edge.runtime import Runtime, runtime_of
from tuition.edge.security import sign_in_cookie
from tuition.identity import Actor
from tuition.platform import idempotency
from tuition.platform.database import AnySession, ReadSession, Session

KEY_HEADER = "idempotency-key"
KEY_FIELD = "idempotency_key"
"""The hidden field by which a page's form carries its key: a form cannot be sent twice."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
STORED_HEADERS = ("content-type", "location", "hx-redirect", "hx-trigger", "hx-location")


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, for the audit log and for rate limits."""

    ip: str
    user_agent: str


class Replayed(Exception):
    """The key was used before; this is the answer that it got."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Unit:
    """The work of one request."""

    def __init__(self, request: Request, runtime: Runtime, stack: AsyncExitStack) -> None:
        self.request = request
        self.runtime = runtime
        self._stack = stack
        self._session: Session | None = None
        self._reading: ReadSession | None = None
        self._actor: Actor | None = None
        self._actor_known = False
        self._claim: idempotency.Claim | None = None

    @property
    def client(self) -> Client:
        """Who is at the other end of the wire."""
        peer = self.request.client
        return Client(ip=peer.host if peer else "", user_agent=self.request.headers.get("user-agent", "")[:400])

    async def writing(self) -> Session:
        """The request's one transaction. Opening it claims the idempotency key; a known key raises ``Replayed``."""
        if self._session is None:
            self._session = await self._stack.enter_async_context(self.runtime.database.transaction())
            await self.claim(self._session)
        return self._session

    async def reading(self) -> ReadSession:
        """A transaction that cannot write."""
        if self._reading is None:
            self._reading = await self._stack.enter_async_context(self.runtime.database.reading())
        return self._reading

    async def actor(self) -> Actor | None:
        """Who asks: by bearer token or by the pages' cookie; ``None`` is a visitor. Wrong credentials are refused."""
        if not self._actor_known:
            self._actor = await self._authenticate()
            self._actor_known = True
        return self._actor

    async def claim(self, session: Session) -> None:
        """Claim the request's key, if it has one. Raises ``Replayed`` when it was answered before."""
        if self._claim is not None or self.request.method in SAFE_METHODS:
            return
        body = await self.request.body()
        key = self.request.headers.get(KEY_HEADER) or self._form_key(body)
        if not key:
            return
        actor = await self.actor()
        outcome = await idempotency.claim(
            session,
            actor_id=actor.id if actor else None,
            route=f"{self.request.method} {self.request.url.path}",
            key=key,
            fingerprint=hashlib.sha256(body).hexdigest(),
        )
        if isinstance(outcome, idempotency.Replay):
            raise Replayed(Response(outcome.body, status_code=outcome.status, headers=outcome.headers))
        self._claim = outcome

    async def complete(self, response: Response) -> None:
        """Keep the answer beside the key. The commit follows when the unit closes."""
        if self._claim is None or not hasattr(response, "body"):
            return
        headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
        answer = idempotency.Replay(status=response.status_code, headers=headers, body=bytes(response.body))
        if self._session is not None:
            await idempotency.store_answer(self._session, self._claim, answer)
        else:
            async with self.runtime.database.transaction() as session:
                await idempotency.store_answer(session, self._claim, answer)

    def _form_key(self, body: bytes) -> str | None:
        if not self.request.headers.get("content-type", "").startswith(FORM):
            return None
        values = parse_qs(body.decode("utf-8", "replace")).get(KEY_FIELD)
        return values[0] if values else None

    async def _authenticate(self) -> Actor | None:
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        cookie = sign_in_cookie(self.request)
        if not token and not cookie:
            return None
        session: AnySession = self._session or await self.reading()
        if token:
            return await identity.authenticate_token(session, token.strip() if scheme.lower() == "bearer" else "")
        assert cookie
        return await identity.authenticate_cookie(session, cookie)


@asynccontextmanager
async def open_unit(request: Request) -> AsyncIterator[Unit]:
    """Open the unit; at the end commit its transaction, or roll it back when the block raises."""
    async with AsyncExitStack() as stack:
        unit = Unit(request, runtime_of(request), stack)
        request.state.unit = unit
        yield unit


def unit_of(request: Request) -> Unit:
    """The unit that ``EdgeRoute`` opened for this request."""
    return cast(Unit, request.state.unit)


class EdgeRoute(APIRoute):
    """A route whose handler runs inside a unit: commit before answer, same key same answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()

        async def handle_in_unit(request: Request) -> Response:
            try:
                async with open_unit(request) as unit:
                    response = await handle(request)
                    await unit.complete(response)
            except Replayed as replay:
                return replay.response
            return response

        return handle_in_unit
