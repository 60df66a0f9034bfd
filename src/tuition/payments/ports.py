"""What we need of a provider. Every adapter passes the same contract tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tuition.kernel import Money
from tuition.payments.errors import GatewayUnknown


class AnswerStatus(StrEnum):
    """What a provider says about a payment at this moment."""

    PENDING = "pending"
    """It waits for the payer (at ``redirect_url``) or for a network."""
    SUCCEEDED = "succeeded"
    """The money is there."""
    FAILED = "failed"
    """It will not come."""
    DISPUTED = "disputed"
    """It came and the payer's bank took it back."""


@dataclass(frozen=True, slots=True)
class MethodCard:
    """A means of payment that the provider keeps; we keep its name and what a person recognises."""

    reference: str
    brand: str
    last4: str
    expires_month: int | None = None
    expires_year: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """Please get this money. ``key`` is made from our payment's id: asking twice asks once."""

    key: str
    amount: Money
    description: str
    return_url: str
    payer_reference: str
    save_method: bool = False
    method_reference: str | None = None
    off_session: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What the provider said."""

    status: AnswerStatus
    reference: str
    key: str = ""
    """Our key, echoed: a webhook may arrive before we have stored the provider's reference."""
    redirect_url: str | None = None
    amount: Money | None = None
    """What the provider speaks of, where it says so; another sum than ours is never recorded."""
    fee_minor: int = 0
    failure_code: str = ""
    failure_message: str = ""
    method: MethodCard | None = None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Please give this back."""

    key: str
    payment_reference: str
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """What the provider said about a refund."""

    status: AnswerStatus
    reference: str
    key: str = ""
    failure_message: str = ""
    payment_reference: str = ""
    """Of which payment, by the provider's name: a message may speak of a refund that we never asked for."""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A verified message of a provider: about a payment (``answer``) or about a refund (``refund``), or about nothing of ours."""

    event_id: str
    event_type: str
    occurred_at: datetime
    answer: GatewayAnswer | None = None
    refund: RefundAnswer | None = None


class Gateway(Protocol):
    """One provider."""

    @property
    def name(self) -> str:
        """Stable name: of the ledger's account, in addresses and settings."""
        ...

    @property
    def is_test(self) -> bool:
        """Whether its money is not money."""
        ...

    @property
    def page_origins(self) -> tuple[str, ...]:
        """Where its own pages live (``https://pay.example``): browsers are told that our forms may lead there."""
        ...

    async def create_payment(self, request: PaymentRequest) -> GatewayAnswer:
        """Ask for a payment: with a saved method at once, else at the provider's page. Raises ``GatewayUnavailable``."""
        ...

    async def fetch_payment(self, reference: str) -> GatewayAnswer:
        """What the provider knows about a payment now. Raises ``GatewayUnavailable``."""
        ...

    async def refund(self, request: RefundRequest) -> RefundAnswer:
        """Give money back. Raises ``GatewayUnavailable``."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> WebhookMessage:
        """Verify (in constant time) and read a message. Raises ``SignatureInvalid``."""
        ...


class Gateways:
    """The providers of this installation, by name."""

    def __init__(self, gateways: Iterable[Gateway]) -> None:
        self._by_name = {gateway.name: gateway for gateway in gateways}

    def __getitem__(self, name: str) -> Gateway:
        gateway = self._by_name.get(name)
        if gateway is None:
            raise GatewayUnknown(provider=name[:40], known=", ".join(self._by_name) or "-")
        return gateway

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[Gateway]:
        return iter(self._by_name.values())

    @property
    def default(self) -> Gateway:
        """The first one of the settings. Raises ``GatewayUnknown`` where there is none."""
        for gateway in self:
            return gateway
        raise GatewayUnknown(provider="-", known="-")
