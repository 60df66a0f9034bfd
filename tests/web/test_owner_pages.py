"""The owner's pages without a browser: whom they let in, what their forms do, what they show of the books and the house."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.web import stock
from tuition import identity, messaging, payments, wallets
from tuition.identity import Role
from tuition.kernel import clock, new_id
from tuition.platform import audit, files, jobs, site
from tuition.platform.database import Database
from tuition.web.owner import mount_tables

PAGES = (
    "", "/settings", "/settings/money", "/settings/legal", "/settings/taxes", "/people", "/contents", "/payments",
    "/payments?status=stuck", "/refunds", "/refunds?status=failed", "/reports", "/settings/sign-in",
    "/webhooks", "/outbox", "/audit", "/books", "/books/check", "/system",
)  # fmt: skip


@pytest.fixture
async def school(database: Database, store: files.Store) -> stock.School:
    async with database.transaction() as session:
        school = await stock.open_school(session, store)
        await stock.add_person(session, "olga@example.org", "Olga Owner", Role.OWNER)
        await wallets.open_wallet(session, school.learner.id, "EUR")
        await wallets.grant(session, school.learner.id, stock.euro(2000), reason="welcome", expires_at=None)
    return school


@pytest.fixture
async def client(database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody yet."""
    async with stock.browser(stock.application(stock.runtime(database, store))) as client:
        yield client


@pytest.fixture
async def owner(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Olga, whose school it is."""
    await stock.sign_in(client, "olga@example.org")
    return client


def wrong(answer: httpx.Response) -> list[str]:
    """The fields beside which something is said."""
    return re.findall(r'id="f-([a-z_]+)-error"', answer.text)


async def settings_of(database: Database) -> site.SiteSettings:
    async with database.reading() as session:
        return await site.current(session)


async def test_every_page_answers_the_owner(owner: httpx.AsyncClient) -> None:
    for path in PAGES:
        assert (await owner.get(f"/owner{path}")).status_code == 200, path


async def test_nobody_else_is_let_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/owner")).headers["location"] == "/sign-in?next=/owner"
    await stock.sign_in(client, "noor@example.org")
    for path in PAGES:
        assert (await client.get(f"/owner{path}")).status_code == 403, path
    for path in ("/settings", "/books/check", f"/people/{new_id()}/suspend", f"/webhooks/{new_id()}/replay"):
        assert (await client.post(f"/owner{path}")).status_code == 403, path


async def test_the_brand_changes_or_says_what_is_wrong(owner: httpx.AsyncClient, database: Database) -> None:
    typed = {"platform_name": "Maktab", "primary_color": "#7a1f2b", "timezone": "Africa/Cairo", "default_locale": "ar"}
    refused = await owner.post("/owner/settings", data={**typed, "primary_color": "red", "hero_title": "Kept"})
    assert (refused.status_code, wrong(refused)) == (422, ["primary_color"])
    assert 'value="Kept"' in refused.text
    assert (await owner.post("/owner/settings", data=typed)).status_code == 303
    settings = await settings_of(database)
    assert (settings.platform_name, settings.primary_color, settings.sign_up_open) == ("Maktab", "#7a1f2b", False)


async def test_a_colour_is_judged_while_it_is_chosen(owner: httpx.AsyncClient) -> None:
    shown = await owner.get("/owner/settings/colour", params={"primary_color": "#ffee00"})
    assert shown.text.count("<svg viewBox") == 2
    assert "#14594d" in (await owner.get("/owner/settings/colour", params={"primary_color": "x"})).text


async def test_the_fee_is_written_as_a_percentage(owner: httpx.AsyncClient, database: Database) -> None:
    typed = {
        "platform_fee": "12.5", "default_currency": "EUR", "refund_window_days": "21", "earnings_hold_days": "7",
        "top_up_min": "2", "top_up_max": "300",
    }  # fmt: skip
    refused = await owner.post("/owner/settings/money", data={**typed, "platform_fee": "130", "refund_window_days": "x"})
    assert (refused.status_code, wrong(refused)) == (422, ["platform_fee", "refund_window_days"])
    swapped = await owner.post("/owner/settings/money", data={**typed, "top_up_min": "400"})
    assert (swapped.status_code, wrong(swapped)) == (422, ["top_up_min"])
    assert (await owner.post("/owner/settings/money", data=typed)).status_code == 303
    settings = await settings_of(database)
    assert str(settings.platform_fee_rate) == "0.125000"
    assert (settings.refund_window_days, settings.top_up_min_minor, settings.top_up_max_minor) == (21, 200, 30_000)


async def test_a_tax_rate_is_set_and_ended(owner: httpx.AsyncClient) -> None:
    refused = await owner.post("/owner/settings/taxes", data={"country": "EG", "name": "VAT", "rate": "80"})
    assert (refused.status_code, wrong(refused)) == (422, ["rate"])
    await owner.post("/owner/settings/taxes", data={"country": "EG", "name": "VAT", "rate": "14", "is_inclusive": "yes"})
    page = (await owner.get("/owner/settings/taxes")).text
    assert "Egypt" in page
    assert "14%" in page
    await owner.post("/owner/settings/taxes/end", data={"country": "EG"})
    assert "No tax is collected" in (await owner.get("/owner/settings/taxes")).text


async def test_a_person_is_kept_out_with_a_reason_and_let_back_in(
    owner: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    assert "Sami Osman" in (await owner.get("/owner/people", params={"q": "sami"})).text
    assert "Noor Haddad" not in (await owner.get("/owner/people", params={"q": "sami"})).text
    address = f"/owner/people/{school.learner.id}"
    assert "€20.00" in (await owner.get(address)).text
    refused = await owner.post(f"{address}/suspend", data={"reason": " "})
    assert refused.status_code == 422
    assert "the person will read it" in refused.text
    assert (await owner.post(f"{address}/suspend", data={"reason": "Spam"})).status_code == 303
    assert "Spam" in (await owner.get(address)).text
    assert (await owner.post(f"{address}/reinstate")).status_code == 303
    async with database.reading() as session:
        actor = await identity.get_actor(session, school.learner.id)
    assert actor is not None
    assert actor.status == "active"


async def test_roles_are_given_and_the_last_owner_stays(
    owner: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    typed = {"role": ["creator", "partner"], "primary": "creator"}
    assert (await owner.post(f"/owner/people/{school.learner.id}/roles", data=typed)).status_code == 303
    async with database.reading() as session:
        roles = (await identity.roles_of(session, [school.learner.id]))[school.learner.id]
        olga = (await identity.list_people(session, await _olga(database), role=Role.OWNER)).items[0]
    assert roles == {Role.LEARNER, Role.CREATOR, Role.PARTNER}
    refused = await owner.post(f"/owner/people/{olga.id}/roles", data={"role": "creator", "primary": "creator"})
    assert refused.status_code == 409
    assert "Name another owner first" in refused.text


async def _olga(database: Database) -> identity.Actor:
    return identity.Actor(id=new_id(), roles=frozenset({Role.OWNER}))


async def test_a_content_is_featured_and_taken_off(owner: httpx.AsyncClient, database: Database, school: stock.School) -> None:
    film = school.things["film"].id
    await owner.post(f"/owner/contents/{film}/feature", data={"wish": "show"})
    assert (await settings_of(database)).featured_content_ids == (film,)
    await owner.post(f"/owner/contents/{film}/feature", data={"wish": "hide"})
    assert (await settings_of(database)).featured_content_ids == ()


async def test_payments_without_an_end_are_found(owner: httpx.AsyncClient, database: Database, school: stock.School) -> None:
    async with database.transaction() as session:
        payment = payments.Payment(
            user_id=school.learner.id, purpose="topup", subject_type="wallet", subject_id=new_id(), amount_minor=700,
            currency="EUR", provider="sandbox", created_at=clock.now() - timedelta(hours=2),
        )  # fmt: skip
        session.add(payment)
    assert "€7.00" in (await owner.get("/owner/payments?status=stuck")).text
    assert re.search(r"Payments without an end</span><span[^>]*>1<", (await owner.get("/owner")).text)


async def test_a_refund_that_was_refused_waits_for_a_person_who_sends_it_again(
    owner: httpx.AsyncClient, school: stock.School, database: Database
) -> None:
    async with database.transaction() as session:
        paid = payments.Payment(
            id=new_id(), user_id=school.learner.id, purpose="order", subject_type="order", subject_id=new_id(),
            provider="sandbox", amount_minor=700, currency="EUR", status="refunded", refunded_minor=700, created_at=clock.now(),
        )  # fmt: skip
        session.add(paid)
        # flush: the refund points at it
        await session.flush()
        session.add(
            payments.PaymentRefund(
                payment_id=paid.id, subject_type="refund", subject_id=new_id(), amount_minor=250, currency="EUR", status="failed",
                attempt=1, reason="I changed my mind", failure_message="The account is closed.", created_at=clock.now(),
            )
        )  # fmt: skip
    assert "Refunds that were refused" in (await owner.get("/owner")).text
    page = (await owner.get("/owner/refunds?status=failed")).text
    assert "€2.50" in page
    assert "The account is closed." in page
    [action] = re.findall(r'action="(/owner/refunds/[0-9a-f-]+/retry)"', page)
    assert (await owner.post(action)).headers["location"] == "/owner/refunds?status=failed"
    assert "No refund was refused" in (await owner.get("/owner/refunds?status=failed")).text
    assert "Attempt 2" in (await owner.get("/owner/refunds?status=pending")).text
    assert (await owner.post(action)).status_code == 409


async def test_a_webhook_shows_what_it_said_and_is_replayed(owner: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        event = payments.WebhookEvent(
            provider="sandbox", event_id="evt_1", event_type="payment.succeeded", status="failed", error_message="It broke",
            payload=b'{"amount":<b>7</b>}', headers={"sandbox-signature": "SECRET-SIGNATURE", "x-kind": "test"},
        )  # fmt: skip
        session.add(event)
    page = (await owner.get(f"/owner/webhooks/{event.id}")).text
    assert "&lt;b&gt;7&lt;/b&gt;" in page
    assert "It broke" in page
    assert "SECRET-SIGNATURE" not in page
    assert (await owner.post(f"/owner/webhooks/{event.id}/replay")).status_code == 303
    assert "payments.webhook_replayed" in (await owner.get("/owner/audit?action=payments")).text


async def test_a_letter_is_opened_in_a_frame_that_can_do_nothing(
    owner: httpx.AsyncClient, database: Database, school: stock.School
) -> None:
    async with database.transaction() as session:
        await messaging.send_email(session, "welcome", to_person=school.learner.id)
    listed = (await owner.get("/owner/outbox")).text
    assert "sami@example.org" in listed
    found = re.search(r"/owner/outbox/([0-9a-f-]{36})", listed)
    assert found is not None
    page = await owner.get(f"/owner/outbox/{found[1]}")
    assert 'sandbox=""' in page.text
    letter = await owner.get(f"/owner/outbox/{found[1]}/letter")
    assert letter.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


async def test_the_books_sum_to_zero_and_are_proved_by_a_job(owner: httpx.AsyncClient, database: Database) -> None:
    page = (await owner.get("/owner/books")).text
    assert "€20.00" in page
    assert re.search(r"Together</td>.*?€0\.00", page, re.DOTALL)
    for _ in range(2):
        assert (await owner.post("/owner/books/check")).headers["location"] == "/owner/books"
    assert 'hx-trigger="every 2s"' in (await owner.get("/owner/books")).text, "whoever comes back finds it going on"
    assert (await jobs.drain(database, queues=None)).succeeded == ["operations.prove_books"]
    ended = (await owner.get("/owner/books/proof")).text
    assert "hx-trigger" not in ended
    assert "1 transfer was proved" in ended
    assert "Last proved:" in (await owner.get("/owner/books")).text


async def test_books_that_are_wrong_are_said_to_be_wrong(owner: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("update ledger_accounts set balance = balance + 1 where kind = 'wallet'"))
    await owner.post("/owner/books/check")
    await jobs.drain(database)
    page = (await owner.get("/owner/books")).text
    assert "The books are not in order." in page
    assert "sum to" in page


async def test_a_job_that_was_given_up_is_tried_again(
    owner: httpx.AsyncClient, client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        await jobs.defer(session, "payments.start", payment_id="no id at all")
    with contextlib.suppress(jobs.JobFailed):
        await jobs.drain(database)
    async with database.transaction() as session:
        await session.execute(text("update procrastinate_jobs set status = 'failed' where task_name = 'payments.start'"))
        job_id = await session.scalar(text("select id from procrastinate_jobs where task_name = 'payments.start'"))
    assert f"/owner/system/jobs/{job_id}/retry" in (await owner.get("/owner/system")).text
    assert (await owner.post(f"/owner/system/jobs/{job_id}/retry")).status_code == 303
    async with database.reading() as reading:
        status = await reading.scalar(text("select status from procrastinate_jobs where id = :id"), {"id": job_id})
        assert status == "todo"
        said = "select details ->> 'job' from audit_log where action = 'operations.job_retried'"
        assert (await reading.execute(text(said))).all() == [("payments.start",)]
    again = await owner.post(f"/owner/system/jobs/{job_id}/retry", follow_redirects=True)
    assert "Only a job that was given up can be tried again." in again.text


@pytest.mark.parametrize(("kind", "first"), [("beancount", b"option"), ("csv", b"at,"), ("parquet", b"PAR1")])
async def test_the_books_are_taken_along(owner: httpx.AsyncClient, kind: str, first: bytes) -> None:
    answer = await owner.get(f"/owner/books/export.{kind}")
    assert answer.content.startswith(first)
    assert f".{kind}" in answer.headers["content-disposition"]
    assert (await owner.get("/owner/books/export.exe")).status_code == 404


async def test_the_audit_log_is_narrowed_to_a_person(owner: httpx.AsyncClient, database: Database, school: stock.School) -> None:
    async with database.transaction() as session:
        await audit.record(session, school.learner.id, "catalog.looked", details={"at": "it"})
    narrowed = (await owner.get("/owner/audit", params={"who": str(school.learner.id)})).text
    assert "catalog.looked" in narrowed
    assert "identity.person_added" not in narrowed
    assert (await owner.get("/owner/audit", params={"who": "x", "since": "y"})).status_code == 200


class TestRawTables:
    """The library's pages, behind our gate."""

    @pytest.fixture
    async def tables(self, database: Database, store: files.Store, school: stock.School) -> AsyncIterator[httpx.AsyncClient]:
        parts = stock.runtime(database, store)
        outer = FastAPI()
        outer.state.runtime = parts
        mount_tables(outer, parts)
        pages = stock.application(parts)

        async def both(scope: dict[str, object], receive: object, send: object) -> None:
            inner = outer if str(scope.get("path", "")).startswith("/owner/tables") else pages
            await inner(scope, receive, send)  # type: ignore[arg-type] # an ASGI application by hand

        async with stock.browser(both) as client:
            yield client

    async def test_rows_are_shown_without_secrets_and_cannot_be_changed(self, tables: httpx.AsyncClient) -> None:
        await stock.sign_in(tables, "olga@example.org")
        people = await tables.get("/owner/tables/users/list")
        assert people.status_code == 200
        assert "sami@example.org" in people.text
        assert "password" not in people.text.casefold()
        for table in ("sign-ins", "refresh-tokens", "email-logs", "payment-webhook-events", "ledger-transactions", "issuer-keys"):
            page = await tables.get(f"/owner/tables/{table}/list")
            assert page.status_code == 200, table
            assert not re.search(r"(cookie|token|access)_hash|body_text|payload|private_key", page.text), table
        assert (await tables.get("/owner/tables/users/create")).status_code == 403
        assert (await tables.post("/owner/tables/users/create", data={"email": "x@example.org"})).status_code == 403

    async def test_only_who_may_read_them_is_let_in(self, tables: httpx.AsyncClient) -> None:
        visited = await tables.get("/owner/tables/users/list")
        assert visited.headers["location"] == "/sign-in?next=/owner/tables/"
        await stock.sign_in(tables, "noor@example.org")
        for path in ("users/list", "static/js/list.js", ""):
            assert (await tables.get(f"/owner/tables/{path}")).status_code == 403

    async def test_whoever_owes_a_second_step_sets_it_up_first(
        self, tables: httpx.AsyncClient, database: Database, school: stock.School
    ) -> None:
        await stock.sign_in(tables, "olga@example.org")
        async with database.transaction() as session:
            await site.change(session, school.creator.id, mfa_roles=["owner"])
        refused = await tables.get("/owner/tables/users/list")
        assert refused.headers["location"] == "/settings/security/required?next=/owner/tables/"

    async def test_what_is_taken_along_commands_no_spreadsheet(self, tables: httpx.AsyncClient, database: Database) -> None:
        async with database.transaction() as session:
            await stock.add_person(session, "hanna@example.org", "=HYPERLINK(1)")
        await stock.sign_in(tables, "olga@example.org")
        await tables.get("/owner/tables/users/list")
        token = tables.cookies["starlette_admin_csrftoken"]
        form = {"scope": "page", "format": "csv", "fields": ["full_name"], "csrftoken": token}
        answer = await tables.post("/owner/tables/_api/users/action?name=export", data=form)
        assert "'=HYPERLINK(1)" in answer.text
