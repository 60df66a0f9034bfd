"""Paying by the minute: new content time becomes money, exactly, once.

Words: a *meter* is what one person has paid by the minute for one content in one currency; its *exact total* is never
rounded, its *posted* amount is that total rounded half-even; the *cap* is the price at which the content becomes theirs; a
*beat* is the answer to one report of a player. Invariants: posted = round(exact); what a posting moves is the difference
between the posted totals, and so is each part of its split, so that no rhythm of reports shifts a cent; time that cannot be
paid is not covered; at the cap nothing more is charged.
"""

from tuition.metering.actions.beginning import Begun, begin, begin_preview
from tuition.metering.actions.recording import Beat, record_batch
from tuition.metering.errors import WalletInOtherCurrency
from tuition.metering.events import CapReached
from tuition.metering.models import Meter, MeteredSession
from tuition.metering.queries import (
    MeteredLine,
    get_meter,
    lines_of,
    meter_of,
    metered_sessions_of,
    split_of,
)
from tuition.metering.reactions import (
    on_access_ended,
    on_access_granted,
    on_content_gone,
    on_person_gone,
    on_play_session_ended,
)
from tuition.metering.rules import Charge, MeterState, charge, cost_of, exact_of, posted_of

__all__ = [
    "Beat",
    "Begun",
    "CapReached",
    "Charge",
    "Meter",
    "MeterState",
    "MeteredLine",
    "MeteredSession",
    "WalletInOtherCurrency",
    "begin",
    "begin_preview",
    "charge",
    "cost_of",
    "exact_of",
    "get_meter",
    "lines_of",
    "meter_of",
    "metered_sessions_of",
    "on_access_ended",
    "on_access_granted",
    "on_content_gone",
    "on_person_gone",
    "on_play_session_ended",
    "posted_of",
    "record_batch",
    "split_of",
]
