"""What the pages that take money have in common: the ways to pay, and where a form may lead."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from uuid import UUID

from starlette.requests import Request

from tuition import payments
from tuition.payments import Gateways, PaymentMethod
from tuition.web.rendering import translate as _

WALLET = "wallet"
CARD, NEW = "card:", "new:"


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody chose to pay: from the wallet, with a kept card, or at a provider's page."""

    from_wallet: bool = False
    method_id: UUID | None = None
    provider: str | None = None


def read_choice(chosen: str, gateways: Gateways) -> Choice:
    """Understand a form's ``pay`` field. Raises ``MethodNotFound`` or ``GatewayUnknown``."""
    if chosen == WALLET:
        return Choice(from_wallet=True)
    if chosen.startswith(CARD):
        try:
            return Choice(method_id=UUID(chosen.removeprefix(CARD)))
        except ValueError as error:
            raise payments.MethodNotFound from error
    if chosen.startswith(NEW):
        return Choice(provider=gateways[chosen.removeprefix(NEW)].name)
    return Choice(provider=gateways.default.name)


def card_name(method: PaymentMethod) -> str:
    """What a person recognises of a card."""
    return f"{method.brand} •••• {method.last4}"


def expiry(method: PaymentMethod) -> str:
    """Until when a card is good, as it is printed on it."""
    if method.expires_month is None or method.expires_year is None:
        return ""
    return _("good until %(month)s/%(year)s") % {"month": f"{method.expires_month:02}", "year": f"{method.expires_year % 100:02}"}


def options(methods: list[PaymentMethod], gateways: Gateways) -> list[tuple[str, str, str]]:
    """The ways to pay from outside, for ``ui.choices``: kept cards first, then each provider's page."""
    known = {gateway.name for gateway in gateways}
    listed = [(f"{CARD}{method.id}", card_name(method), expiry(method)) for method in methods if method.provider in known]
    names = {"sandbox": (_("A test card"), _("Nothing here is real money. The next page shows the cards that you can use."))}
    for gateway in gateways:
        typed = _("You type it at %(provider)s.") % {"provider": gateway.name.title()}
        listed.append((f"{NEW}{gateway.name}", *names.get(gateway.name, (_("Another card"), typed))))
    return listed


def leads_to(gateways: Gateways) -> dict[str, str]:
    """The content security policy's addition: our forms may lead to these providers' pages."""
    return {"form-action": " ".join(origin for gateway in gateways for origin in gateway.page_origins)}


def return_url(request: Request, back: str) -> str:
    """Where the provider leads back to."""
    return str(request.base_url).rstrip("/") + payment_page(payments.PAYMENT_PLACE, back)


def payment_page(payment_id: UUID | str, back: str = "") -> str:
    """Our page that waits for a payment, which then leads to ``back``."""
    return f"/payments/{payment_id}" + (f"?next={quote(back, safe='')}" if back else "")


def origin_of(address: str) -> str:
    """The origin of an address, for a policy."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else ""
