"""E-mails: written in the reader's language, carried by a job if and only if the transaction commits."""

from __future__ import annotations

import gettext
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select, text

from tuition import identity, messaging
from tuition.identity import Actor
from tuition.kernel import FrozenClock, Money, clock
from tuition.kernel.money import Currency
from tuition.messaging.letters import Reader, write
from tuition.messaging.models import EmailLog
from tuition.platform import jobs, mail, site
from tuition.platform.database import Database, Session
from tuition.platform.events import Bus

Adder = Callable[..., Awaitable[UUID]]
AMOUNT = Money(500, Currency("EUR"))
CONTEXTS: dict[str, dict[str, Any]] = {
    "welcome": {"url": "/"},
    "verify_email": {"url": "/verify-email?token=t"},
    "password_reset": {"url": "/reset-password?token=t"},
    "notification_address": {"url": "/confirm-notices?token=t"},
    "email_change": {"url": "/confirm-email?token=t"},
    "security_notice": {"what": "password_changed", "url": "/settings"},
    "purchase_receipt": {"titles": ["Tea & <cake>"], "total": AMOUNT, "url": "/orders/1"},
    "topup_receipt": {"amount": AMOUNT, "balance": AMOUNT},
    "refund_receipt": {"amount": "5.00 EUR"},
    "low_balance": {"balance": AMOUNT, "url": "/wallet"},
    "auto_topup": {"amount": AMOUNT, "balance": AMOUNT},
    "auto_topup_failed": {"amount": AMOUNT, "reason": "The card has expired."},
    "session_end": {"title": "Tea", "cost": AMOUNT, "url": "/c/tea"},
    "certificate_issued": {"title": "Tea", "number": "TUI-2026-7KQ2M-9XW4B-H", "url": "/learning/certificates"},
    "own_at_cap": {"title": "Tea", "total": AMOUNT, "url": "/c/tea"},
    "announcement": {"title": "Tomorrow", "content": "Tea", "body": "At nine.\n\nBring cups.", "url": "/c/tea/announcements"},
    "new_content": {"title": "Tea", "creator": "Bo", "url": "/c/tea"},
    "system": {"title": "We move house", "message": "On Sunday."},
}


@dataclass
class Carrier:
    """A transport of the test, with the manners of the real ones."""

    name: str = "resend"
    error: Exception | None = None
    carried: list[mail.Message] = field(default_factory=list)

    async def send(self, message: mail.Message) -> mail.Sent:
        if self.error:
            raise self.error
        self.carried.append(message)
        return mail.Sent(provider_message_id=f"p-{message.id}")


def services(carrier: Carrier) -> jobs.Services:
    return jobs.Services().provide(mail.Transport, carrier)


async def emails(database: Database) -> list[EmailLog]:
    async with database.reading() as session:
        return list((await session.execute(select(EmailLog).order_by(EmailLog.created_at, EmailLog.id))).scalars())


class Page(HTMLParser):
    """Reads a page strictly enough to notice an open tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""
        self.links: list[str] = []
        self.root: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.root = dict(attrs)
        if tag == "a":
            self.links.append(str(dict(attrs)["href"]))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("kind", sorted(messaging.EMAIL_KINDS))
async def test_every_kind_reads_well_in_both_forms(session: Session, kind: str, locale: str) -> None:
    settings = await site.current(session)
    reader = Reader("Ada <3", locale, "Asia/Phnom_Penh")
    letter = write(messaging.EMAIL_KINDS[kind], reader, settings, CONTEXTS[kind], unsubscribe_url="https://school.test/u")
    page = Page(letter.html)
    assert page.open == []
    assert page.root == {"lang": locale, "dir": "rtl" if locale == "ar" else "ltr"}
    assert letter.subject
    assert "\n" not in letter.subject
    assert "Ada <3" in letter.text
    assert "Ada <3" in page.words
    assert "https://school.test/u" in letter.text
    assert "https://school.test/u" in page.links
    assert "{" not in letter.text + page.words
    assert "\n\n\n" not in letter.text
    assert "&" not in letter.text or kind == "purchase_receipt"
    url = CONTEXTS[kind].get("url")
    if url:
        assert f"http://localhost:8000{url}" in letter.text
        assert f"http://localhost:8000{url}" in page.links


async def test_a_letter_is_written_in_the_language_and_zone_of_its_reader(session: Session, moment: FrozenClock) -> None:
    class Arabic(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"Choose a new password": "اختر كلمة مرور جديدة", "Paid": "المدفوع"}.get(message, message)

    messaging.configure(public_url="https://school.test", sender="x@school.test", translations=lambda _locale: Arabic())
    settings = await site.current(session)
    kind = messaging.EMAIL_KINDS["password_reset"]
    arabic = write(kind, Reader("", "ar", "Africa/Cairo"), settings, {"url": "/r?token=t", "expires_at": moment.now()})
    messaging.configure(public_url="http://localhost:8000", sender="Tuition <noreply@localhost>")
    assert arabic.subject == "اختر كلمة مرور جديدة"
    assert "11:00" in arabic.text
    assert "https://school.test/r?token=t" in arabic.text


async def test_what_a_kind_needs_must_be_given(session: Session) -> None:
    with pytest.raises(AssertionError, match="needs url"):
        await messaging.send_email(session, "password_reset", to_address="ada@example.org")
    with pytest.raises(AssertionError, match="no e-mail is of kind"):
        await messaging.send_email(session, "nonsense", to_address="ada@example.org")


async def test_the_outbox_has_an_email_delivered_at_once_and_readable(session: Session, adding: Adder, owner: Actor) -> None:
    ada = await adding()
    email_id = await messaging.send_email(session, "purchase_receipt", to_person=ada, context=CONTEXTS["purchase_receipt"])
    assert email_id is not None
    row, body = await messaging.get_email_for(session, owner, email_id)
    assert (row.status, row.provider, row.recipient_email) == ("delivered", "outbox", "ada@example.org")
    assert row.delivered_at is not None
    assert row.subject == "Your receipt: 5.00 EUR"
    assert row.context == {"titles": ["Tea & <cake>"], "total": {"amount_minor": 500, "currency": "EUR"}}
    assert body.text is not None
    assert body.html is not None
    assert "- Tea & <cake>" in body.text
    assert "Tea &amp; &lt;cake&gt;" in body.html
    stored = (await session.execute(text("select body_text || body_html from email_logs"))).scalar_one()
    assert "Tea" not in stored


async def test_the_outbox_is_read_by_those_who_may(session: Session, adding: Adder, owner: Actor) -> None:
    ada, eve = await adding(), await adding("eve@example.org")
    email_id = await messaging.send_email(session, "welcome", to_person=ada)
    assert email_id is not None
    actors = {person: await identity.get_actor(session, person) for person in (ada, eve)}
    mine, stranger = actors[ada], actors[eve]
    assert mine is not None
    assert stranger is not None
    await messaging.get_email_for(session, mine, email_id)
    with pytest.raises(messaging.EmailUnknown):
        await messaging.get_email_for(session, stranger, email_id)
    with pytest.raises(identity.PermissionMissing):
        await messaging.list_emails(session, mine)
    found = await messaging.list_emails(session, owner, kind="welcome", status="delivered", recipient="ADA@")
    assert [row.id for row in found.items] == [email_id]
    assert (await messaging.list_emails(session, owner, recipient="%")).items == []


@pytest.mark.usefixtures("carried")
async def test_an_email_leaves_if_and_only_if_its_transaction_commits(database: Database, person: UUID) -> None:
    carrier = Carrier()
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await messaging.send_email(session, "welcome", to_person=person)
            raise RuntimeError
    await jobs.drain(database, services(carrier))
    assert carrier.carried == []
    async with database.transaction() as session:
        await messaging.send_email(session, "welcome", to_person=person)
    await jobs.drain(database, services(carrier))
    (message,) = carrier.carried
    assert (message.to, message.sender) == ("ada@example.org", "My Platform <mail@school.test>")
    (row,) = await emails(database)
    assert (row.status, row.provider, row.provider_message_id) == ("sent", "resend", f"p-{row.id}")
    assert row.sent_at is not None
    assert row.body_text is not None


@pytest.mark.usefixtures("carried")
async def test_a_secret_link_is_forgotten_once_it_has_left(database: Database, person: UUID) -> None:
    async with database.transaction() as session:
        await messaging.send_email(session, "password_reset", to_person=person, context={"url": "/reset-password?token=secret"})
    async with database.reading() as session:
        for table in ("email_logs", "procrastinate_jobs"):
            rows = (await session.execute(text(f"select t::text from {table} t"))).scalars().all()
            assert rows
            assert not any("secret" in row for row in rows)
    carrier = Carrier()
    await jobs.drain(database, services(carrier))
    assert "https://school.test/reset-password?token=secret" in carrier.carried[0].text
    (row,) = await emails(database)
    assert (row.body_text, row.body_html, row.context) == (None, None, {})


@pytest.mark.usefixtures("carried")
async def test_a_delay_is_tried_again_and_a_refusal_is_final(
    database: Database, person: UUID, moment: FrozenClock, owner_in: Actor
) -> None:
    carrier = Carrier(error=mail.MailUnavailable(reason="busy"))
    async with database.transaction() as session:
        await messaging.send_email(session, "welcome", to_person=person)
    assert (await jobs.drain(database, services(carrier), strict=False)).retrying == ["messaging.deliver_email"]
    (row,) = await emails(database)
    assert (row.status, row.error_message) == ("pending", "Mail cannot be sent at the moment: busy")
    carrier.error = mail.MailRefused(reason="no such person")
    moment.advance(timedelta(minutes=1))
    await jobs.drain(database, services(carrier))
    (row,) = await emails(database)
    assert (row.status, row.error_message) == ("bounced", "The mail was refused for good: no such person")
    async with database.transaction() as session:
        await messaging.retry_email(session, owner_in, row.id)
    carrier.error = None
    await jobs.drain(database, services(carrier))
    (row,) = await emails(database)
    assert (row.status, row.error_message) == ("sent", None)
    with pytest.raises(messaging.EmailNotRetryable):
        async with database.transaction() as session:
            await messaging.retry_email(session, owner_in, row.id)


@pytest.mark.usefixtures("carried")
async def test_an_email_that_never_gets_through_has_failed_at_last(database: Database, person: UUID, moment: FrozenClock) -> None:
    carrier = Carrier(error=mail.MailUnavailable(reason="busy"))
    async with database.transaction() as session:
        await messaging.send_email(session, "welcome", to_person=person)
    for _ in range(jobs.PATIENT.attempts_max + 1):
        await jobs.drain(database, services(carrier), strict=False)
        moment.advance(timedelta(hours=6))
    (row,) = await emails(database)
    assert row.status == "failed"


@pytest.mark.usefixtures("carried")
async def test_a_provider_tells_how_it_ended(database: Database, person: UUID) -> None:
    async with database.transaction() as session:
        await messaging.send_email(session, "welcome", to_person=person)
    await jobs.drain(database, services(Carrier()))
    (row,) = await emails(database)
    assert row.provider_message_id is not None
    for _ in range(2):
        async with database.transaction() as session:
            known = await messaging.record_delivery(
                session, "resend", row.provider_message_id, messaging.EmailStatus.DELIVERED, at=clock.now()
            )
            assert known
            assert not await messaging.record_delivery(session, "resend", "?", messaging.EmailStatus.BOUNCED, at=clock.now())
    (row,) = await emails(database)
    assert row.status == "delivered"


async def test_a_notice_can_be_unsubscribed_by_its_link_and_a_receipt_cannot(
    session: Session, adding: Adder, owner: Actor
) -> None:
    ada = await adding()
    first = await messaging.send_email(session, "low_balance", to_person=ada, context=CONTEXTS["low_balance"])
    assert first is not None
    row, body = await messaging.get_email_for(session, owner, first)
    assert row.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = row.headers["List-Unsubscribe"].strip("<>")
    assert body.text is not None
    assert link in body.text
    token = parse_qs(urlsplit(link).query)["token"][0]
    for wrong in ("", token[:-1], "x" + token):
        with pytest.raises(messaging.UnsubscribeTokenRefused):
            await messaging.unsubscribe(session, wrong)
    assert await messaging.unsubscribe(session, token) == "low_balance"
    assert await messaging.unsubscribe(session, token) == "low_balance"
    assert await messaging.send_email(session, "low_balance", to_person=ada, context=CONTEXTS["low_balance"]) is None
    receipt = await messaging.send_email(session, "topup_receipt", to_person=ada, context=CONTEXTS["topup_receipt"])
    assert receipt is not None
    row, _ = await messaging.get_email_for(session, owner, receipt)
    assert row.headers == {}


async def test_nothing_promotional_is_mailed_to_a_minor_or_an_unverified_address(
    session: Session, adding: Adder, moment: FrozenClock
) -> None:
    now = moment.now()
    cases: list[tuple[dict[str, Any], bool | None, bool]] = [
        ({"birth_year": 2012, "email_verified_at": now}, None, False),
        ({"birth_year": 1990, "email_verified_at": now}, None, True),
        ({"birth_year": 1990, "email_verified_at": None}, None, False),
        ({"birth_year": None, "email_verified_at": now}, True, False),
    ]
    for number, (columns, minor, sent) in enumerate(cases):
        person = await adding(f"p{number}@example.org", **columns)
        email_id = await messaging.send_email(
            session, "new_content", to_person=person, context=CONTEXTS["new_content"], minor=minor
        )
        assert (email_id is not None) is sent
        assert await messaging.send_email(session, "refund_receipt", to_person=person, context={"amount": AMOUNT}) is not None


async def test_notices_go_to_the_confirmed_other_address_and_receipts_to_the_account(
    session: Session, adding: Adder, owner: Actor
) -> None:
    ada = await adding()
    _, token = await messaging.change_settings(session, ada, notification_email="work@example.org")
    assert token is not None
    for confirmed in (False, True):
        if confirmed:
            await messaging.confirm_notification_email(session, token)
        for kind in ("low_balance", "topup_receipt"):
            await messaging.send_email(session, kind, to_person=ada, context=CONTEXTS[kind])
    page = await messaging.list_emails(session, owner)
    assert sorted((row.email_type, row.recipient_email) for row in page.items) == [
        ("low_balance", "ada@example.org"),
        ("low_balance", "work@example.org"),
        ("topup_receipt", "ada@example.org"),
        ("topup_receipt", "ada@example.org"),
    ]


async def test_an_account_gets_the_mails_it_needs(session: Session, adding: Adder, owner: Actor, bus: Bus) -> None:
    messaging.reactions.wire(bus)
    ada = await adding()
    await identity.request_password_reset(session, "ada@example.org")
    page = await messaging.list_emails(session, owner)
    (row,) = page.items
    _, body = await messaging.get_email_for(session, owner, row.id)
    assert (row.email_type, row.user_id) == ("password_reset", ada)
    assert body.text is not None
    assert "http://localhost:8000/reset-password?token=" in body.text
