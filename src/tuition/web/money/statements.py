"""A statement of one account as PDF, in the reader's language: of a wallet, or of a creator's earnings."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tuition import catalog, commerce, identity, ledger, wallets
from tuition.commerce import StatementRow, StatementWords
from tuition.edge import EdgeRoute, Reading, SignedIn
from tuition.identity import Actor
from tuition.kernel import Currency, DomainError, ErrorKind, Money
from tuition.ledger import AccountKey, AccountKind
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.web.rendering import Reader, page_reader
from tuition.web.rendering import translate as _
from tuition.web.rendering.formatting import day
from tuition.web.rendering.formatting import month as month_name

router = APIRouter(prefix="/wallet", route_class=EdgeRoute, include_in_schema=False)
LINES_MAX = 5_000
MONTH = "^([0-9]{4}-[0-9]{2})?$"


class StatementTooLong(DomainError):
    """This account has more than {most} lines in that time. Choose a month."""

    kind = ErrorKind.INVALID
    code = "web.statement_too_long"


def period_of(month: str, reader: Reader) -> tuple[datetime | None, datetime | None]:
    """A month of the reader's calendar as its two ends; nothing written: all time. Raises ``FieldInvalid``."""
    if not month:
        return None, None
    year, number = (int(part) for part in month.split("-"))
    if not (1 <= number <= 12 and 1 <= year < 9999):
        raise catalog.FieldInvalid(field="month", reason="write it as 2026-03")
    first, after = date(year, number, 1), date(year + number // 12, number % 12 + 1, 1)
    return datetime.combine(first, time(), tzinfo=reader.time_zone), datetime.combine(after, time(), tzinfo=reader.time_zone)


@router.get("/{wallet_id}/statement.pdf")
async def wallet_statement(
    wallet_id: UUID, request: Request, session: Reading, actor: SignedIn, month: Annotated[str, Query(pattern=MONTH)] = ""
) -> Response:
    """What came into a wallet and went out of it."""
    wallet = await wallets.get_wallet_for(session, actor, wallet_id)
    key = AccountKey(actor.id, AccountKind.WALLET, Currency(wallet.currency))
    return await statement_pdf(request, session, actor, key, _("Wallet"), month)


async def statement_pdf(
    request: Request, session: AnySession, actor: Actor, key: AccountKey, account: str, month: str
) -> Response:
    """The document for one account and one month, or all time. Raises ``StatementTooLong``."""
    reader = page_reader(request)
    since, until = period_of(month, reader)
    lines = []
    async for line in ledger.statement_lines(session, key, since=since, until=until):
        lines.append(line)
        if len(lines) > LINES_MAX:
            raise StatementTooLong(most=LINES_MAX)
    after = lines[-1].balance if lines else await _balance_at(session, key, until)
    before = lines[0].balance - lines[0].amount if lines else after
    names = _kinds()
    rows = [
        StatementRow(day(line.at), names.get(line.kind, line.kind), f"{line.amount.decimal:+,f}", f"{line.balance.decimal:,f}")
        for line in lines
    ]
    settings = await site.current(session)
    owner = (await identity.people_by_id(session, [actor.id]))[actor.id].full_name
    pdf = await run_in_threadpool(
        commerce.render_statement,
        rows,
        _words(reader, account, month_name(since) if since else _("Everything so far")),
        seller=settings.legal_name or settings.platform_name,
        owner=owner,
        currency=key.currency,
        before=f"{before.decimal:,f}",
        after=f"{after.decimal:,f}",
    )
    name = f"statement-{key.kind}-{key.currency}{'-' + month if month else ''}.pdf"
    headers = {"content-disposition": f'inline; filename="{name}"', "cache-control": "private, no-store"}
    return Response(pdf, media_type="application/pdf", headers=headers)


async def _balance_at(session: AnySession, key: AccountKey, until: datetime | None) -> Money:
    """What an account held when a time ended in which nothing moved."""
    page = await ledger.statement(session, key, limit=1, until=until)
    return page.items[0].balance if page.items else Money.zero(key.currency)


def _words(reader: Reader, account: str, period: str) -> StatementWords:
    return StatementWords(
        language=reader.language,
        title=_("Statement"),
        account=account,
        period=period,
        to=_("For"),
        date=_("Date"),
        what=_("What"),
        amount=_("Amount"),
        balance=_("Balance"),
        before=_("Before"),
        after=_("After"),
        nothing=_("Nothing moved."),
        footer=_("Every figure is the ledger's, as it was booked."),
    )


def _kinds() -> dict[str, str]:
    return {
        "earnings.debt_paid": _("A debt paid"),
        "earnings.matured": _("Matured"),
        "minutes.played": _("Minutes played"),
        "order.paid": _("A purchase"),
        "purchase.disputed": _("Taken back by the payer's bank"),
        "purchase.refunded": _("Refund"),
        "purchase.refunded_outside": _("Refund"),
        "wallet.debt_paid": _("A debt paid"),
        "wallet.disputed": _("Taken back by your bank"),
        "wallet.expired": _("A gift ran out"),
        "wallet.granted": _("A gift from us"),
        "wallet.refunded_outside": _("Withdrawal"),
        "wallet.topped_up": _("Top-up"),
    }
