"""A message, who carries it, and what can become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tuition.kernel import DomainError, ErrorKind

REASON_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one address, as text and as HTML."""

    id: str
    """Ours, and the same at every attempt: vendors that know idempotency keys send it once."""
    sender: str
    """``Name <address>`` or a bare address."""
    to: str
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it."""

    provider_message_id: str | None
    delivered: bool = False
    """Whether nothing more will be heard of it, because it is already where it belongs."""


class Transport(Protocol):
    """Somebody who carries mail."""

    @property
    def name(self) -> str:
        """What stands in the log: outbox, smtp, resend, sendgrid."""
        ...

    async def send(self, message: Message) -> Sent:
        """Carry it. Raises ``MailRefused`` (for good) or ``MailUnavailable`` (try again)."""
        ...


class MailRefused(DomainError):
    """The mail was refused for good: {reason}"""

    kind = ErrorKind.INVALID
    code = "platform.mail_refused"

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason[:REASON_LENGTH_MAX])


class MailUnavailable(DomainError):
    """Mail cannot be sent at the moment: {reason}"""

    kind = ErrorKind.UNAVAILABLE
    code = "platform.mail_unavailable"

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason[:REASON_LENGTH_MAX])


class Outbox:
    """Keeps mail instead of carrying it: the log's own copy is where it belongs, and the owner reads it there."""

    name = "outbox"

    async def send(self, message: Message) -> Sent:
        """Delivered: there is no further to go."""
        return Sent(provider_message_id=message.id, delivered=True)
