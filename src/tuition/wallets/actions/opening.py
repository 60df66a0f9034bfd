"""A wallet begins."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tuition.kernel import new_id
from tuition.platform.database import Session
from tuition.wallets.models import Wallet


async def open_wallet(session: Session, person_id: UUID, currency: str) -> Wallet:
    """The person's wallet in that currency, made now if it is missing. There is never a second one."""
    await session.execute(
        insert(Wallet)
        .values(id=new_id(), user_id=person_id, currency=currency)
        .on_conflict_do_nothing(index_elements=["user_id", "currency"])
    )
    return (await session.scalars(select(Wallet).where(Wallet.user_id == person_id, Wallet.currency == currency))).one()
