"""What people and rooms ask about wallets."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from tuition import ledger
from tuition.identity import Actor
from tuition.kernel import Currency, Money, clock
from tuition.platform import paging, site
from tuition.platform.database import AnySession
from tuition.wallets import rules
from tuition.wallets.errors import WalletNotFound
from tuition.wallets.models import AutoTopUpSettings, Wallet, WalletLot, WalletMovement


async def get_wallet_for(session: AnySession, actor: Actor, wallet_id: UUID) -> Wallet:
    """The actor's own wallet; anybody else's does not exist."""
    wallet = (await session.scalars(select(Wallet).where(Wallet.id == wallet_id, Wallet.user_id == actor.id))).one_or_none()
    if wallet is None:
        raise WalletNotFound
    return wallet


async def wallet_of(session: AnySession, person_id: UUID, currency: str) -> Wallet | None:
    """A person's wallet in a currency, if there is one."""
    return (await session.scalars(select(Wallet).where(Wallet.user_id == person_id, Wallet.currency == currency))).one_or_none()


async def wallets_of(session: AnySession, person_id: UUID) -> list[Wallet]:
    """A person's wallets, by currency."""
    return list((await session.scalars(select(Wallet).where(Wallet.user_id == person_id).order_by(Wallet.currency))).all())


async def available(session: AnySession, person_id: UUID, currency: str) -> Money:
    """What the person can spend in that currency now: the ledger's balance."""
    return await ledger.balance(session, ledger.AccountKey(person_id, ledger.AccountKind.WALLET, Currency(currency)))


async def availables(session: AnySession, wallets: Sequence[Wallet]) -> dict[UUID, Money]:
    """The balances of several wallets, in one statement."""
    keys = {
        wallet.id: ledger.AccountKey(wallet.user_id, ledger.AccountKind.WALLET, Currency(wallet.currency)) for wallet in wallets
    }
    found = await ledger.balances(session, list(keys.values()))
    return {wallet_id: found[key] for wallet_id, key in keys.items()}


async def lots_of(session: AnySession, wallet: Wallet) -> list[WalletLot]:
    """The lots that can still be spent, oldest first."""
    statement = (
        select(WalletLot)
        .where(
            WalletLot.wallet_id == wallet.id,
            WalletLot.remaining_minor > 0,
            WalletLot.expires_at.is_(None) | (WalletLot.expires_at > clock.now()),
        )
        .order_by(WalletLot.created_at, WalletLot.id)
        .limit(paging.LIMIT_MAX)
    )
    return list((await session.scalars(statement)).all())


async def movements_of(
    session: AnySession, wallet: Wallet, *, cursor: str | None = None, limit: int = 25
) -> paging.Page[WalletMovement]:
    """The wallet's history, newest first."""
    statement = select(WalletMovement).where(WalletMovement.wallet_id == wallet.id)
    return await paging.paginate(
        session, statement, keys=[WalletMovement.created_at.desc(), WalletMovement.id.desc()], cursor=cursor, limit=limit
    )


async def top_up_limits(session: AnySession, currency: str) -> tuple[Money, Money]:
    """The smallest and the largest top-up in that currency, by the site's settings."""
    settings = await site.current(session)
    return rules.top_up_limits(
        settings.top_up_min_minor, settings.top_up_max_minor, stated_in=settings.default_currency, currency=currency
    )


async def auto_top_up_of(session: AnySession, person_id: UUID) -> AutoTopUpSettings | None:
    """When the person's wallet fills itself, if it was ever set."""
    return (await session.scalars(select(AutoTopUpSettings).where(AutoTopUpSettings.user_id == person_id))).one_or_none()
