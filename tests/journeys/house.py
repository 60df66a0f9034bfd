"""What people do in the house, over HTTP: join, top up, publish, play, buy; and the proof of the books."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from tuition import ledger
from tuition.edge import Runtime
from tuition.platform import jobs

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
DECLINED_LATER_CARD = "4000000000000341"
PASSWORD = "seven quiet otters"
TOKEN_SPARE = timedelta(minutes=1)
BEAT_S = 10
IDLE_S = 300

Json = dict[str, Any]


def minor(money: Json | None) -> int:
    """An amount in minor units, after seeing that its figure says the same."""
    assert money is not None
    assert round(float(money["amount"]) * 100) == money["amount_minor"]
    return int(money["amount_minor"])


@dataclass
class Person:
    """Somebody with a program: signed in, and signed in again before the token runs out."""

    house: House
    email: str
    id: str
    tokens: Json
    until: datetime

    async def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        expect: int | None = None,
        headers: Json | None = None,
        **options: Any,
    ) -> Any:
        """Send a request and return its JSON. Without ``expect`` anything but a 2xx fails the test."""
        answer = await self.send(method, path, json=json, headers=headers, **options)
        wanted = answer.status_code == expect if expect else answer.is_success
        assert wanted, f"{method} {path} gave {answer.status_code}: {answer.text[:600]}"
        return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else answer.text

    async def send(self, method: str, path: str, *, headers: Json | None = None, **options: Any) -> httpx.Response:
        """Send a request as this person. Writes carry a key of their own unless one is given."""
        if self.house.clock.now() > self.until - TOKEN_SPARE:
            await self._refresh()
        sent = {"authorization": f"Bearer {self.tokens['access_token']}"}
        if method != "GET":
            sent["idempotency-key"] = str(uuid4())
        return await self.house.http.request(method, path, headers=sent | (headers or {}), **options)

    async def get(self, path: str, *, expect: int | None = None, **params: Any) -> Any:
        """Read."""
        return await self.ask("GET", path, expect=expect, params=params)

    async def post(self, path: str, body: object = None, *, expect: int | None = None) -> Any:
        """Write."""
        return await self.ask("POST", path, json=body if body is not None else {}, expect=expect)

    async def _refresh(self) -> None:
        answer = await self.house.http.post("/v1/auth/refresh", json={"refresh_token": self.tokens["refresh_token"]})
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        self.until = self.house.clock.now() + timedelta(seconds=self.tokens["expires_in_s"])

    async def wallet(self, currency: str = "EUR") -> Json:
        """This person's wallet, opened if there is none."""
        wallet: Json = await self.post("/v1/wallets", {"currency": currency})
        return wallet

    async def balance(self, currency: str = "EUR") -> int:
        """What the wallet holds, in minor units."""
        return minor((await self.wallet(currency))["balance"])

    async def top_up(self, amount_minor: int, *, card: str = GOOD_CARD, save: bool = False) -> Json:
        """Ask for a top-up, pay on the provider's page, let its message arrive; the payment as it then stands."""
        wallet = await self.wallet()
        body = {"amount": {"amount_minor": amount_minor, "currency": "EUR"}, "save_method": save}
        payment = await self.post(f"/v1/wallets/{wallet['id']}/top-ups", body)
        assert payment["status"] == "pending"
        await self.house.pay(payment, card)
        paid: Json = await self.get(f"/v1/payments/{payment['id']}")
        return paid

    async def order(self, *content_ids: str, expect: int | None = None, **options: Any) -> Json:
        """Order contents after reading the waiver."""
        waiver = (await self.get("/v1/orders/waiver"))["text"]
        body = {"content_ids": list(content_ids), "waiver": waiver, **options}
        order: Json = await self.post("/v1/orders", body, expect=expect)
        return order

    async def buy(self, *content_ids: str, card: str = GOOD_CARD) -> Json:
        """Order, pay on the provider's page, let its message arrive; the order as it then stands."""
        order = await self.order(*content_ids)
        await self.house.pay(order["payment"], card)
        bought: Json = await self.get(f"/v1/orders/{order['id']}")
        return bought

    async def purchases(self, content_id: str | None = None) -> list[Json]:
        """What this person owns by buying, newest first."""
        items = (await self.get("/v1/purchases", status="completed"))["items"]
        return [item for item in items if content_id in (None, item["content_id"])]

    async def notifications(self, kind: str | None = None) -> list[Json]:
        """What this person was told, newest first."""
        items = (await self.get("/v1/me/notifications", limit=100))["items"]
        return [item for item in items if kind in (None, item["type"])]

    async def movements(self, kind: str | None = None) -> list[Json]:
        """The wallet's history, newest first."""
        wallet = await self.wallet()
        items = (await self.get(f"/v1/wallets/{wallet['id']}/transactions", limit=100))["items"]
        return [item for item in items if kind in (None, item["type"])]

    async def earned(self) -> Json:
        """This creator's totals in euro, in minor units."""
        for row in (await self.get("/v1/earnings/totals"))["items"]:
            if row["currency"] == "EUR":
                return {name: minor(value) for name, value in row.items() if name != "currency"}
        return {"earned": 0, "pending": 0, "available": 0, "paid_out": 0, "reversed": 0, "owed": 0}

    async def play(self, content_id: str, device: str = "laptop", *, take_over: bool = False) -> Player:
        """Press play."""
        body = {"content_id": content_id, "device_id": device, "device_name": device, "take_over": take_over}
        return Player(self, await self.post("/v1/play-sessions", body))

    async def make(self, kind: str, title: str, *, file: bytes = b"", once: int = 0, rate: str = "", **details: Any) -> str:
        """Create a content with its file or text and its prices; a draft. Returns its id."""
        content_id: str = (await self.post("/v1/contents", {"kind": kind, "title": title, **details}))["id"]
        if kind == "written":
            await self.ask("PUT", f"/v1/contents/{content_id}/body", json={"source": file.decode()})
        else:
            await self.upload(content_id, file)
        if once:
            await self.ask("PUT", f"/v1/contents/{content_id}/prices", json={"currency": "EUR", "amount_minor": once})
        if rate:
            await self.ask("PUT", f"/v1/contents/{content_id}/prices", json={"currency": "EUR", "rate": rate})
        return content_id

    async def upload(self, content_id: str, data: bytes) -> None:
        """Send a file in two chunks and let it be packaged."""
        announced = {"content_id": content_id, "purpose": "media", "file_name": "film.mp4", "size": len(data)}
        upload = await self.post("/v1/uploads", announced)
        middle = len(data) // 2
        for start, chunk in ((0, data[:middle]), (middle, data[middle:])):
            where = {"upload-offset": str(start), "content-type": "application/octet-stream"}
            await self.ask("PUT", f"/v1/uploads/{upload['id']}", content=chunk, headers=where)
        await self.post(f"/v1/uploads/{upload['id']}/complete")
        await self.house.work()
        media = await self.get(f"/v1/contents/{content_id}/media")
        assert media["status"] == "ready", media

    async def film(self, data: bytes, title: str, *, minutes: int, **prices: Any) -> str:
        """A published film that claims to be so many minutes long. Returns its id."""
        content_id = await self.make("video", title, file=data, **prices)
        await self.house.stretch(content_id, minutes)
        await self.post(f"/v1/contents/{content_id}/publish")
        return content_id


@dataclass
class Player:
    """A player that plays: it reports what was watched every ten seconds, and the clock moves as it does."""

    person: Person
    begun: Json
    answers: list[Json] = field(default_factory=list)
    sent: list[Json] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The play session."""
        return str(self.begun["id"])

    async def report(self, body: Json) -> httpx.Response:
        """Send one report as it is."""
        self.sent.append(body)
        return await self.person.house.http.post(
            f"/v1/play-sessions/{self.id}/intervals", json=body, headers={"authorization": f"Bearer {self.begun['token']}"}
        )

    async def beat(self, start_s: float, end_s: float, *, speed: int = 1000, expect: int = 200) -> Json:
        """Report one interval of content time, without waiting for it to pass."""
        times = [round(start_s * 1000), round(end_s * 1000)]
        answer = await self.report({"position_ms": times[1], "intervals": [times], "speed": speed})
        assert answer.status_code == expect, f"{answer.status_code}: {answer.text}"
        said: Json = answer.json()
        self.answers.append(said)
        return said

    async def watch(self, start_s: int, end_s: int, *, speed: int = 1000) -> int:
        """Watch from one second to another; returns what that was charged, in minor units."""
        charged, position = 0, start_s
        while position < end_s:
            until = min(position + BEAT_S * speed // 1000, end_s)
            self.person.house.clock.advance(timedelta(seconds=(until - position) * 1000 / speed))
            charged += minor((await self.beat(position, until, speed=speed)).get("charged") or {"amount_minor": 0, "amount": "0"})
            position = until
        return charged

    async def close(self) -> Json:
        """Close the tab."""
        closed: Json = await self.person.post(f"/v1/play-sessions/{self.id}/close")
        return closed


@dataclass
class House:
    """A running school and its clock."""

    runtime: Runtime
    http: httpx.AsyncClient
    clock: Any
    """Mostly a ``FrozenClock``, which the test moves."""
    owner: Person = field(init=False)

    async def work(self) -> None:
        """Do what is due: webhooks arrive over HTTP, mail leaves, films are packaged."""
        await jobs.drain(self.runtime.database, self.runtime.services)

    async def tick(self, *names: str) -> None:
        """Let the named periodic jobs run once, now."""
        await jobs.run_periodic(self.runtime.database, self.runtime.services, names=names)
        await self.work()

    async def sign_in(self, email: str, password: str = PASSWORD) -> Person:
        """Sign somebody in."""
        answer = await self.http.post("/v1/auth/sign-in", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        return Person(self, email, tokens["person_id"], tokens, self.clock.now() + timedelta(seconds=tokens["expires_in_s"]))

    async def join(self, name: str, *, verified: bool = True, **about: Any) -> Person:
        """Sign up, and unless told otherwise follow the link in the mail."""
        email = f"{name.lower()}@people.example"
        terms = (await self.http.get("/v1/legal/terms")).json()["sha256"]
        body = {
            "email": email,
            "password": PASSWORD,
            "full_name": name,
            "birth_year": 1990,
            "country": "FR",
            "terms_sha256": terms,
        }
        answer = await self.http.post("/v1/auth/sign-up", json=body | about)
        assert answer.status_code == 202, answer.text
        await self.work()
        if verified:
            await self.verify(email)
        return await self.sign_in(email)

    async def verify(self, email: str) -> None:
        """Follow the link in the newest verification mail."""
        [letter, *_] = await self.mails(email, "verify_email")
        written = await self.owner.get(f"/v1/admin/emails/{letter['id']}")
        found = re.search(r"token=([\w.~%-]+)", written["text"])
        assert found, written["text"]
        answer = await self.http.post("/v1/auth/verify-email", json={"token": found[1]})
        assert answer.status_code == 204, answer.text
        await self.work()

    async def creator(self, name: str) -> Person:
        """Somebody who publishes."""
        person = await self.join(name)
        terms = (await person.get("/v1/legal/creator-terms"))["sha256"]
        await person.post("/v1/me/creator", {"terms_sha256": terms, "bio": "Teaches."})
        return person

    async def mails(self, recipient: str, kind: str) -> list[Json]:
        """The mails of one kind to somebody, newest first, as the owner's outbox lists them."""
        items: list[Json] = (await self.owner.get("/v1/admin/emails", recipient=recipient, kind=kind, limit=100))["items"]
        return items

    async def pay(self, payment: Json, card: str = GOOD_CARD) -> None:
        """Type a card on the provider's page; its signed message then arrives over HTTP."""
        answer = await self.http.post(payment["redirect_url"], data={"number": card})
        assert answer.status_code == 303, answer.text
        await self.work()

    async def stretch(self, content_id: str, minutes: int) -> None:
        """Let a film claim to be longer than it is: nobody wants to package two hours for a test."""
        values = {"id": content_id, "ms": minutes * 60_000}
        async with self.runtime.database.transaction() as session:
            await session.execute(text("update media set duration_ms = :ms where content_id = :id"), values)
            await session.execute(text("update contents set duration_ms = :ms where id = :id"), values)

    async def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        """What the database itself says."""
        async with self.runtime.database.reading() as session:
            return (await session.execute(text(statement), values)).all()

    async def prove_the_books(self) -> None:
        """The invariants with which every journey ends."""
        await self.work()
        async with self.runtime.database.reading() as session:
            report = await ledger.check(session)
        assert report.clean, report.problems
        wallets = await self.rows("""
            select w.id, coalesce(a.balance, 0) as booked, coalesce(l.held, 0) as held
            from wallets w
            left join ledger_accounts a on a.owner = w.user_id and a.kind = 'wallet' and a.currency = w.currency
            left join (select wallet_id, sum(remaining_minor) as held from wallet_lots group by wallet_id) l on l.wallet_id = w.id
        """)
        assert all(row.booked == row.held for row in wallets), "a wallet is not the sum of its lots"


class LiveHouse(House):
    """The house with workers of its own: what is due is done by them, and one waits for it."""

    async def work(self) -> None:
        """Wait until no job is left that is due."""
        async with asyncio.timeout(IDLE_S):
            while True:
                [row] = await self.rows(
                    "select count(*) from procrastinate_jobs where status = 'doing'"
                    " or (status = 'todo' and coalesce(scheduled_at, now()) <= now())"
                )
                if not row[0]:
                    return
                await asyncio.sleep(0.2)
