"""Changing the row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import event, select

from tuition.platform.database import Session
from tuition.platform.oversight import audit
from tuition.platform.oversight.site.models import Mode, PlatformSettings
from tuition.platform.oversight.site.queries import SiteSettings, forget, value_of
from tuition.platform.oversight.site.rules import QUOTABLE, SettingInvalid, StampFixed, check


async def change(session: Session, actor_id: UUID | None, **changes: Any) -> SiteSettings:
    """Change some settings, all or none, and record which (with old and new figures, but nobody's words).

    Raises ``SettingUnknown`` or ``SettingInvalid``, which names the setting and says what is wrong.
    """
    stored = check(changes)
    row = await _locked(session)
    different = {name: value for name, value in stored.items() if getattr(row, name) != value}
    if not different:
        return value_of(row)
    wanted = {name: getattr(row, name) for name in ("top_up_min_minor", "top_up_max_minor")} | different
    if wanted["top_up_min_minor"] > wanted["top_up_max_minor"]:
        raise SettingInvalid(name="top_up_min_minor", problem="the smallest top-up is larger than the largest")
    details = {
        name: {"from": _plain(getattr(row, name)), "to": _plain(value)} if name in QUOTABLE else "changed"
        for name, value in different.items()
    }
    for name, value in different.items():
        setattr(row, name, value)
    row.version += 1
    _watch(session)
    await audit.record(session, actor_id, "platform.settings_changed", subject=("platform_settings", row.id), details=details)
    # flush: the database's own checks speak here, not at a commit that nobody expects to fail.
    await session.flush()
    return value_of(row)


async def stamp(session: Session, mode: Mode) -> SiteSettings:
    """Say once and for ever whether the money here is real. The same stamp again changes nothing; another is refused."""
    row = await _locked(session)
    if row.mode is not None and row.mode != mode:
        raise StampFixed(mode=row.mode)
    if row.mode is None:
        row.mode = mode
        row.version += 1
        _watch(session)
        await audit.record(session, None, "platform.stamped", subject=("platform_settings", row.id), details={"mode": str(mode)})
        # flush: the caller goes on with a value, and the database must agree with it.
        await session.flush()
    return value_of(row)


async def _locked(session: Session) -> PlatformSettings:
    found = await session.execute(select(PlatformSettings).with_for_update().execution_options(populate_existing=True))
    return found.scalar_one()


def _watch(session: Session) -> None:
    # Whoever glances sees the old row until this commits, and the new one right after it.
    session.info["site_changed"] = True

    def committed(_session: Any) -> None:
        session.info.pop("site_changed", None)
        forget(session)

    event.listen(session.sync_session, "after_commit", committed, once=True)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int)) else str(value)
