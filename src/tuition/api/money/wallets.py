"""Wallets: balance, lots, history, top-ups; and the automatic top-up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from tuition import payments, wallets
from tuition.api.money.payments import PaymentOut, ReturnUrl, gateway_name
from tuition.edge import EdgeRoute, MoneyIn, MoneyOut, PageOut, Reading, Services, SignedIn, Stepping, Steps, Writing, problems
from tuition.edge.body import CurrencyCode
from tuition.kernel import Currency, Money
from tuition.platform import paging
from tuition.wallets import AutoTopUpSettings, Wallet, WalletLot, WalletMovement

router = APIRouter(prefix="/v1/wallets", tags=["wallets"], route_class=EdgeRoute)
mine = APIRouter(prefix="/v1/me", tags=["wallets"], route_class=EdgeRoute)


class WalletIn(BaseModel):
    """In which currency to keep money here."""

    model_config = ConfigDict(extra="forbid")

    currency: CurrencyCode


class WalletOut(BaseModel):
    """A wallet and what it holds now."""

    id: UUID
    currency: str
    balance: MoneyOut
    owed: MoneyOut = Field(
        description="What a top-up that was taken back left unpaid; spending is frozen while it is above zero."
    )
    low_since: datetime | None = Field(description="Since when it has been below its owner's threshold.")


class LotOut(BaseModel):
    """Value that came in together. Granted is spent first, then the oldest."""

    id: UUID
    kind: str = Field(examples=["paid"])
    amount: MoneyOut
    remaining: MoneyOut
    expires_at: datetime | None
    created_at: datetime


class MovementOut(BaseModel):
    """One line of a wallet's history."""

    id: UUID
    type: str = Field(examples=["topup"])
    amount: MoneyOut
    status: str = Field(examples=["completed"])
    payment_method: str | None
    description: str
    created_at: datetime
    completed_at: datetime | None


class TopUpIn(BaseModel):
    """How much to bring in, and from where."""

    model_config = ConfigDict(extra="forbid")

    amount: MoneyIn
    provider: str | None = Field(default=None, max_length=40, description="A gateway's name; left out: the first of this site.")
    method_id: UUID | None = Field(default=None, description="A saved card, charged at once.")
    save_method: bool = Field(default=False, description="Keep the card for later.")
    return_url: ReturnUrl = ""


class AutoTopUpIn(BaseModel):
    """When the wallet fills itself."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool
    threshold: MoneyIn
    amount: MoneyIn
    ceiling_month: MoneyIn = Field(description="No more than this in a calendar month (UTC).")
    method_id: UUID | None = None


class AutoTopUpOut(BaseModel):
    """When the wallet fills itself, and how it went."""

    enabled: bool
    threshold: MoneyOut
    amount: MoneyOut
    ceiling_month: MoneyOut
    method_id: UUID | None
    failures: int = Field(description="Declines in a row; after five it waits for you.")
    next_attempt_at: datetime | None


def _wallet(wallet: Wallet, balance: Money) -> WalletOut:
    owed = MoneyOut.of(Money(wallet.owed_minor, Currency(wallet.currency)))
    return WalletOut(id=wallet.id, currency=wallet.currency, balance=MoneyOut.of(balance), owed=owed, low_since=wallet.low_since)


def _lot(lot: WalletLot) -> LotOut:
    unit = Currency(lot.currency)
    return LotOut(
        id=lot.id,
        kind=lot.kind,
        amount=MoneyOut.of(Money(lot.amount_minor, unit)),
        remaining=MoneyOut.of(Money(lot.remaining_minor, unit)),
        expires_at=lot.expires_at,
        created_at=lot.created_at,
    )


def _movement(row: WalletMovement) -> MovementOut:
    return MovementOut(
        id=row.id,
        type=row.type,
        amount=MoneyOut.of(Money(row.amount_minor, Currency(row.currency))),
        status=row.status,
        payment_method=row.payment_method,
        description=row.description,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )


def _auto(settings: AutoTopUpSettings) -> AutoTopUpOut:
    unit = Currency(settings.currency)
    return AutoTopUpOut(
        enabled=settings.enabled,
        threshold=MoneyOut.of(Money(settings.threshold_minor, unit)),
        amount=MoneyOut.of(Money(settings.amount_minor, unit)),
        ceiling_month=MoneyOut.of(Money(settings.ceiling_month_minor, unit)),
        method_id=settings.payment_method_id,
        failures=settings.failures,
        next_attempt_at=settings.next_attempt_at,
    )


@router.post("", status_code=201, summary="Open a wallet", responses=problems(401))
async def open_wallet(body: WalletIn, session: Writing, actor: SignedIn) -> WalletOut:
    """Your wallet in this currency, made if it is missing. There is one per currency."""
    wallet = await wallets.open_wallet(session, actor.id, body.currency)
    return _wallet(wallet, await wallets.available(session, actor.id, wallet.currency))


@router.get("", summary="List your wallets", responses=problems(401))
async def list_wallets(session: Reading, actor: SignedIn) -> PageOut[WalletOut]:
    """All of them; nobody has more than there are currencies."""
    held = await wallets.wallets_of(session, actor.id)
    balances = await wallets.availables(session, held)
    return PageOut(items=[_wallet(wallet, balances[wallet.id]) for wallet in held])


@router.get("/{wallet_id}", summary="Show a wallet", responses=problems(401, 404))
async def show(wallet_id: UUID, session: Reading, actor: SignedIn) -> WalletOut:
    """One of your wallets with its balance."""
    wallet = await wallets.get_wallet_for(session, actor, wallet_id)
    return _wallet(wallet, await wallets.available(session, actor.id, wallet.currency))


@router.get("/{wallet_id}/lots", summary="List what a wallet is made of", responses=problems(401, 404))
async def list_lots(wallet_id: UUID, session: Reading, actor: SignedIn) -> PageOut[LotOut]:
    """The lots that can still be spent, oldest first. They sum to the balance."""
    wallet = await wallets.get_wallet_for(session, actor, wallet_id)
    return PageOut(items=[_lot(lot) for lot in await wallets.lots_of(session, wallet)])


@router.get("/{wallet_id}/transactions", summary="List a wallet's history", responses=problems(401, 404))
async def list_movements(
    wallet_id: UUID,
    session: Reading,
    actor: SignedIn,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = 25,
) -> PageOut[MovementOut]:
    """What came in and went out, newest first."""
    wallet = await wallets.get_wallet_for(session, actor, wallet_id)
    page = await wallets.movements_of(session, wallet, cursor=cursor, limit=limit)
    return PageOut(items=[_movement(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/{wallet_id}/top-ups", status_code=201, summary="Top up a wallet", responses=problems(401, 403, 404, 422))
async def top_up(
    wallet_id: UUID, body: TopUpIn, database: Steps, unit: Stepping, services: Services, actor: SignedIn
) -> PaymentOut:
    """Ask a provider for money. Follow `redirect_url` when there is one.

    The wallet is credited when the provider says it was paid.
    """
    gateways = services.service(payments.Gateways)
    payment_id = unit.reserved_id
    if payment_id is None:
        async with database.transaction() as session:
            wallet = await wallets.get_wallet_for(session, actor, wallet_id)
            payment = await wallets.start_top_up(
                session,
                actor,
                wallet,
                body.amount.money(),
                provider=gateway_name(gateways, body.provider, body.method_id),
                method_id=body.method_id,
                save_method=body.save_method,
                return_url=body.return_url,
            )
            payment_id = payment.id
            await unit.reserve(session, payment_id)
    return PaymentOut.of(await payments.ask(database, gateways, payment_id))


@mine.get("/auto-topup", summary="Show your automatic top-up", responses=problems(401))
async def show_auto(session: Reading, actor: SignedIn) -> AutoTopUpOut | None:
    """When your wallet fills itself; null when you never said."""
    settings = await wallets.auto_top_up_of(session, actor.id)
    return _auto(settings) if settings else None


@mine.put("/auto-topup", summary="Say when your wallet fills itself", responses=problems(401, 404))
async def change_auto(body: AutoTopUpIn, session: Writing, actor: SignedIn) -> AutoTopUpOut:
    """Below the threshold the saved card is charged, within the ceiling; a decline is tried again later and later."""
    settings = await wallets.change_auto_top_up(
        session,
        actor,
        enabled=body.enabled,
        threshold=body.threshold.money(),
        amount=body.amount.money(),
        ceiling_month=body.ceiling_month.money(),
        method_id=body.method_id,
    )
    return _auto(settings)
