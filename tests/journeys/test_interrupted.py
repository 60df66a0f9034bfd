"""A request that breaks after it asked for money, and is sent again with the same key."""

from __future__ import annotations

import pytest

from tests.journeys.house import GOOD_CARD, House
from tuition import payments
from tuition.payments import Gateways, PaymentRequest
from tuition.payments.ports import GatewayAnswer

pytestmark = pytest.mark.slow


class _Breaks(Exception):
    """The process dies, as far as a test can let it."""


async def test_a_request_that_broke_after_asking_for_money_goes_on_and_asks_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lena = await house.join("Lena")
    await lena.top_up(500, card=GOOD_CARD, save=True)
    [card] = (await lena.get("/v1/payment-methods"))["items"]
    wallet = await lena.wallet()
    gateway = house.runtime.service(Gateways)["sandbox"]
    asked, really = [], gateway.create_payment

    async def pay_and_break(request: PaymentRequest) -> GatewayAnswer:
        answer = await really(request)
        asked.append(request.key)
        if len(asked) == 1:
            raise _Breaks
        return answer

    monkeypatch.setattr(gateway, "create_payment", pay_and_break)
    path = f"/v1/wallets/{wallet['id']}/top-ups"
    body = {"amount": {"amount_minor": 700, "currency": "EUR"}, "method_id": card["id"]}
    key = {"idempotency-key": "one attempt"}
    await lena.ask("POST", path, json=body, headers=key, expect=500)
    first = await lena.ask("POST", path, json=body, headers=key)
    again = await lena.ask("POST", path, json=body, headers=key)
    await house.work()
    assert first["status"] == payments.PaymentStatus.SUCCEEDED
    assert first == again
    assert len(set(asked)) == 1
    assert await lena.balance() == 1200
