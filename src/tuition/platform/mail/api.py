"""Vendors that take mail over HTTP."""

from __future__ import annotations

import abc
from email.utils import parseaddr
from typing import Any

import httpx

from tuition.platform.mail.message import MailRefused, MailUnavailable, Message, Sent

TIMEOUT_S = 20.0
_TRY_AGAIN = frozenset({408, 409, 425, 429})
# Our key, our account, our sender: the owner can mend it, and no recipient is at fault.
_OUR_FAULT = frozenset({401, 403})


class _HttpMail(abc.ABC):
    """What Resend and SendGrid have in common: one POST with a bearer key."""

    name: str
    base_url: str
    path: str

    def __init__(self, key: str, *, base_url: str | None = None) -> None:
        self._key = key
        self._base_url = base_url or self.base_url

    def __repr__(self) -> str:
        return f"<{self.name}>"

    async def send(self, message: Message) -> Sent:
        """Hand it to the vendor."""
        headers = {"Authorization": f"Bearer {self._key}", **self._headers(message)}
        try:
            async with httpx.AsyncClient(base_url=self._base_url, timeout=TIMEOUT_S) as client:
                answer = await client.post(self.path, json=self._body(message), headers=headers)
        except httpx.HTTPError as error:
            raise MailUnavailable(reason=f"{type(error).__name__}: {error}") from error
        if answer.is_success:
            return Sent(provider_message_id=self._id_of(answer))
        reason = f"{answer.status_code} {_reason(answer)}"
        if answer.status_code in _TRY_AGAIN | _OUR_FAULT or answer.status_code >= 500:
            raise MailUnavailable(reason=reason)
        raise MailRefused(reason=reason)

    def _headers(self, message: Message) -> dict[str, str]:
        del message
        return {}

    @abc.abstractmethod
    def _body(self, message: Message) -> dict[str, Any]: ...

    @abc.abstractmethod
    def _id_of(self, answer: httpx.Response) -> str | None: ...


class Resend(_HttpMail):
    """https://resend.com/docs/api-reference/emails/send-email."""

    name = "resend"
    base_url = "https://api.resend.com"
    path = "/emails"

    def _headers(self, message: Message) -> dict[str, str]:
        return {"Idempotency-Key": message.id}

    def _body(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "from": message.sender,
            "to": [message.to],
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
        }
        if message.reply_to:
            body["reply_to"] = message.reply_to
        if message.headers:
            body["headers"] = dict(message.headers)
        return body

    def _id_of(self, answer: httpx.Response) -> str | None:
        found = answer.json().get("id")
        return str(found) if found else None


class SendGrid(_HttpMail):
    """https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send."""

    name = "sendgrid"
    base_url = "https://api.sendgrid.com"
    path = "/v3/mail/send"

    def _body(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "personalizations": [{"to": [_person(message.to)], "custom_args": {"message_id": message.id}}],
            "from": _person(message.sender),
            "subject": message.subject,
            # The order is theirs: plain text first.
            "content": [{"type": "text/plain", "value": message.text}, {"type": "text/html", "value": message.html}],
            # Links and pixels that follow people are not ours to add.
            "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
        }
        if message.reply_to:
            body["reply_to"] = _person(message.reply_to)
        if message.headers:
            body["headers"] = dict(message.headers)
        return body

    def _id_of(self, answer: httpx.Response) -> str | None:
        found = answer.headers.get("X-Message-Id")
        return str(found) if found else None


def _person(written: str) -> dict[str, str]:
    name, address = parseaddr(written)
    return {"email": address, "name": name} if name else {"email": address}


def _reason(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return answer.text[:200]
    if isinstance(said, dict) and isinstance(said.get("errors"), list):
        return "; ".join(str(item.get("message", item)) for item in said["errors"] if isinstance(item, dict))
    return str(said.get("message", said)) if isinstance(said, dict) else str(said)
