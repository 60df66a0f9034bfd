"""The sandbox's own page: what a provider would show, plainly marked as a test.

Like a provider, it does not know who is signed in here.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from tuition import payments
from tuition.edge import EdgeRoute, Reading, Services, Writing
from tuition.kernel import Currency, Money
from tuition.payments import AnswerStatus
from tuition.payments.adapters import sandbox
from tuition.payments.adapters.sandbox import CARDS, Behaviour, SandboxCharge
from tuition.platform.database import AnySession
from tuition.web.money import ways
from tuition.web.rendering import refusal, render, render_problem, see_other
from tuition.web.rendering import translate as _

router = APIRouter(prefix="/sandbox/pay", route_class=EdgeRoute, include_in_schema=False)


def _is_open(services: Services) -> bool:
    return any(gateway.name == "sandbox" for gateway in services.service(payments.Gateways))


def _back(charge: SandboxCharge) -> str:
    """Where the payer goes afterwards: where the site wanted, else its page of the payment."""
    return charge.return_url if ways.origin_of(charge.return_url) else f"/payments/{charge.key}"


def _words() -> dict[Behaviour, str]:
    return {
        Behaviour.SUCCEEDS: _("pays"),
        Behaviour.DECLINES: _("is declined"),
        Behaviour.LACKS_FUNDS: _("is declined: not enough money"),
        Behaviour.SECOND_STEP: _("asks you to confirm first"),
        Behaviour.DISPUTES: _("pays, and its bank takes the money back after two minutes"),
        Behaviour.DECLINES_LATER: _("pays now, and is declined when it is charged by itself"),
    }


async def _page(
    request: Request, session: AnySession, reference: str, *, number: str = "", error: str = "", status: int = 200
) -> Response:
    charge = await sandbox.charge_of(session, reference)
    context: dict[str, Any] = {
        "amount": Money(charge.amount_minor, Currency(charge.currency)),
        "back": _back(charge),
        "cards": [(card, _words()[card.behaviour]) for card in CARDS.values()],
        "charge": charge,
        "errors": {"number": error} if error else {},
        "is_open": charge.status == AnswerStatus.PENDING.value,
        "is_second_step": charge.status == "second_step",
        "values": {"number": number},
    }
    policy = {"form-action": ways.origin_of(charge.return_url)}
    return render(request, "money/sandbox.html", status=status, policy=policy, **context)


@router.get("/{reference}")
async def show(request: Request, session: Reading, services: Services, reference: str) -> Response:
    """Where a test card is typed, or the bank asks."""
    if not _is_open(services):
        return render_problem(request, 404)
    return await _page(request, session, reference)


@router.post("/{reference}")
async def pay(
    request: Request, session: Writing, services: Services, reference: str, number: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Pay with a card. Its owner may first have to answer the bank."""
    if not _is_open(services):
        return render_problem(request, 404)
    try:
        charge = await sandbox.confirm(session, reference, number)
    except sandbox.CardRefused as error:
        return await _page(request, session, reference, number=number, error=refusal(error), status=422)
    return see_other(request, f"/sandbox/pay/{reference}" if charge.status == "second_step" else _back(charge))


@router.post("/{reference}/bank")
async def answer_bank(
    request: Request, session: Writing, services: Services, reference: str, answer: Annotated[str, Form()] = ""
) -> Response:
    """The second step: confirm or refuse."""
    if not _is_open(services):
        return render_problem(request, 404)
    charge = await sandbox.finish_second_step(session, reference, approved=answer == "approve")
    return see_other(request, _back(charge))
