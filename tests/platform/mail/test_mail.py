"""Mail: over a real SMTP socket, and over HTTP to servers that answer as the vendors do."""

from __future__ import annotations

import email
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tuition.platform import mail

MESSAGE = mail.Message(
    id="0190",
    sender="School of Tea <tea@school.test>",
    to="Ada <ada@example.org>",
    subject="Quittung über 5,00 €, إيصال",
    text="Danke.",
    html="<p>Danke.</p>",
    headers={"List-Unsubscribe": "<https://school.test/u>"},
)


@dataclass
class Mailbox:
    """What the server received, and what it answers."""

    answer: str = "250 OK"
    recipient_answer: str = "250 OK"
    received: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802  # the library's name
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the library's name
        self.received.append(envelope)
        return self.answer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def _sign_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"tea", b"p@ss/word"), handled=False)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def plain(mailbox: Mailbox) -> Iterator[str]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield f"127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def secured(mailbox: Mailbox, certificate: Path) -> Iterator[tuple[str, ssl.SSLContext]]:
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate)
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=server_side,
        require_starttls=True,
        authenticator=_sign_in,
        auth_required=True,
    )
    controller.start()
    yield f"localhost:{controller.port}", ssl.create_default_context(cafile=certificate)
    controller.stop()


async def test_smtp_hands_over_both_forms_in_any_script(plain: str, mailbox: Mailbox) -> None:
    sent = await mail.Smtp(f"smtp://{plain}").send(MESSAGE)
    assert sent == mail.Sent(provider_message_id="<0190@school.test>", delivered=False)
    (envelope,) = mailbox.received
    assert envelope.rcpt_tos == ["ada@example.org"]
    raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
    read = email.message_from_bytes(raw, policy=policy.default)
    assert read["Subject"] == MESSAGE.subject
    assert read["From"] == MESSAGE.sender
    assert read["List-Unsubscribe"] == "<https://school.test/u>"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


async def test_smtp_signs_in_only_under_tls(secured: tuple[str, ssl.SSLContext], mailbox: Mailbox) -> None:
    address, tls = secured
    await mail.Smtp(f"smtp://tea:p%40ss%2Fword@{address}", tls=tls).send(MESSAGE)
    assert len(mailbox.received) == 1
    with pytest.raises(mail.MailUnavailable, match="user and password"):
        await mail.Smtp(f"smtp://tea:wrong@{address}", tls=tls).send(MESSAGE)
    with pytest.raises(mail.MailUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        await mail.Smtp(f"smtp://tea:x@{address}").send(MESSAGE)


async def test_smtp_never_sends_a_password_in_the_clear(plain: str, mailbox: Mailbox) -> None:
    with pytest.raises(mail.MailUnavailable, match="STARTTLS"):
        await mail.Smtp(f"smtp://tea:secret@{plain}").send(MESSAGE)
    assert mailbox.received == []
    assert "secret" not in repr(mail.Smtp(f"smtp://tea:secret@{plain}"))


@pytest.mark.parametrize(
    ("recipient", "answer", "error"),
    [
        ("550 no such person", "250 OK", mail.MailRefused),
        ("450 mailbox busy", "250 OK", mail.MailUnavailable),
        ("250 OK", "554 looks like spam", mail.MailRefused),
        ("250 OK", "451 come back later", mail.MailUnavailable),
    ],
)
async def test_smtp_tells_a_refusal_from_a_delay(
    plain: str, mailbox: Mailbox, recipient: str, answer: str, error: type[Exception]
) -> None:
    mailbox.recipient_answer, mailbox.answer = recipient, answer
    with pytest.raises(error, match=max((recipient, answer), key=lambda text: text[0])):
        await mail.Smtp(f"smtp://{plain}").send(MESSAGE)


async def test_a_server_that_is_away_is_a_delay() -> None:
    with pytest.raises(mail.MailUnavailable, match="refused"):
        await mail.Smtp("smtp://127.0.0.1:9").send(MESSAGE)


@pytest.mark.parametrize("part", ["subject", "to", "sender"])
async def test_nobody_writes_headers_of_their_own(plain: str, mailbox: Mailbox, part: str) -> None:
    with pytest.raises(mail.MailRefused, match="line break"):
        await mail.Smtp(f"smtp://{plain}").send(
            replace(MESSAGE, **{part: "x\r\nBcc: all@example.org"})  # type: ignore[arg-type]  # each part is text
        )
    assert mailbox.received == []


@dataclass
class Vendor:
    """A server with a vendor's manners."""

    status: int = 200
    answer: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    state = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append((self.path, dict(self.headers.items()), body))
            self.send_response(state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if state.answer is not None:
                self.wfile.write(json.dumps(state.answer).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


async def test_resend_gets_what_its_api_asks_for(vendor: Vendor) -> None:
    vendor.answer = {"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}
    sent = await mail.Resend("re_key", base_url=vendor.address).send(replace(MESSAGE, reply_to="owner@school.test"))
    assert sent.provider_message_id == "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"
    ((path, headers, body),) = vendor.requests
    assert path == "/emails"
    assert headers["Authorization"] == "Bearer re_key"
    assert headers["Idempotency-Key"] == "0190"
    assert body == {
        "from": MESSAGE.sender,
        "to": [MESSAGE.to],
        "subject": MESSAGE.subject,
        "text": MESSAGE.text,
        "html": MESSAGE.html,
        "reply_to": "owner@school.test",
        "headers": {"List-Unsubscribe": "<https://school.test/u>"},
    }


async def test_sendgrid_gets_what_its_api_asks_for(vendor: Vendor) -> None:
    vendor.status, vendor.headers = 202, {"X-Message-Id": "14c5d75ce93.dfd.64b469"}
    sent = await mail.SendGrid("SG.key", base_url=vendor.address).send(MESSAGE)
    assert sent.provider_message_id == "14c5d75ce93.dfd.64b469"
    ((path, headers, body),) = vendor.requests
    assert (path, headers["Authorization"]) == ("/v3/mail/send", "Bearer SG.key")
    assert body["personalizations"] == [
        {"to": [{"email": "ada@example.org", "name": "Ada"}], "custom_args": {"message_id": "0190"}}
    ]
    assert body["from"] == {"email": "tea@school.test", "name": "School of Tea"}
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("status", "answer", "error", "words"),
    [
        (
            422,
            {"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field."},
            mail.MailRefused,
            "Invalid `to`",
        ),
        (400, {"errors": [{"message": "Does not contain a valid address.", "field": "to"}]}, mail.MailRefused, "valid address"),
        (429, {"name": "rate_limit_exceeded", "message": "Too many requests."}, mail.MailUnavailable, "Too many"),
        (401, {"errors": [{"message": "The provided authorization grant is invalid"}]}, mail.MailUnavailable, "grant"),
        (500, {"message": "Something went wrong"}, mail.MailUnavailable, "500"),
    ],
)
async def test_a_vendor_refusal_is_told_from_a_delay(
    vendor: Vendor, status: int, answer: Any, error: type[Exception], words: str
) -> None:
    vendor.status, vendor.answer = status, answer
    for transport in (mail.Resend("secret", base_url=vendor.address), mail.SendGrid("secret", base_url=vendor.address)):
        with pytest.raises(error, match=words) as refusal:
            await transport.send(MESSAGE)
        assert "secret" not in str(refusal.value) + repr(transport)


async def test_a_vendor_that_is_away_is_a_delay() -> None:
    with pytest.raises(mail.MailUnavailable):
        await mail.Resend("k", base_url="http://127.0.0.1:9").send(MESSAGE)


async def test_the_outbox_has_delivered_what_it_keeps() -> None:
    assert await mail.Outbox().send(MESSAGE) == mail.Sent(provider_message_id="0190", delivered=True)
