"""Keys for scripts: what they open, and what they never open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.identity.conftest import Joiner
from tuition import identity
from tuition.identity import ApiKey, Role, errors
from tuition.kernel import FrozenClock
from tuition.platform.database import Session


async def test_a_key_acts_for_its_person_within_its_scopes_only(session: Session, join: Joiner) -> None:
    owner = await join("owner@example.org", Role.OWNER)
    made = await identity.make_api_key(session, owner, name="Enrolments", scopes=["people:manage"])
    assert made.text not in repr(made)
    assert made.text.startswith(made.key.prefix)
    stored = (await session.scalars(select(ApiKey))).one()
    assert made.text not in (stored.key_hash, stored.prefix)
    actor = await identity.authenticate_token(session, made.text)
    assert (actor.id, actor.sign_in_id) == (owner.id, None)
    assert identity.allows(actor, "people:manage")
    assert not identity.allows(actor, "site:configure")
    assert not identity.is_fresh(actor)
    with pytest.raises(errors.FreshSignInNeeded):
        await identity.confirm_by_password(session, actor, "seven quiet otters")


async def test_a_key_gets_no_permission_that_its_person_lacks(session: Session, join: Joiner) -> None:
    ada = await join()
    for scope in ("people:manage", "no:such"):
        with pytest.raises(errors.ScopeRefused):
            await identity.make_api_key(session, ada, name="A script", scopes=[scope])
    for name in ("", "x" * 61):
        with pytest.raises(errors.LabelInvalid):
            await identity.make_api_key(session, ada, name=name)
    with pytest.raises(errors.ExpiryInvalid):
        await identity.make_api_key(session, ada, name="A script", days=0)


async def test_a_key_ends_with_its_days_when_it_is_revoked_and_when_its_person_is_kept_out(
    session: Session, join: Joiner, moment: FrozenClock
) -> None:
    owner, ada = await join("owner@example.org", Role.OWNER), await join()
    short = await identity.make_api_key(session, ada, name="Short", days=1)
    long = await identity.make_api_key(session, ada, name="Long")
    kept = await identity.make_api_key(session, ada, name="Kept")
    await identity.authenticate_token(session, short.text)
    moment.advance(timedelta(days=1))
    await identity.revoke_api_key(session, ada, long.key.id)
    with pytest.raises(errors.ApiKeyUnknown):
        await identity.revoke_api_key(session, owner, kept.key.id)
    for text in (short.text, long.text, "tuk_" + "x" * 43, "tuk_" + "x" * 1000):
        with pytest.raises(errors.ApiKeyRefused):
            await identity.authenticate_token(session, text)
    assert [key.name for key in await identity.list_api_keys(session, ada)] == ["Kept", "Short"]
    await identity.suspend(session, owner, ada.id, reason="Shared it.")
    with pytest.raises(errors.ApiKeyRefused):
        await identity.authenticate_token(session, kept.text)


async def test_when_a_key_was_used_is_noted(session: Session, join: Joiner, moment: FrozenClock) -> None:
    ada = await join()
    made = await identity.make_api_key(session, ada, name="A script")
    actor = await identity.authenticate_token(session, made.text)
    assert identity.is_visit_due(actor)
    await identity.note_visit(session, actor)
    again = await identity.authenticate_token(session, made.text)
    assert again.last_seen_at == moment.now()
    assert not identity.is_visit_due(again)
