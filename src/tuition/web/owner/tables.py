"""Raw rows, for whoever has to look under the floor: every table, read-only, without what is secret.

Read-only is PostgreSQL's word, not ours: the sessions behind these pages cannot write. Who asks is checked on every request.
"""

from __future__ import annotations

import importlib.util
import pkgutil
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, Numeric, String, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_admin import (
    BaseField,
    BooleanField,
    CustomView,
    DateTimeField,
    DecimalField,
    DropDown,
    IntegerField,
    Link,
    StringField,
)
from starlette_admin.contrib.sqla import Admin, ModelView
from starlette_admin.export import CsvExporter
from starlette_admin.routing import route

import tuition
from tuition import identity
from tuition.edge import Runtime, sign_in_cookie
from tuition.platform import secrets
from tuition.platform.database import Base
from tuition.web.rendering import render_problem, see_other

ADDRESS = "/owner/tables"
ROUTE_NAME = "tables"
SECRET_WORDS = frozenset(
    {
        "answer",
        "body",
        "ciphertext",
        "code",
        "cookie",
        "encrypted",
        "hash",
        "headers",
        "password",
        "payload",
        "private",
        "secret",
        "token",
    }
)
"""A column with one of these words in its name is left out: what it holds is nobody's to read, not even the owner's."""
ROWS_SHOWN = 25
FIRST_SHOWN = f"{ADDRESS}/users/list"
TEMPLATES = Path(__file__).parent.parent / "templates" / "owner" / "tables"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""The library writes scripts into its pages; what is shown in them is escaped, and nothing comes from anywhere else."""


class Gate:
    """Lets in who may read raw tables; a visitor is sent to sign in, anybody else is refused."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self.app = app
        self.runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask before each request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        refusal = await self._refusal(request)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, _with_policy(send))

    async def _refusal(self, request: Request) -> Response | None:
        async with self.runtime.database.reading() as session:
            cookie = sign_in_cookie(request)
            actor = await identity.authenticate_cookie(session, cookie) if cookie else None
            if actor is None:
                return see_other(request, f"/sign-in?next={ADDRESS}/")
            if not identity.allows(actor, "tables:read"):
                return render_problem(request, 403)
            try:
                await identity.require_second_factor(session, actor)
            except identity.SecondFactorNeeded:
                return see_other(request, f"/settings/security/required?next={ADDRESS}/")
            return None


def _with_policy(send: Send) -> Send:
    async def send_with_policy(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["content-security-policy"] = POLICY
        await send(message)

    return send_with_policy


class FirstTable(CustomView):
    """The library's own first page counts every table; ours leads to one of them."""

    @route("")
    async def index(self, request: Request) -> Response:
        """Go on to the people."""
        del request
        return RedirectResponse(FIRST_SHOWN, status_code=303)


class Table(ModelView):
    """One table. Nothing here can be changed."""

    page_size = ROWS_SHOWN
    page_size_options = [ROWS_SHOWN, 50, 100]
    exporters = [CsvExporter(escape_formulas=True), "json"]

    def can_create(self, request: Request) -> bool:
        """Never."""
        return False

    def can_edit(self, request: Request) -> bool:
        """Never."""
        return False

    def can_delete(self, request: Request) -> bool:
        """Never."""
        return False

    def can_import(self, request: Request) -> bool:
        """Never."""
        return False


def mount_tables(app: Starlette, runtime: Runtime) -> None:
    """Put the raw tables under ``/owner/tables``."""
    app.mount(ADDRESS, Tables(runtime), name=ROUTE_NAME)


class Tables:
    """The raw tables as an application, put together when somebody first looks: it is a view for each of them, and few look."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(scope, receive, send)

    @property
    def routes(self) -> list[BaseRoute]:
        """The addresses inside, which links among the tables are made of."""
        return self._app.routes

    @cached_property
    def _app(self) -> Starlette:
        admin = _admin(self._runtime)
        admin.mount_to(Starlette())
        return admin.app


def _admin(runtime: Runtime) -> Admin:
    engine = runtime.database.engine.execution_options(postgresql_readonly=True)
    admin = Admin(
        engine,
        title="Tables",
        favicon_url="/static/favicon.svg",
        base_url=ADDRESS,
        route_name=ROUTE_NAME,
        secret_key=secrets.sign(b"tables", "raw-tables"),
        templates_dir=str(TEMPLATES),
        index_view=FirstTable(menu_label="Tables", path="/", add_to_menu=False),
        middlewares=[Middleware(Gate, runtime=runtime)],
    )
    admin.add_view(Link(menu_label="Back to the dashboard", icon="fa fa-arrow-left", url="/owner"))
    _map_everything()
    rooms: dict[str, list[Table]] = {}
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table)):
        model: Any = mapper.class_
        rooms.setdefault(model.__module__.split(".")[1], []).append(_view(model))
    for room in sorted(rooms):
        admin.add_view(DropDown(room.capitalize(), views=list(rooms[room]), icon="fa fa-table", always_open=False))
    return admin


def _map_everything() -> None:
    """Load the tables of every room. Who looks under the floor goes through no door: a room that keeps its tables to itself,
    as the ledger does, has them here too."""
    for room in pkgutil.iter_modules(tuition.__path__):
        if room.ispkg and importlib.util.find_spec(f"tuition.{room.name}.models"):
            importlib.import_module(f"tuition.{room.name}.models")


def _view(model: Any) -> Table:
    name = str(model.__tablename__)
    shown = [
        (attribute.key, attribute.columns[0])
        for attribute in model.__mapper__.column_attrs
        # A deferred column is long, and is not in the row that was read.
        if not attribute.deferred and not _is_hidden(attribute.key, attribute.columns[0])
    ]
    fields = [_field(key, column) for key, column in shown]
    text_fields = [key for key, column in shown if isinstance(column.type, Text | String)]
    body = {"fields": fields, "searchable_fields": text_fields, "label": name}
    kind = type(f"{model.__name__}Table", (Table,), body)
    view: Table = kind(model, icon="fa fa-table", key=name.replace("_", "-"), menu_label=name, display_name=name)
    return view


def _is_hidden(key: str, column: Column[Any]) -> bool:
    is_opaque = isinstance(column.type, LargeBinary | TSVECTOR)
    return (is_opaque or bool(SECRET_WORDS & set(key.split("_")))) and not column.primary_key


def _field(key: str, column: Column[Any]) -> BaseField:
    match column.type:
        case Boolean():
            return BooleanField(key, read_only=True)
        case Integer():
            return IntegerField(key, read_only=True)
        case Numeric():
            return DecimalField(key, read_only=True)
        case DateTime():
            return DateTimeField(key, read_only=True)
        case _:
            return StringField(key, read_only=True)
