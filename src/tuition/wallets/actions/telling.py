"""What the owner of a wallet is told about top-ups."""

from __future__ import annotations

from tuition import messaging, payments
from tuition.kernel import Money
from tuition.platform.database import Session
from tuition.wallets.models import Wallet
from tuition.wallets.queries import available

PAGE = "/wallet"
OPEN = "Open my wallet"
LATER = "{amount} was not charged: {reason} We try again later."
GIVEN_UP = "{amount} was not charged: {reason} It was declined too often, so this is off now. Choose a card and switch it on."


async def of_top_up(session: Session, wallet: Wallet, amount: Money, *, by_itself: bool) -> None:
    """Money arrived: a receipt, and a notification where nobody had asked for it just now."""
    balance = await available(session, wallet.user_id, wallet.currency)
    context = {"amount": amount, "balance": balance, "url": PAGE}
    kind = "auto_topup" if by_itself else "topup_receipt"
    await messaging.send_email(session, kind, to_person=wallet.user_id, context=context)
    if by_itself:
        await messaging.notify(
            session,
            wallet.user_id,
            "auto_topup",
            title="Your wallet filled itself",
            message="{amount} came from your saved card, as you asked. {balance} is in it now.",
            fields={"amount": amount, "balance": balance},
            action_url=PAGE,
            action_label=OPEN,
        )


async def of_failed_top_up(session: Session, fact: payments.PaymentFailed, *, gives_up: bool) -> None:
    """An automatic top-up was declined: why, and what happens next."""
    context = {"amount": fact.amount, "reason": fact.reason, "url": PAGE}
    await messaging.send_email(session, "auto_topup_failed", to_person=fact.payer_id, context=context)
    await messaging.notify(
        session,
        fact.payer_id,
        "auto_topup",
        title="Your wallet could not fill itself",
        message=GIVEN_UP if gives_up else LATER,
        fields={"amount": fact.amount, "reason": fact.reason},
        action_url=PAGE,
        action_label=OPEN,
    )
