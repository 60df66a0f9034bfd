"""What machines ask, and what is settled before a request is looked at."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from tests.web import stock
from tuition.edge import Runtime
from tuition.main import create_app
from tuition.platform import telemetry
from tuition.platform.database import Database
from tuition.platform.settings import Mode, Settings

Reach = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
TOKEN = "a token of the tests"


@pytest.fixture
def reach(database: Database, tmp_path: Path) -> Reach:
    """Reach an application with these settings, from that address."""

    @asynccontextmanager
    async def reach(client: str = "192.0.2.1", **values: Any) -> AsyncIterator[httpx.AsyncClient]:
        parts = stock.runtime(database, stock.store_in(tmp_path))
        app = create_app(Runtime(Settings(mode=Mode.TEST, **values), parts.database, parts.services))
        transport = httpx.ASGITransport(app=app, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as program:
            yield program

    return reach


async def figures(program: httpx.AsyncClient) -> str:
    return (await program.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).text


async def test_a_process_is_alive_and_ready(reach: Reach) -> None:
    async with reach() as program:
        assert (await program.get("/healthz")).json() == {"status": "ok"}
        answer = await program.get("/readyz")
    assert answer.status_code == 200
    assert {name: check["ok"] for name, check in answer.json()["checks"].items()} == {
        "database": True,
        "migrations": True,
        "jobs": False,
        "files": True,
    }


async def test_a_process_whose_files_are_out_of_reach_is_not_ready(
    reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_ill(*_: object, **__: object) -> telemetry.Health:
        return telemetry.Health({"files": telemetry.Check(ok=False, detail="The place for files does not answer.")})

    monkeypatch.setattr(telemetry, "readiness", is_ill)
    async with reach() as program:
        answer = await program.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["files"]["detail"] == "The place for files does not answer."


@pytest.mark.parametrize(
    ("settings", "headers", "address", "status"),
    [
        ({}, {}, "127.0.0.1", 200),
        ({}, {}, "::1", 200),
        ({}, {}, "192.0.2.1", 403),
        # Through a proxy on this machine somebody else asks.
        ({}, {"x-forwarded-for": "192.0.2.7"}, "127.0.0.1", 403),
        ({"metrics_token": SecretStr(TOKEN)}, {}, "127.0.0.1", 403),
        ({"metrics_token": SecretStr(TOKEN)}, {"authorization": "Bearer wrong"}, "192.0.2.1", 403),
        ({"metrics_token": SecretStr(TOKEN)}, {"authorization": f"Bearer {TOKEN}"}, "192.0.2.1", 200),
    ],
)
async def test_the_figures_are_for_those_who_may(
    reach: Reach, settings: Mapping[str, Any], headers: dict[str, str], address: str, status: int
) -> None:
    async with reach(client=address, **settings) as program:
        assert (await program.get("/metrics", headers=headers)).status_code == status


async def test_answers_are_counted_by_the_pattern_of_their_route(reach: Reach) -> None:
    async with reach(metrics_token=SecretStr(TOKEN)) as program:
        await program.get("/v1/contents/0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10")
        await program.get("/v1/nothing/here")
        await program.request("BREW", "/v1/pots")
        await program.post("/v1/play-sessions/0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10/intervals", json={})
        shown = await figures(program)
    assert 'tuition_requests_total{method="GET",route="/v1/contents/{content_id}",status="404"}' in shown
    assert 'tuition_requests_total{method="GET",route="(none)",status="404"}' in shown
    assert 'method="(other)"' in shown
    assert 'route="/v1/play-sessions/{play_session_id}/intervals",status="401"}' in shown
    assert "0192f0c1" not in shown
    assert "BREW" not in shown


@pytest.mark.parametrize("path", ["/", "/catalogue", "/robots.txt", "/healthz", "/v1/catalog", "/static/favicon.svg"])
async def test_head_has_the_headers_of_get_and_no_body(reach: Reach, path: str) -> None:
    async with reach() as program:
        whole, head = await program.get(path), await program.head(path)
    assert (whole.status_code, head.status_code, head.content) == (200, 200, b"")
    for name in ("content-type", "cache-control", "etag"):
        assert head.headers.get(name) == whole.headers.get(name)
    # What differs from answer to answer is as long each time.
    assert head.headers["content-length"] == str(len(whole.content))


async def test_head_of_what_is_only_written_to_is_refused(reach: Reach) -> None:
    async with reach() as program:
        answer = await program.head("/v1/auth/sign-in")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_of_many_handlers_the_right_one_answers(reach: Reach) -> None:
    async with reach() as program:
        found = {
            path: (await program.get(path)).status_code
            for path in ("/", "/catalogue", "/catalogue/", "/owner/tables", "/owner", "/v1", "/v1/nothing", "/nothing/at/all")
        }
    assert found == {
        "/": 200,
        "/catalogue": 200,
        "/catalogue/": 307,
        "/owner/tables": 307,
        "/owner": 303,
        "/v1": 404,
        "/v1/nothing": 404,
        "/nothing/at/all": 404,
    }


async def test_a_request_is_found_again_by_its_id(reach: Reach) -> None:
    async with reach() as program:
        with capture_logs() as lines:
            answer = await program.get("/v1/contents?token=secret", headers={"x-request-id": "from-the-proxy.1"})
            foreign = await program.get("/v1/contents", headers={"x-request-id": "two words"})
    assert answer.headers["x-request-id"] == "from-the-proxy.1"
    assert len(foreign.headers["x-request-id"]) == 32
    line = next(line for line in lines if line["event"] == "request")
    assert (line["path"], line["route"], line["status"]) == ("/v1/contents", "/v1/contents", answer.status_code)
    assert "secret" not in str(lines)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("school.test", 200),
        ("SCHOOL.test:8443", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("school.test.evil.example", 400),
    ],
)
async def test_a_name_that_is_not_ours_is_refused(reach: Reach, host: str, status: int) -> None:
    async with reach(public_url="https://school.test") as program:
        assert (await program.get("/v1/legal/terms", headers={"host": host})).status_code == status
        assert (await program.get("/healthz", headers={"host": host})).status_code == 200


async def test_any_name_will_do_where_nobody_has_said_what_ours_is(reach: Reach) -> None:
    async with reach() as program:
        assert (await program.get("/v1/legal/terms", headers={"host": "anything.example"})).status_code == 200


async def test_a_proxy_is_believed_only_if_it_is_trusted(reach: Reach) -> None:
    headers = {"x-forwarded-for": "198.51.100.1, 192.0.2.9", "x-forwarded-proto": "https"}
    async with reach(client="10.0.0.3", trusted_proxies=("10.0.0.0/8",)) as program:
        assert "strict-transport-security" in (await program.get("/healthz", headers=headers)).headers
    async with reach(client="192.0.2.66", trusted_proxies=("10.0.0.0/8",)) as program:
        assert "strict-transport-security" not in (await program.get("/healthz", headers=headers)).headers


async def test_a_body_that_is_too_large_is_refused_declared_or_not(reach: Reach) -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 100

    async with reach(body_max_bytes=2000) as program:
        declared = await program.post("/v1/auth/sign-in", content=b"x" * 2001, headers={"content-type": "application/json"})
        streamed = await program.post("/v1/auth/sign-in", content=drops(), headers={"content-type": "application/json"})
        small = await program.post("/v1/auth/sign-in", content=b"x" * 2000, headers={"content-type": "application/json"})
        form = await program.post("/sign-in", data={"email": "x" * 2000}, headers={"accept": "text/html"})
        upload = await program.put("/v1/uploads/0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10", content=b"x" * 4000)
    assert (declared.status_code, streamed.status_code, small.status_code) == (413, 413, 422)
    assert declared.headers["content-type"] == streamed.headers["content-type"] == "application/problem+json"
    assert form.status_code == 413
    assert form.headers["content-type"].startswith("text/html")
    assert upload.status_code == 401


async def test_visitors_write_only_so_often_from_one_address(reach: Reach) -> None:
    async with reach(requests_per_minute=10) as program:
        answers = [await program.post("/v1/auth/verify-email", json={"token": "not a token"}) for _ in range(12)]
        page = await program.post("/verify-email", data={"token": "x"}, headers={"accept": "text/html"})
        read = await program.get("/v1/legal/terms")
    assert [answer.status_code == 429 for answer in answers] == [False] * 10 + [True] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert read.status_code == 200


async def test_requests_become_traces_where_a_collector_is_named(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.decode().lower().splitlines() if line.startswith("content-length:"))
        body = await reader.readexactly(int(length.partition(":")[2]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        heard.put_nowait(head.splitlines()[0] + gzip.decompress(body) if body[:2] == b"\x1f\x8b" else head.splitlines()[0] + body)

    collector = await asyncio.start_server(collect, "127.0.0.1", 0)
    port = collector.sockets[0].getsockname()[1]
    async with collector, reach(otel_endpoint=f"http://127.0.0.1:{port}") as program:
        await program.get("/healthz")
        await program.get("/v1/legal/terms")
        spans = await asyncio.wait_for(heard.get(), 60)
    assert spans.startswith(b"POST /v1/traces")
    assert b"GET /v1/legal/{kind}" in spans or b"/v1/legal/" in spans
    assert b"/healthz" not in spans
