"""The audit log: nothing in it changes, and what is personal lies beside it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tuition.kernel import FrozenClock, new_id
from tuition.platform import audit, privacy
from tuition.platform.database import Session


@pytest.mark.parametrize(
    "statement", ["update audit_log set action = 'x.y'", "delete from audit_log", "truncate audit_log cascade"]
)
async def test_the_log_refuses_every_change(session: Session, statement: str) -> None:
    await audit.record(session, new_id(), "identity.signed_in")
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(text(statement))


async def test_entries_are_found_by_actor_subject_and_action(session: Session, moment: FrozenClock) -> None:
    somebody, film = new_id(), new_id()
    await audit.record(session, somebody, "catalog.published", subject=("content", film), details={"kind": "video"})
    await audit.record(session, somebody, "identity.signed_in", ip="192.0.2.1")
    await audit.record(session, None, "catalog.archived", subject=("content", film))
    assert [e.action for e in (await audit.entries(session, actor_id=somebody)).items] == [
        "identity.signed_in",
        "catalog.published",
    ]
    assert [e.action for e in (await audit.entries(session, subject=("content", film))).items] == [
        "catalog.archived",
        "catalog.published",
    ]
    assert len((await audit.entries(session, action="catalog.")).items) == 2
    assert [e.created_at for e in (await audit.entries(session, action="catalog.published")).items] == [moment.now()]


async def test_erasure_forgets_where_somebody_was_and_keeps_what_was_done(session: Session) -> None:
    somebody, another = new_id(), new_id()
    for person in (somebody, another):
        await audit.record(session, person, "identity.signed_in", ip="2001:db8::1")
    await audit.record(session, None, "identity.sign_in_failed", subject=("user", somebody), ip="2001:db8::1")
    assert (await audit.export(session, somebody))["audit_log"][0]["ip"] == "2001:db8::1"
    await audit.erase(session, somebody)
    assert (await audit.export(session, somebody))["audit_log"][0]["ip"] is None
    assert (await audit.export(session, another))["audit_log"][0]["ip"] == "2001:db8::1"
    page = await audit.entries(session)
    assert len(page.items) == 3
    assert len(await audit.origins(session, [entry.id for entry in page.items])) == 1


async def test_every_room_is_asked_in_order_and_erases_from_the_top(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "_keepers", {})
    asked: list[str] = []

    def keeper(room: str) -> None:
        async def export(_session: object, _person: object) -> dict[str, str]:
            return {"from": room}

        async def erase(_session: object, _person: object) -> None:
            asked.append(room)

        privacy.register(room, export=export, erase=erase)

    for room in ("identity", "wallets", "commerce"):
        keeper(room)
    assert await privacy.export_person(session, new_id()) == {
        room: {"from": room} for room in ("identity", "wallets", "commerce")
    }
    assert await privacy.erase_person(session, new_id()) == ["commerce", "wallets", "identity"] == asked
