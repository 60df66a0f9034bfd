"""One request's work: who asks, in which transaction, under which key.

``EdgeRoute`` opens the unit around a handler. The transaction begins when the handler first asks for it and is committed after
the handler returned and before the first byte of the answer leaves: a client never reads 200 for something that did not happen.
An ``Idempotency-Key`` is claimed inside that same transaction, so that the work, the key and the answer exist together or not
at all.

A request never holds two connections: with as many requests at once as the pool has connections, each would wait for a second
one that none of them gives back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar, cast
from urllib.parse import parse_qs
from uuid import UUID

from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import Response

from tuition import identity
from tuition.edge.runtime import Runtime, runtime_of
from tuition.edge.security import OUTSIDE_CALLERS, SAFE_METHODS, sign_in_cookie
from tuition.identity import Actor
from tuition.platform import idempotency, secrets
from tuition.platform.database import AnySession, Database, ReadSession, Session

ADMINISTRATION = ("/v1/admin/", "/v1/people")
"""Where a permission decides, and a key needs no more than that."""
KEY_HEADER = "idempotency-key"
KEY_FIELD = "idempotency_key"
"""The hidden field by which a page's form carries its key: a form cannot be sent twice."""
FORM = "application/x-www-form-urlencoded"
STORED_HEADERS = ("content-type", "location", "hx-redirect", "hx-trigger", "hx-location")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, for the audit log and for rate limits."""

    ip: str
    user_agent: str


class _Wanted(TypedDict):
    actor: str
    route: str
    key: str
    fingerprint: str


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
        self._read = AsyncExitStack()
        stack.push_async_exit(self._read)
        self._is_stepping = False
        self._visitor: Actor | None = None
        self._session: Session | None = None
        self._reading: ReadSession | None = None
        self._actor: Actor | None = None
        self._actor_known = False
        self._claim: idempotency.Claimed | None = None
        self._is_claim_committed = False

    @property
    def client(self) -> Client:
        """Who is at the other end of the wire."""
        peer = self.request.client
        return Client(ip=peer.host if peer else "", user_agent=self.request.headers.get("user-agent", "")[:400])

    async def writing(self) -> Session:
        """The request's one transaction, after which nothing is read beside it. Opening it claims the idempotency key; a known
        key raises ``Replayed``.
        """
        if self._session is None:
            await self._rest()
            self._session = await self._stack.enter_async_context(self.runtime.database.transaction())
            await self._claim_in(self._session)
        return self._session

    async def reading(self) -> ReadSession:
        """A transaction that cannot write."""
        if self._reading is None:
            self._reading = await self._read.enter_async_context(self.runtime.database.reading())
        return self._reading

    async def actor(self) -> Actor | None:
        """Who asks: by bearer token or by the pages' cookie; ``None`` is a visitor. Wrong credentials are refused."""
        if not self._actor_known:
            self._actor = await self._authenticate()
            self._actor_known = True
            if self._is_stepping:
                await self._rest()
        return self._actor

    async def require_second_factor(self, actor: Actor) -> None:
        """Refuse an actor whose role must have a second step and who has none."""
        if not actor.mfa_enabled:
            await identity.require_second_factor(self._session or await self.reading(), actor)
            if self._is_stepping:
                await self._rest()

    def within(self, block: AbstractContextManager[T]) -> T:
        """Let the rest of the work happen inside a block, which ends with it."""
        return self._stack.enter_context(block)

    async def steps(self) -> Database:
        """The database, for work of several transactions: the key is claimed at once, in a transaction of its own."""
        if self._claim is None and (wanted := await self._wanted()) is not None:
            self._take(await idempotency.claim_or_wait(self.runtime.database, **wanted))
            self._is_claim_committed = True
        self._is_stepping = True
        await self._rest()
        return self.runtime.database

    async def note_visit(self) -> None:
        """Once the work is done: note that the sign-in is in use, if nobody has for a while."""
        if self._visitor is None:
            return
        # What was asked for is done and must be told; the next request notes it then.
        with suppress(OperationalError, PoolTimeout):
            async with self.runtime.database.transaction() as session:
                await identity.note_visit(session, self._visitor)

    async def _rest(self) -> None:
        """Give back the connection that was read from."""
        await self._read.aclose()
        self._reading = None

    @property
    def reserved_id(self) -> UUID | None:
        """What an earlier attempt under the same key wrote before it was interrupted: go on with it, do not begin anew."""
        return self._claim.reserved_id if self._claim else None

    async def reserve(self, session: Session, reserved_id: UUID) -> None:
        """Remember what this request writes in its first step, in that step's transaction."""
        if self._claim is not None:
            await idempotency.reserve(session, self._claim, reserved_id)

    async def complete(self, response: Response) -> None:
        """Keep the answer beside the key. The commit follows when the unit closes."""
        if self._claim is None:
            return
        if self._session is not None and not self._is_claim_committed:
            await self._keep_answer(self._session, self._claim, response)
            return
        async with self.runtime.database.transaction() as session:
            await self._keep_answer(session, self._claim, response)

    @staticmethod
    async def _keep_answer(session: Session, claim: idempotency.Claimed, response: Response) -> None:
        headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
        body = bytes(getattr(response, "body", b""))
        await idempotency.store_answer(session, claim, status=response.status_code, headers=headers, body=body)

    async def abandon(self) -> None:
        """Give the key back after a refusal or a failure: nothing was done under it, so it may be tried again."""
        if self._claim is not None and self._is_claim_committed:
            async with self.runtime.database.transaction() as session:
                await idempotency.release(session, self._claim)

    async def _claim_in(self, session: Session) -> None:
        if self._claim is None and (wanted := await self._wanted()) is not None:
            self._take(await idempotency.claim(session, **wanted))

    def _take(self, outcome: idempotency.Claimed | idempotency.Replay) -> None:
        if isinstance(outcome, idempotency.Replay):
            raise Replayed(Response(outcome.body, status_code=outcome.status, headers=dict(outcome.headers)))
        self._claim = outcome

    async def _wanted(self) -> _Wanted | None:
        """What to claim, if this request carries a key."""
        request = self.request
        if request.method in SAFE_METHODS or request.url.path.startswith(OUTSIDE_CALLERS):
            return None  # what a provider says has a name of its own, and is kept only once it has proven itself
        # A file that comes by form is read as it arrives and is never whole in memory: its length stands for it.
        is_upload = request.headers.get("content-type", "").startswith("multipart/")
        body = request.headers.get("content-length", "").encode() if is_upload else await request.body()
        key = request.headers.get(KEY_HEADER) or self._form_key(body)
        if not key:
            return None
        actor = await self.actor()
        return {
            "actor": str(actor.id) if actor else f"visitor:{self.client.ip}",
            "route": f"{request.method} {request.url.path}",
            "key": key,
            # Keyed, not plain: the body of a sign-in holds a password that nobody must be able to guess at from the table.
            "fingerprint": secrets.sign(
                idempotency.fingerprint(request.method, request.url.path, request.url.query, body).encode(), "idempotency"
            ),
        }

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
            actor: Actor | None = await identity.authenticate_token(session, token.strip() if scheme.lower() == "bearer" else "")
        else:
            assert cookie, "one of the two was sent"
            actor = await identity.authenticate_cookie(session, cookie)
        if actor is not None:
            administers = self.request.url.path.startswith(ADMINISTRATION)
            identity.require_reach(actor, changes=self.request.method not in SAFE_METHODS, administers=administers)
        if actor is not None and self._session is None and identity.is_visit_due(actor):
            self._visitor = actor
        return actor


@asynccontextmanager
async def open_unit(request: Request) -> AsyncIterator[Unit]:
    """Open the unit; at the end commit its transaction, or roll it back when the block raises."""
    async with AsyncExitStack() as stack:
        unit = Unit(request, runtime_of(request), stack)
        request.state.unit = unit
        yield unit
    await unit.note_visit()


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
                    if request.headers.get("content-type", "").startswith(FORM):
                        await request.body()  # kept by the request: the form's parser and the key's fingerprint both read it
                    try:
                        response = await handle(request)
                    except Exception:
                        await unit.abandon()
                        raise
                    await unit.complete(response)
            except Replayed as replay:
                return replay.response
            return response

        return handle_in_unit
