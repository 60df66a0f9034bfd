"""Whether a provider may be used with this database: play money and money never meet in one set of books."""

from __future__ import annotations

from tuition.payments.errors import GatewayRefused
from tuition.payments.ports import Gateway
from tuition.platform import site
from tuition.platform.database import AnySession, Session

REAL_MONEY = "this installation takes real money, and this provider gives none."
PLAY_MONEY = "nothing in this database is money, and this provider takes some. Use another database."


async def require_admitted(session: AnySession, gateway: Gateway) -> site.Mode | None:
    """The stamp of the database, if it has one. Raises ``GatewayRefused`` where it does not fit the provider."""
    mode = (await site.current(session)).mode
    if mode is not None and mode is not _mode_of(gateway):
        raise GatewayRefused(provider=gateway.name, reason=REAL_MONEY if gateway.is_test else PLAY_MONEY)
    return mode


async def admit(session: Session, gateway: Gateway) -> None:
    """Let a provider be asked for money; the first one decides what the money here is, for ever. Raises ``GatewayRefused``."""
    if await require_admitted(session, gateway) is None:
        await site.stamp(session, _mode_of(gateway))


def _mode_of(gateway: Gateway) -> site.Mode:
    return site.Mode.TEST if gateway.is_test else site.Mode.LIVE
