"""Load that remembers what it was told: heartbeats that move money, and top-ups, each tried again until it is answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.journeys.house import Json, Person, minor

SPEED = 4000
BEAT_S = 0.5
PATIENCE_S = 420
BUSY = {409, 500, 502, 503}
"""Answers after which the same request is sent again. 409: the same key is still being worked on."""


@dataclass
class Watcher:
    """Somebody who watches at four times the speed and never believes that a report was lost."""

    person: Person
    begun: Json
    wallet_id: str
    card_id: str
    told: int = 0
    """Minor units that answers said were charged, an answer to a repeated report included."""
    known: int = 0
    """The content's cost as the last answer named it."""
    position_ms: int = 0
    covered_ms: int = 0
    repeats: int = 0
    payments: list[Json] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def watch(self, stop: asyncio.Event) -> None:
        """Report what was played since the last report, until told to stop and the last report was answered."""
        before = time.monotonic()
        while not stop.is_set():
            await asyncio.sleep(BEAT_S)
            now = time.monotonic()
            # A player that gets no answer plays no further than its lease.
            end_ms = self.position_ms + min(int((now - before) * SPEED), 8 * SPEED)
            before = now
            said = await self._report([self.position_ms, end_ms])
            self.told += minor(said["charged"])
            assert minor(said["content_cost"]) >= self.known, "what was paid never becomes less"
            self.known = minor(said["content_cost"])
            self.position_ms = end_ms
            self.covered_ms = said["covered_ms"]

    async def _report(self, interval: list[int]) -> Json:
        path = f"/v1/play-sessions/{self.begun['id']}/intervals"
        body = {"position_ms": interval[1], "intervals": [interval], "speed": SPEED}
        return await self._until_answered("POST", path, body, {"authorization": f"Bearer {self.begun['token']}"}, {200})

    async def top_up(self, stop: asyncio.Event) -> None:
        """Ask for a euro again and again, each with a key of its own that is kept for its repetitions."""
        while not stop.is_set():
            await asyncio.sleep(BEAT_S * 2)
            await self._refresh()
            headers = {"authorization": f"Bearer {self.person.tokens['access_token']}", "idempotency-key": str(uuid4())}
            body = {"amount": {"amount_minor": 100, "currency": "EUR"}, "method_id": self.card_id}
            self.payments.append(
                await self._until_answered("POST", f"/v1/wallets/{self.wallet_id}/top-ups", body, headers, {201})
            )

    async def _refresh(self) -> None:
        # Asked for long before it is needed: a refresh whose answer is lost would end the sign-in.
        if self.person.house.clock.now() > self.person.until:
            raise AssertionError("the load ran longer than an access token lives")

    async def _until_answered(self, method: str, path: str, body: Any, headers: dict[str, str], wanted: set[int]) -> Json:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = await self.person.house.http.request(method, path, json=body, headers=headers, timeout=20)
            except httpx.TransportError:
                self.repeats += 1
            else:
                if answer.status_code in wanted:
                    said: Json = answer.json()
                    return said
                if answer.status_code not in BUSY:
                    raise AssertionError(f"{path} gave {answer.status_code}: {answer.text}")
                if answer.status_code == 500:
                    self.failures.append(answer.text)
                self.repeats += 1
            assert time.monotonic() < deadline, f"{path} was not answered for {PATIENCE_S} seconds"
            await asyncio.sleep(0.2)
