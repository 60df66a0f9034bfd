"""Money over HTTP, as programs ask for it: keys, refusals, pages, documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.commerce.conftest import creator, market
from tests.commerce.market import VISA, Market
from tuition import identity, payments
from tuition.edge import Runtime
from tuition.identity import Actor, Role
from tuition.kernel import new_id
from tuition.main import create_app
from tuition.platform.settings import Mode, Settings

__all__ = ["creator", "market"]
PASSWORD = "seven quiet otters"


class Program:
    """A program that speaks for one person."""

    def __init__(self, http: httpx.AsyncClient, actor: Actor, token: str) -> None:
        self.http, self.actor, self.headers = http, actor, {"authorization": f"Bearer {token}"}

    async def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = await self.http.get(path, headers=self.headers, params=params or None)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: Any = None, *, status: int = 201, key: str = "") -> Any:
        headers = self.headers | ({"idempotency-key": key} if key else {})
        answer = await self.http.request(method, path, headers=headers, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
async def http(market: Market) -> AsyncIterator[httpx.AsyncClient]:
    """The application without a server."""
    runtime = Runtime(settings=Settings(mode=Mode.TEST), database=market.database, services=market.services)
    transport = httpx.ASGITransport(app=create_app(runtime), client=("192.0.2.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def join(market: Market, http: httpx.AsyncClient, email: str, *roles: Role) -> Program:
    async with market.database.transaction() as session:
        person_id = await identity.add_person(
            session, email=email, password=PASSWORD, full_name="Ada", roles=frozenset({Role.LEARNER, *roles})
        )
        actor = await identity.get_actor(session, person_id)
    assert actor is not None
    answer = await http.post("/v1/auth/sign-in", json={"email": email, "password": PASSWORD})
    return Program(http, actor, answer.json()["access_token"])


@pytest.fixture
async def ada(market: Market, http: httpx.AsyncClient) -> Program:
    """Somebody who buys."""
    return await join(market, http, "ada@example.org")


def top_up(minor: int = 1000, **more: Any) -> dict[str, Any]:
    return {"amount": {"amount_minor": minor, "currency": "EUR"}} | more


async def test_nobody_sees_money_without_signing_in(http: httpx.AsyncClient) -> None:
    paths = ("wallets", "payments", "payment-methods", "orders", "purchases", "earnings", "admin/webhook-events", "me/auto-topup")
    for path in paths:
        answer = await http.get(f"/v1/{path}")
        assert answer.status_code == 401, path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_same_key_tops_up_once_and_another_body_is_refused(market: Market, ada: Program) -> None:
    wallet = await ada.send("POST", "/v1/wallets", {"currency": "EUR"})
    path = f"/v1/wallets/{wallet['id']}/top-ups"
    first = await ada.send("POST", path, top_up(), key="one")
    assert first["status"] == "pending"
    assert "/sandbox/pay/" in first["redirect_url"]
    assert await ada.send("POST", path, top_up(), key="one") == first
    refused = await ada.send("POST", path, top_up(2000), key="one", status=422)
    assert refused["code"] == "platform.idempotency_key_reused"
    assert await market.ask("select count(*) from payments") == [(1,)]
    await market.type_card(await market.payment(UUID(first["id"])), VISA)
    await market.work()
    shown = await ada.get(f"/v1/wallets/{wallet['id']}")
    assert shown["balance"] == {"amount_minor": 1000, "currency": "EUR", "amount": "10.00"}
    [lot] = (await ada.get(f"/v1/wallets/{wallet['id']}/lots"))["items"]
    assert (lot["kind"], lot["remaining"]["amount_minor"]) == ("paid", 1000)
    assert (await ada.get(f"/v1/payments/{first['id']}"))["redirect_url"] is None


async def test_what_is_somebody_elses_does_not_exist(
    market: Market, http: httpx.AsyncClient, ada: Program, creator: Actor
) -> None:
    wallet = await ada.send("POST", "/v1/wallets", {"currency": "EUR"})
    bought = await market.buy(ada.actor, await market.article(creator, 500))
    other = await join(market, http, "eve@example.org")
    documents = (await ada.get("/v1/invoices", order_id=str(bought.order.id)))["items"]
    assert bought.payment is not None
    for path in (
        f"wallets/{wallet['id']}",
        f"wallets/{wallet['id']}/lots",
        f"wallets/{wallet['id']}/transactions",
        f"payments/{bought.payment.id}",
        f"orders/{bought.order.id}",
        f"purchases/{bought.purchase.id}",
        f"purchases/{bought.purchase.id}/refund-preview",
        f"invoices/{documents[0]['id']}.pdf",
        f"orders/{new_id()}",
    ):
        assert (await other.get(f"/v1/{path}", 404))["status"] == 404, path
    await other.send("POST", "/v1/refunds", {"purchase_id": str(bought.purchase.id)}, status=404)
    await other.send("POST", f"/v1/wallets/{wallet['id']}/top-ups", top_up(), status=404)
    for path in ("webhook-events", "stuck-payments", "payment-refunds", "tax-rates"):
        assert (await other.get(f"/v1/admin/{path}", 403))["status"] == 403


async def test_buying_refuses_in_words_and_buys_once(market: Market, ada: Program, creator: Actor) -> None:
    article = await market.article(creator, 500)
    waiver = (await ada.get("/v1/orders/waiver"))["text"]
    body = {"content_ids": [str(article.id)], "waiver": waiver, "from_wallet": True}
    refused = await ada.send("POST", "/v1/orders", body, key="buy", status=402)
    assert refused["code"] == "wallets.balance_too_small"
    assert refused["missing"] == {"amount_minor": 500, "currency": "EUR", "amount": "5.00"}
    assert (await ada.send("POST", "/v1/orders", body | {"waiver": "Yes."}, status=422))["code"] == "commerce.waiver_needed"
    quote = await ada.get("/v1/orders/quote", content_id=[str(article.id)])
    assert (quote["total"]["amount"], quote["tax"]["amount"]) == ("5.00", "0.00")

    await market.pay_in(ada.actor, 1000)
    bought = await ada.send("POST", "/v1/orders", body, key="buy")
    assert (bought["status"], bought["funding"], bought["payment"]) == ("completed", "wallet", None)
    assert await ada.send("POST", "/v1/orders", body, key="buy") == bought, "the key was given back with the 402"
    assert (await ada.send("POST", "/v1/orders", body, status=409))["code"] == "commerce.already_owned"

    [purchase] = (await ada.get("/v1/purchases"))["items"]
    assert (purchase["platform_fee"]["amount"], purchase["creator"]["amount"]) == ("1.50", "3.50")
    preview = await ada.get(f"/v1/purchases/{purchase['id']}/refund-preview")
    assert (preview["amount"]["amount"], preview["refusal"], preview["refusal_code"]) == ("5.00", "", None)
    refund = await ada.send("POST", "/v1/refunds", {"purchase_id": purchase["id"]}, key="back")
    assert (refund["status"], refund["creator"]["amount"]) == ("completed", "3.50")
    assert (await ada.send("POST", "/v1/refunds", {"purchase_id": purchase["id"]}, status=409))["status"] == 409
    assert [row["status"] for row in (await ada.get("/v1/purchases"))["items"]] == ["refunded"]
    assert (await ada.get("/v1/purchases?status=completed"))["items"] == []
    documents = (await ada.get("/v1/invoices", order_id=bought["id"]))["items"]
    assert [document["kind"] for document in documents] == ["invoice", "credit_note"]
    pdf = await ada.http.get(f"/v1/invoices/{documents[1]['id']}.pdf", headers=ada.headers)
    assert pdf.content.startswith(b"%PDF")
    await market.check_books()


async def test_a_school_without_a_way_to_pay_gives_away_what_is_free(market: Market, ada: Program, creator: Actor) -> None:
    market.services.provide(payments.Gateways, payments.Gateways([]))
    waiver = (await ada.get("/v1/orders/waiver"))["text"]
    free, sold = await market.article(creator, 0), await market.article(creator, 500, title="Sold")
    taken = await ada.send("POST", "/v1/orders", {"content_ids": [str(free.id)], "waiver": waiver})
    assert (taken["status"], taken["funding"]) == ("completed", "free")
    refused = await ada.send("POST", "/v1/orders", {"content_ids": [str(sold.id)], "waiver": waiver}, status=422)
    assert refused["code"] == "payments.gateway_unknown"


async def test_terms_that_changed_are_agreed_to_before_money_is_spent(market: Market, ada: Program, creator: Actor) -> None:
    await market.pay_in(ada.actor, 1000)
    article = await market.article(creator, 500)
    waiver = (await ada.get("/v1/orders/waiver"))["text"]
    body = {"content_ids": [str(article.id)], "waiver": waiver, "from_wallet": True}
    admin = await market.person(Role.OWNER)
    async with market.database.transaction() as session:
        await identity.legal.publish_text(session, admin, "terms", "en", "# Other terms")
    assert (await ada.send("POST", "/v1/orders", body, status=403))["code"] == "identity.terms_changed"
    wallet = (await ada.get("/v1/wallets"))["items"][0]["id"]
    refused = await ada.send("POST", f"/v1/wallets/{wallet}/top-ups", top_up(500), status=403)
    assert refused["code"] == "identity.terms_changed"
    text = await ada.get("/v1/legal/terms")
    for sha256, status in (("0" * 64, 422), (text["sha256"], 204), (text["sha256"], 204)):
        answer = await ada.http.post("/v1/me/terms", json={"terms_sha256": sha256}, headers=ada.headers)
        assert answer.status_code == status
    assert [row["kind"] for row in (await ada.get("/v1/me/agreements"))["items"]] == ["terms"]
    assert (await ada.send("POST", "/v1/orders", body))["status"] == "completed"


async def test_lists_come_a_page_at_a_time(market: Market, ada: Program, creator: Actor) -> None:
    await market.pay_in(ada.actor, 1000)
    for number in range(5):
        await market.later(seconds=1)
        await market.buy(ada.actor, await market.article(creator, 100, title=f"Text {number}"), from_wallet=True)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await ada.get("/v1/orders?limit=2" + (f"&cursor={cursor}" if cursor else ""))
        seen += [order["lines"][0]["title"] for order in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"Text {number}" for number in (4, 3, 2, 1, 0)]
    assert (await ada.get("/v1/orders", 422, cursor="forged"))["code"] == "platform.cursor_invalid"
    assert (await ada.get("/v1/orders", 422, limit=0))["status"] == 422


async def test_cards_and_the_automatic_top_up(market: Market, ada: Program) -> None:
    assert await ada.get("/v1/me/auto-topup") is None
    saved = await market.pay_in(ada.actor, 1000, save=True)
    [card] = (await ada.get("/v1/payment-methods"))["items"]
    assert (card["brand"], card["last4"], card["is_default"]) == ("Sandbox Visa", "4242", True)
    figures = {"threshold": 250, "amount": 1000, "ceiling_month": 3000}
    euros = {name: {"amount_minor": minor, "currency": "EUR"} for name, minor in figures.items()}
    body = {"enabled": True, "method_id": str(saved.payment_method_id)} | euros
    assert (await ada.send("PUT", "/v1/me/auto-topup", body, status=200))["enabled"] is True
    assert (await ada.send("PUT", "/v1/me/auto-topup", body | {"method_id": None}, status=422))["status"] == 422
    assert (await ada.send("PUT", "/v1/me/auto-topup", body | {"method_id": str(new_id())}, status=404))["status"] == 404
    await ada.send("DELETE", f"/v1/payment-methods/{card['id']}", status=204)
    assert (await ada.get("/v1/me/auto-topup"))["enabled"] is False
    wallet = (await ada.get("/v1/wallets"))["items"][0]
    body = top_up(return_url="javascript:alert(1)")
    assert (await ada.send("POST", f"/v1/wallets/{wallet['id']}/top-ups", body, status=422))["status"] == 422


async def test_messages_of_providers_are_verified_stored_and_replayed(
    market: Market, http: httpx.AsyncClient, ada: Program
) -> None:
    await market.pay_in(ada.actor, 1000)
    [(body,)] = await market.ask("select body from sandbox_events")
    assert isinstance(body, bytes)
    good = {"sandbox-signature": market.sandbox.sign(body, at=market.now)}
    for _ in range(2):
        assert (await http.post("/webhooks/sandbox", content=body, headers=good)).status_code == 200
    bad = await http.post("/webhooks/sandbox", content=body, headers={"sandbox-signature": "t=1,v1=0", "idempotency-key": "a"})
    assert (bad.status_code, bad.json()["code"]) == (400, "payments.signature_invalid")
    assert await market.ask("select count(*) from idempotency_keys where route like '%webhooks%'") == [(0,)], "nothing is kept"
    assert (await http.post("/webhooks/unknown", content=body, headers=good)).status_code == 422
    owner = await join(market, http, "olga@example.org", Role.OWNER)
    [event] = (await owner.get("/v1/admin/webhook-events"))["items"]
    assert (event["status"], event["deliveries"]) == ("processed", 3)
    await owner.send("POST", f"/v1/admin/webhook-events/{event['id']}/replay", status=202)
    await market.work()
    assert await market.balance(ada.actor) == 1000
    assert (await owner.send("POST", f"/v1/admin/webhook-events/{new_id()}/replay", status=404))["status"] == 404
    assert (await owner.get("/v1/admin/stuck-payments"))["items"] == []


async def test_those_who_manage_payments_give_gifts_set_taxes_and_send_refunds_again(
    market: Market, http: httpx.AsyncClient, ada: Program, creator: Actor
) -> None:
    owner = await join(market, http, "olga@example.org", Role.OWNER)
    gift = {"person_id": str(ada.actor.id), "amount": {"amount_minor": 300, "currency": "EUR"}, "reason": "Welcome"}
    await owner.send("POST", "/v1/admin/gifts", gift)
    past = gift | {"expires_at": "2020-01-01T00:00:00Z"}
    assert (await owner.send("POST", "/v1/admin/gifts", past, status=422))["code"] == "wallets.gift_invalid"
    await owner.send("POST", "/v1/admin/gifts", gift | {"expires_at": "2030-01-01T00:00:00"}, status=422)  # where, at that time?
    assert await market.balance(ada.actor) == 300
    await owner.send("PUT", "/v1/admin/tax-rates/EG", {"name": "VAT", "rate": "0.14", "is_inclusive": False}, status=200)
    assert (await owner.get("/v1/admin/tax-rates"))["items"][0]["country"] == "EG"
    await owner.send("DELETE", "/v1/admin/tax-rates/EG", status=204)
    assert (await owner.get("/v1/admin/tax-rates"))["items"] == []
    bought = await market.buy(ada.actor, await market.article(creator, 500))
    await market.give_back(ada.actor, bought.purchase)
    [refund] = (await owner.get("/v1/admin/payment-refunds"))["items"]
    assert refund["status"] == payments.RefundStatus.SUCCEEDED
    await owner.send("POST", f"/v1/admin/payment-refunds/{refund['id']}/retry", status=409)
