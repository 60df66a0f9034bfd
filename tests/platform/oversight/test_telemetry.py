"""Telemetry: lines that tell no secrets, figures that add up, and honest answers about readiness."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import text

from tuition.kernel import Money
from tuition.kernel.money import Currency
from tuition.platform import files, jobs, telemetry
from tuition.platform.database import Database, connect


@jobs.task("test.sleepy")
async def sleepy(session: Any) -> None:
    """Does nothing."""


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    telemetry.configure_logs(json=True, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_carries_its_request_and_no_secret(lines: io.StringIO) -> None:
    bound = telemetry.bind_request("r-1", route="/v1/things")
    structlog.get_logger("room").info(
        "room.happened",
        password="hunter22",
        api_key="abc",
        refresh_token="x",
        keyboard="qwerty",
        headers={"Authorization": "Bearer abcdefghijkl", "X": "1", "Set-Cookie": "a=b"},
        url="postgresql://tuition:hunter22@db/x",
        link="https://school.test/reset-password?token=hunter22&x=1",
        said=["Bearer abcdefghijklmno", "sk_live_abcdefghijklmnop"],
    )
    telemetry.unbind_request(bound)
    structlog.get_logger("room").info("room.later")
    first, second = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (first["event"], first["request_id"], first["route"], first["level"]) == ("room.happened", "r-1", "/v1/things", "info")
    assert first["keyboard"] == "qwerty"
    assert first["headers"]["X"] == "1"
    assert "request_id" not in second
    for secret in ("hunter22", "abcdefghijkl", "a=b", '"abc"', "sk_live"):
        assert secret not in lines.getvalue()


def test_what_libraries_log_and_exceptions_are_cleaned_too(lines: io.StringIO) -> None:
    logging.getLogger("library").warning("could not reach %s", "redis://user:hunter22@host")
    try:
        raise ValueError("postgresql://u:hunter22@db")
    except ValueError:
        structlog.get_logger("room").exception("room.broke")
    assert len(lines.getvalue().splitlines()) == 2
    assert "hunter22" not in lines.getvalue()
    assert "ValueError" in lines.getvalue()


@pytest.mark.parametrize(("given", "kept"), [("abc-123", True), ("a" * 65, False), ("a\nb", False), ("", False), (None, False)])
def test_a_request_id_is_taken_over_only_if_it_is_one(given: str | None, kept: bool) -> None:
    assert (telemetry.new_request_id(given) == given) is kept


async def test_the_figures_tell_of_requests_pool_queue_and_money(database: Database) -> None:
    telemetry.observe_request("GET", "/v1/things/{id}", 200, 0.02)
    telemetry.count_money("lesson", Money(500, Currency("EUR")))
    async with database.transaction() as session:
        await jobs.defer(session, "test.sleepy")
    shown = (await telemetry.render_metrics(database)).decode()
    for line in (
        'tuition_requests_total{method="GET",route="/v1/things/{id}",status="200"} 1.0',
        'tuition_request_seconds_bucket{le="0.025",method="GET",route="/v1/things/{id}"} 1.0',
        'tuition_database_connections{state="size"} 10.0',
        'tuition_jobs{queue="default",status="todo"} 1.0',
        "tuition_workers_alive 0.0",
        'tuition_money_minor_total{currency="EUR",what="lesson"} 500.0',
    ):
        assert line in shown
    await jobs.drain(database)
    assert 'tuition_jobs{queue="default"' not in (await telemetry.render_metrics(database)).decode()


async def test_a_migrated_database_is_ready_and_a_missing_worker_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction() as session:
        version = (await session.execute(text("select version_num from alembic_version"))).scalar_one()
    monkeypatch.setattr("tuition.platform.oversight.telemetry.health._newest", lambda: version)
    health = await telemetry.readiness(database)
    assert health.ready
    assert health.checks["jobs"] == telemetry.Check(ok=False, detail="0 workers", needed=False)


async def test_an_old_or_missing_schema_is_not_ready(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("update alembic_version set version_num = '0001'"))
    assert not (await telemetry.readiness(database)).ready
    async with database.transaction() as session:
        await session.execute(text("update alembic_version set version_num = 'from the future'"))
    assert (await telemetry.readiness(database)).ready
    async with database.transaction() as session:
        await session.execute(text("drop table alembic_version"))
    health = await telemetry.readiness(database)
    assert health.checks["migrations"] == telemetry.Check(ok=False, detail="no schema")


async def test_a_database_or_a_store_that_is_away_is_not_ready(database: Database) -> None:
    away = connect("postgresql://127.0.0.1:9/nothing")
    health = await telemetry.readiness(away)
    await away.dispose()
    assert not health.ready
    assert not health.checks["database"].ok

    async def broken() -> None:
        raise files.StoreUnreachable

    health = await telemetry.readiness(database, probes={"files": broken})
    assert not health.ready
    assert "does not answer" in health.checks["files"].detail


async def nothing() -> dict[str, str]:
    """An answer without news."""
    return {}


async def test_requests_become_spans_when_an_address_is_given() -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    provider = telemetry.start_tracing(f"http://127.0.0.1:{server.server_address[1]}", version="1")
    app = FastAPI()
    for path in ("/things", "/healthz"):
        app.add_api_route(path, nothing)
    telemetry.trace_app(app, provider)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        await client.get("/things")
        await client.get("/healthz")
    telemetry.stop_tracing(provider)
    server.shutdown()
    server.server_close()
    thread.join()
    assert {path for path, _ in received} == {"/v1/traces"}
    assert any(b"/things" in body for _, body in received)
    assert not any(b"/healthz" in body for _, body in received)


def test_without_an_address_nothing_is_traced() -> None:
    assert telemetry.start_tracing("", version="1") is None
    telemetry.trace_app(object(), None)
    telemetry.stop_tracing(None)
