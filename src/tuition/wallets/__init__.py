"""Money that people keep here to spend by the minute.

Words: a *wallet* is one person's money in one currency; a *lot* is value that came in together and remembers whether it was
paid for, granted or earned, and when it expires; a *draw* is what a spending took from a lot; a *movement* is a line that the
person reads. Invariants: a wallet's lots sum to its ledger account; granted value is spent first, then the oldest; a refund
returns to the lots that it was drawn from; only paid value can leave; low balance is said once; of many heartbeats one starts
the automatic top-up.
"""

from tuition.wallets import jobs, privacy
from tuition.wallets.actions.automatic import (
    AUTOMATIC,
    change_auto_top_up,
    charge_due,
    look_at,
    note_balances,
    on_method_removed,
    refresh_alert,
)
from tuition.wallets.actions.disputing import on_payment_disputed, on_refunded_outside
from tuition.wallets.actions.funding import (
    expire_due,
    grant,
    note_funding,
    on_payment_failed,
    on_payment_succeeded,
    start_top_up,
)
from tuition.wallets.actions.opening import open_wallet
from tuition.wallets.actions.spending import LockedLots, draw, draw_from, draw_many, give_back, lock_lots, record_movement
from tuition.wallets.errors import (
    AutoTopUpNeedsMethod,
    BalanceTooSmall,
    CeilingTooLow,
    GiftInvalid,
    TopUpAmountRefused,
    WalletFrozen,
    WalletNotFound,
)
from tuition.wallets.events import BalanceLow, WalletFunded
from tuition.wallets.models import AutoTopUpSettings, Wallet, WalletLot, WalletMovement
from tuition.wallets.queries import (
    auto_top_up_of,
    available,
    availables,
    get_wallet_for,
    lots_of,
    movements_of,
    top_up_limits,
    wallet_of,
    wallets_of,
)
from tuition.wallets.rules import Draw, LotKind, MovementStatus, MovementType, Spending

__all__ = [
    "AUTOMATIC",
    "AutoTopUpNeedsMethod",
    "AutoTopUpSettings",
    "BalanceLow",
    "BalanceTooSmall",
    "CeilingTooLow",
    "Draw",
    "GiftInvalid",
    "LockedLots",
    "LotKind",
    "MovementStatus",
    "MovementType",
    "Spending",
    "TopUpAmountRefused",
    "Wallet",
    "WalletFrozen",
    "WalletFunded",
    "WalletLot",
    "WalletMovement",
    "WalletNotFound",
    "auto_top_up_of",
    "available",
    "availables",
    "change_auto_top_up",
    "charge_due",
    "draw",
    "draw_from",
    "draw_many",
    "expire_due",
    "get_wallet_for",
    "give_back",
    "grant",
    "jobs",
    "lock_lots",
    "look_at",
    "lots_of",
    "movements_of",
    "note_balances",
    "note_funding",
    "on_method_removed",
    "on_payment_disputed",
    "on_payment_failed",
    "on_payment_succeeded",
    "on_refunded_outside",
    "open_wallet",
    "privacy",
    "record_movement",
    "refresh_alert",
    "start_top_up",
    "top_up_limits",
    "wallet_of",
    "wallets_of",
]
