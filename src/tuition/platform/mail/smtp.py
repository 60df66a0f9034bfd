"""SMTP, by the standard library in a thread."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from tuition.kernel import clock
from tuition.platform.mail.message import MailRefused, MailUnavailable, Message, Sent

TIMEOUT_S = 30
_PERMANENT = range(500, 600)


class Smtp:
    """A mail server: ``smtp://user:password@host:587`` (STARTTLS), or ``smtps://…:465`` (TLS from the first byte).

    A password is never sent in the clear: with one, STARTTLS is required. ``smtp://host:25`` without one uses it if offered.
    """

    name = "smtp"

    def __init__(self, url: str, *, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        assert parts.scheme in {"smtp", "smtps"}, "a mail server is smtp:// or smtps://"
        assert parts.hostname, "a mail server has a host"
        self._implicit_tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._implicit_tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._tls = tls or ssl.create_default_context()

    def __repr__(self) -> str:
        return f"<smtp {self._host}:{self._port}>"

    async def send(self, message: Message) -> Sent:
        """Hand it to the server."""
        try:
            return await asyncio.to_thread(self._send, _compose(message), message.to)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refusal(code, answer) from error
        except smtplib.SMTPAuthenticationError as error:
            # Our own password is wrong: nobody's mail is at fault, and it can be mended.
            raise MailUnavailable(reason="the mail server does not accept the user and password") from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(reason=f"{type(error).__name__}: {error}") from error

    def _send(self, mail: EmailMessage, recipient: str) -> Sent:
        with self._connect() as server:
            if not self._implicit_tls and (self._password or server.has_extn("starttls")):
                server.starttls(context=self._tls)
                server.ehlo()
            if self._password:
                server.login(self._user, self._password)
            server.send_message(mail, to_addrs=[parseaddr(recipient)[1]])
        return Sent(provider_message_id=mail["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        if self._implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=self._tls)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        server.ehlo()
        return server


def _compose(message: Message) -> EmailMessage:
    mail = EmailMessage()
    try:
        mail["From"] = message.sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = formatdate(clock.now().timestamp())
        mail["Message-ID"] = f"<{message.id}@{parseaddr(message.sender)[1].rpartition('@')[2] or 'localhost'}>"
        mail["Auto-Submitted"] = "auto-generated"
        if message.reply_to:
            mail["Reply-To"] = message.reply_to
        for name, value in message.headers.items():
            mail[name] = value
    except ValueError as error:
        # A line break in a header: somebody tries to write headers of their own.
        raise MailRefused(reason="a header holds a line break") from error
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _refusal(code: int, answer: bytes | str) -> MailRefused | MailUnavailable:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    reason = f"{code} {said}"
    return MailRefused(reason=reason) if code in _PERMANENT else MailUnavailable(reason=reason)
