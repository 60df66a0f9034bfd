"""A person's wallets: what is handed out, and what of them is emptied. Amounts stay: the law keeps books for years."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tuition.kernel import Currency, Money
from tuition.platform.database import AnySession, Session
from tuition.wallets.models import AutoTopUpSettings, WalletMovement
from tuition.wallets.queries import auto_top_up_of, availables, lots_of, wallets_of


async def export(session: AnySession, person_id: UUID) -> dict[str, Any]:
    """Balances, what they are made of, the history, and the automatic top-up, ready for JSON."""
    held = await wallets_of(session, person_id)
    balances = await availables(session, held)
    history = select(WalletMovement).where(WalletMovement.user_id == person_id).order_by(WalletMovement.created_at)
    settings = await auto_top_up_of(session, person_id)
    return {
        "wallets": [
            {
                "currency": wallet.currency,
                "balance": str(balances[wallet.id]),
                "owed": str(Money(wallet.owed_minor, Currency(wallet.currency))),
                "lots": [
                    {
                        "kind": lot.kind,
                        "amount": str(Money(lot.amount_minor, Currency(lot.currency))),
                        "remaining": str(Money(lot.remaining_minor, Currency(lot.currency))),
                        "expires_at": lot.expires_at.isoformat() if lot.expires_at else None,
                    }
                    for lot in await lots_of(session, wallet)
                ],
            }
            for wallet in held
        ],
        "history": [
            {
                "type": line.type,
                "amount": str(Money(line.amount_minor, Currency(line.currency))),
                "status": line.status,
                "description": line.description,
                "created_at": line.created_at.isoformat(),
            }
            for line in await session.scalars(history)
        ],
        "automatic_top_up": None
        if settings is None
        else {
            "enabled": settings.enabled,
            "threshold": str(Money(settings.threshold_minor, Currency(settings.currency))),
            "amount": str(Money(settings.amount_minor, Currency(settings.currency))),
            "ceiling_month": str(Money(settings.ceiling_month_minor, Currency(settings.currency))),
        },
    }


async def erase(session: Session, person_id: UUID) -> None:
    """Empty what was written about a person's movements, and charge nobody's card any more. What moved stays."""
    await session.execute(update(WalletMovement).where(WalletMovement.user_id == person_id).values(description=""))
    await session.execute(
        update(AutoTopUpSettings)
        .where(AutoTopUpSettings.user_id == person_id)
        .values(enabled=False, payment_method_id=None, next_attempt_at=None)
    )
