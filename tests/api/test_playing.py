"""Playing over HTTP: sessions, reports, leases and what they let out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.metering.cinema import Cinema
from tuition import access, catalog, identity
from tuition.identity import Actor, Role
from tuition.kernel import FrozenClock, new_id
from tuition.main import build_runtime, create_app
from tuition.platform import files
from tuition.platform.settings import Mode, Settings

SEGMENT_MS, SEGMENTS = 4_000, 600


class Screen:
    """Somebody's player, which speaks HTTP."""

    def __init__(self, http: httpx.AsyncClient, cookie: str) -> None:
        self.http, self.headers = http, {"cookie": f"tuition={cookie}", "sec-fetch-site": "same-origin"}

    async def begin(self, film: catalog.Content, **more: Any) -> httpx.Response:
        body = {"content_id": str(film.id), "device_id": "laptop"} | more
        return await self.http.post("/v1/play-sessions", json=body, headers=self.headers)

    async def report(self, begun: dict[str, Any], start_ms: int, end_ms: int, **more: Any) -> httpx.Response:
        body = {"position_ms": end_ms, "intervals": [[start_ms, end_ms]] if end_ms > start_ms else []} | more
        headers = {"authorization": f"Bearer {begun['token']}"}
        return await self.http.post(f"/v1/play-sessions/{begun['id']}/intervals", json=body, headers=headers)

    async def piece(self, film: catalog.Content, lease: str, index: int) -> int:
        return (await self.http.get(f"/media/{film.id}/360p/{index:05}.m4s", headers={"tuition-lease": lease})).status_code


@pytest.fixture
async def cinema(database_url: str, tmp_path: Path, moment: FrozenClock) -> AsyncIterator[Cinema]:
    settings = Settings(mode=Mode.TEST, home=tmp_path, secret_key=SecretStr("a key of the tests, of no worth anywhere else"))
    runtime = build_runtime(settings, database_url)
    cinema = Cinema(runtime.database, moment)
    cinema.app, cinema.store = create_app(runtime), runtime.service(files.Store)  # type: ignore[attr-defined]  # for this file's fixtures
    yield cinema
    await runtime.close()


@pytest.fixture
async def http(cinema: Cinema) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=cinema.app)  # type: ignore[attr-defined]  # set by the fixture above
    async with httpx.AsyncClient(transport=transport, base_url="http://tuition.test") as client:
        yield client


@pytest.fixture
async def film(cinema: Cinema) -> catalog.Content:
    film = await cinema.film(await cinema.person(Role.CREATOR))
    async with cinema.database.transaction() as session:
        session.add(
            catalog.MediaRendition(
                content_id=film.id,
                position=0,
                name="360p",
                width=640,
                height=360,
                bandwidth=800_000,
                average_bandwidth=600_000,
                codecs="avc1.42e01e,mp4a.40.2",
                init_bytes=4,
            )
        )
        for index in range(SEGMENTS):
            start_ms = index * SEGMENT_MS
            session.add(
                catalog.MediaSegment(content_id=film.id, index=index, start_ms=start_ms, duration_ms=SEGMENT_MS, sizes=[5])
            )
    store: files.Store = cinema.store  # type: ignore[attr-defined]  # set by the fixture above
    await store.put("films/slow/360p/init.mp4", b"init")
    for index in (0, 1, 7, 8, 100, 101, 599):
        await store.put(f"films/slow/360p/{index:05}.m4s", b"piece")
    return film


async def screen_of(cinema: Cinema, http: httpx.AsyncClient, person: Actor) -> Screen:
    async with cinema.database.transaction() as session:
        return Screen(http, (await identity.open_browser(session, person.id)).cookie)


async def test_the_terms_and_the_reports_say_the_same_after_a_give_back(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content
) -> None:
    learner = await learner_of(cinema, 1000)
    player = await cinema.press_play(learner, film)
    assert (await player.play(25 * 60)).is_owned
    await player.stop()
    [(purchase_id,)] = await cinema.ask("select id from purchases")
    await cinema.act(lambda session: access.end(session, source=("purchase", purchase_id), reason="refunded", at=cinema.now))
    screen = await screen_of(cinema, http, learner)
    begun = (await screen.begin(film)).json()
    cinema.moment.advance(timedelta(seconds=10))
    beat = (await screen.report(begun, 1_500_000, 1_510_000)).json()
    assert (begun["terms"]["paid"]["amount_minor"], begun["terms"]["cap"]) == (0, beat["cap"])
    assert (beat["cap"]["amount_minor"], beat["content_cost"]["amount_minor"]) == (300, 2)


async def learner_of(cinema: Cinema, funds: int = 500) -> Actor:
    learner = await cinema.person(funds=funds)
    async with cinema.database.engine.begin() as connection:
        await connection.exec_driver_sql("update users set email_verified_at = now() where id = %s", (learner.id,))
    return learner


async def test_a_report_moves_money_and_its_lease_lets_the_next_pieces_out(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content
) -> None:
    screen = await screen_of(cinema, http, await learner_of(cinema))
    answer = await screen.begin(film)
    begun = answer.json()
    assert (answer.status_code, begun["terms"]["rate"], begun["position_ms"]) == (201, "0.120000", 0)
    first = (await screen.report(begun, 0, 0)).json()
    assert [await screen.piece(film, first["lease"], index) for index in (0, 7, 8, 599)] == [200, 200, 403, 403]
    cinema.moment.advance(timedelta(seconds=10))
    beat = await screen.report(begun, 0, 10_000)
    assert (beat.json()["session_cost"]["amount"], beat.json()["balance"]["amount"]) == ("0.02", "4.98")
    assert "HttpOnly" in beat.headers["set-cookie"]
    assert await screen.piece(film, beat.json()["lease"], 8) == 200
    jumped = (await screen.report(begun, 0, 0, position_ms=401_000)).json()
    assert [await screen.piece(film, jumped["lease"], index) for index in (100, 101, 0)] == [200, 200, 403]
    cinema.moment.advance(timedelta(minutes=6))
    assert await screen.piece(film, jumped["lease"], 100) == 403
    other = await cinema.film(await cinema.person(Role.CREATOR))
    assert await screen.piece(other, beat.json()["lease"], 0) == 403
    assert await screen.piece(film, beat.json()["lease"][:-3] + "abc", 0) == 401
    playlist = await http.get(begun["playlist"])
    assert "RESOLUTION=640x360" in playlist.text
    assert (await http.get(f"/media/{other.id}/main.m3u8?play={begun['token']}")).status_code == 401


async def test_whoever_looks_around_without_watching_is_let_out_no_more(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content
) -> None:
    screen = await screen_of(cinema, http, await learner_of(cinema))
    begun = (await screen.begin(film)).json()
    leases = [(await screen.report(begun, 0, 0, position_ms=at * 60_000)).json()["lease"] for at in range(1, 30)]
    assert leases[0] is not None
    assert leases[-1] is None
    again = (await screen.report(begun, 0, 0, position_ms=60_000)).json()
    assert again["lease"] is not None, "what was let out before may be played, and that catches up"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'{"position_ms":-1}', 422),
        (b'{"position_ms":1,"intervals":[[0]]}', 422),
        (b'{"position_ms":1,"intervals":[[0,1e99]]}', 422),
        (b'{"position_ms":1,"unknown":1}', 422),
        (b'{"position_ms":99999999999999999999999}', 422),
        (b'{"position_ms":1,"intervals":[' + b"[0,1]," * 50 + b"[0,1]]}", 422),
        (b" " * 20_000, 422),
    ],
)
async def test_a_report_that_cannot_be_read_is_refused(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content, body: bytes, status: int
) -> None:
    screen = await screen_of(cinema, http, await learner_of(cinema))
    begun = (await screen.begin(film)).json()
    address, headers = f"/v1/play-sessions/{begun['id']}/intervals", {"authorization": f"Bearer {begun['token']}"}
    answer = await http.post(address, content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == "api.report_invalid"
    for token in ("", "Bearer x.y", f"Bearer {begun['token'][:-2]}", "Bearer é"):
        refused = await http.post(address, content=b'{"position_ms":1}', headers={b"authorization": token.encode()})
        assert refused.status_code == 401
    elsewhere = await http.post(f"/v1/play-sessions/{new_id()}/intervals", content=b'{"position_ms":1}', headers=headers)
    assert elsewhere.status_code == 401


async def test_a_wallet_that_is_empty_is_answered_with_what_is_missing_and_an_ended_session_with_why(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content
) -> None:
    screen = await screen_of(cinema, http, await learner_of(cinema, funds=2))
    begun = (await screen.begin(film)).json()
    cinema.moment.advance(timedelta(seconds=12))
    answer = await screen.report(begun, 0, 12_000)
    said = answer.json()
    assert (answer.status_code, said["code"], said["missing"]["amount"]) == (402, "metering.out_of_money", "0.12")
    assert (said["position_ms"], said["content_cost"]["amount"], said["balance"]["amount"]) == (12_000, "0.02", "0.00")
    ended = await screen.report(begun, 0, 0)
    assert (ended.status_code, ended.json()["reason"]) == (410, "out_of_money")
    assert (await screen.begin(film)).status_code == 402


async def test_the_last_report_of_a_page_that_goes_away_ends_its_session(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content
) -> None:
    screen = await screen_of(cinema, http, await learner_of(cinema))
    begun = (await screen.begin(film)).json()
    second = await screen.begin(film, device_id="phone")
    assert (second.status_code, second.json()["content"]) == (409, film.title)
    cinema.moment.advance(timedelta(seconds=10))
    assert (await screen.report(begun, 0, 10_000, close=True)).json()["accepted_ms"] == 10_000
    shown = (await http.get(f"/v1/play-sessions/{begun['id']}", headers=screen.headers)).json()
    assert (shown["status"], shown["duration_seconds"], shown["total_cost"]["amount"]) == ("completed", 10, "0.02")
    closed = await http.post(f"/v1/play-sessions/{begun['id']}/close", headers=screen.headers)
    assert (closed.status_code, closed.json()["end_reason"]) == (200, "stopped")
    stranger = await screen_of(cinema, http, await learner_of(cinema))
    assert (await http.get(f"/v1/play-sessions/{begun['id']}", headers=stranger.headers)).status_code == 404


async def test_captions_are_for_whoever_plays(cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content) -> None:
    source = "WEBVTT\n\n00:01.000 --> 00:03.000\nOne\n\n00:40.000 --> 00:43.000\nTwo\n"
    async with cinema.database.transaction() as session:
        creator = Actor(id=film.creator_id, roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True)
        caption = await catalog.set_captions(session, creator, film.id, language="en", source=source)
        await catalog.edit_content(session, creator, film.id, {"preview_until_ms": 30_000})
    screen = await screen_of(cinema, http, await learner_of(cinema))
    for words in ("captions/en.vtt", "transcript/en"):
        unpaid = await http.get(f"/v1/contents/{film.id}/{words}", headers=screen.headers)
        assert unpaid.status_code == 402, "who pays by the minute reads as they pay"
    begun = (await screen.begin(film)).json()
    whole = await http.get(f"/media/{film.id}/captions/{caption.id}.vtt?play={begun['token']}")
    assert (whole.status_code, "One" in whole.text, "Two" in whole.text) == (200, True, True)
    preview = (await screen.begin(film, preview=True)).json()
    part = await http.get(f"/media/{film.id}/captions/{caption.id}.vtt?play={preview['token']}")
    assert ("One" in part.text, "Two" in part.text) == (True, False)
    ended = await http.get(f"/media/{film.id}/captions/{caption.id}.vtt?play={begun['token']}")
    assert ended.status_code == 410


async def visit(http: httpx.AsyncClient, film: catalog.Content, **headers: str) -> httpx.Response:
    return await http.post("/v1/visits", json={"content_id": str(film.id)}, headers=headers)


async def test_anybody_plays_the_free_beginning_and_nothing_after_it(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content
) -> None:
    source = "WEBVTT\n\n00:01.000 --> 00:03.000\nOne\n\n00:40.000 --> 00:43.000\nTwo\n"
    creator = Actor(id=film.creator_id, roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True)
    async with cinema.database.transaction() as session:
        caption = await catalog.set_captions(session, creator, film.id, language="en", source=source)
    assert (await visit(http, film)).status_code == 401, "it has no free beginning yet"
    async with cinema.database.transaction() as session:
        await catalog.edit_content(session, creator, film.id, {"preview_until_ms": 30_000})
    answer = await visit(http, film)
    said = answer.json()
    assert (answer.status_code, said["limit_ms"], said["duration_ms"]) == (201, 28_000, 2_400_000), "whole pieces only"
    screen = Screen(http, "")
    assert [await screen.piece(film, said["lease"], index) for index in (0, 1, 7, 8, 599)] == [200, 200, 403, 403, 403]
    assert "RESOLUTION=640x360" in (await http.get(said["playlist"])).text
    words = await http.get(f"/media/{film.id}/captions/{caption.id}.vtt?play={said['token']}")
    assert ("One" in words.text, "Two" in words.text) == (True, False)
    other = await cinema.film(creator, preview_s=30)
    assert await screen.piece(other, said["lease"], 0) == 403
    assert (await http.get(f"/media/{other.id}/main.m3u8?play={said['token']}")).status_code == 401
    forged = said["token"][:-2] + "xx"
    assert (await http.get(f"/media/{film.id}/main.m3u8?play={forged}")).status_code == 401
    report = {"authorization": f"Bearer {said['token']}"}
    address = f"/v1/play-sessions/{new_id()}/intervals"
    assert (await http.post(address, json={"position_ms": 1}, headers=report)).status_code == 401
    cinema.moment.advance(timedelta(minutes=6))
    assert await screen.piece(film, said["lease"], 0) == 403
    assert (await http.get(said["playlist"])).status_code == 401


async def test_whoever_owns_a_film_visits_it_like_anybody(cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content) -> None:
    creator = Actor(id=film.creator_id, roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True)
    screen = await screen_of(cinema, http, creator)
    assert (await visit(http, film, **screen.headers)).status_code == 401
    async with cinema.database.transaction() as session:
        await catalog.delete_content(session, creator, film.id)
    assert (await visit(http, film)).status_code == 404


async def test_anybody_plays_a_free_film_to_its_end_and_leaves_no_trace(
    cinema: Cinema, http: httpx.AsyncClient, film: catalog.Content
) -> None:
    creator = Actor(id=film.creator_id, roles=frozenset({Role.LEARNER, Role.CREATOR}), email_verified=True)
    async with cinema.database.transaction() as session:
        await catalog.edit_content(session, creator, film.id, {"visibility": "public"})
        for kind in catalog.PriceKind:
            await catalog.remove_price(session, creator, film.id, kind, "EUR")
    said = (await visit(http, film)).json()
    screen = Screen(http, "")
    assert [await screen.piece(film, said["lease"], index) for index in (0, 101, 599)] == [200, 200, 200]
    async with cinema.database.engine.connect() as connection:
        for table in ("play_sessions", "playback", "play_intervals"):
            assert (await connection.exec_driver_sql(f"select count(*) from {table}")).scalar() == 0
