"""A provider that moves no money: the embedded default, and what tests pay with.

It behaves like a real one: it has a page of its own where a card is typed, it keeps cards, it asks for a second step, it
tells us by signed webhooks over HTTP, late and more than once if it likes. A database that is stamped *live* refuses it.
"""

from tuition.payments.adapters.sandbox.cards import CARDS, Behaviour, TestCard
from tuition.payments.adapters.sandbox.gateway import SandboxGateway
from tuition.payments.adapters.sandbox.jobs import deliver
from tuition.payments.adapters.sandbox.models import SandboxCharge
from tuition.payments.adapters.sandbox.provider import (
    CardRefused,
    ChargeNotFound,
    ChargeOver,
    charge_of,
    confirm,
    dispute,
    finish_second_step,
    give_back_here,
)

__all__ = [
    "CARDS",
    "Behaviour",
    "CardRefused",
    "ChargeNotFound",
    "ChargeOver",
    "SandboxCharge",
    "SandboxGateway",
    "TestCard",
    "charge_of",
    "confirm",
    "deliver",
    "dispute",
    "finish_second_step",
    "give_back_here",
]
