"""Profiles, roles, and what the owner may do."""

from __future__ import annotations

import asyncio

import pytest

from tests.identity.conftest import PASSWORD, Heard, Joiner, actor_of, application
from tuition import identity
from tuition.identity import ProfileChange, Role, errors, privacy
from tuition.identity.models import User
from tuition.kernel import FrozenClock, new_id
from tuition.platform.database import Database, Session


async def test_a_profile_changes_where_asked_and_nowhere_else(session: Session, join: Joiner) -> None:
    ada = await join()
    change = ProfileChange(full_name="  Ada   King ", locale="ar", time_zone="Africa/Cairo", bio="Engines", currency="EGP")
    user = await identity.change_profile(session, ada, change)
    assert (user.full_name, user.locale, user.time_zone, user.bio, user.currency) == (
        "Ada King",
        "ar",
        "Africa/Cairo",
        "Engines",
        "EGP",
    )
    user = await identity.change_profile(session, ada, ProfileChange(bio="", onboarding_completed=True))
    assert (user.full_name, user.bio, user.onboarding_completed_at is not None) == ("Ada King", None, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (ProfileChange(full_name=""), "full_name"),
        (ProfileChange(bio="x" * 2_001), "bio"),
        (ProfileChange(profile_image_url="javascript:alert(1)"), "profile_image_url"),
        (ProfileChange(profile_image_url="//elsewhere.example/x.png"), "profile_image_url"),
        (ProfileChange(locale="xx"), "locale"),
        (ProfileChange(time_zone="Mars/Olympus"), "time_zone"),
        (ProfileChange(country="ZZ"), "country"),
        (ProfileChange(currency="euro"), "currency"),
        (ProfileChange(preferences={"pace": "x" * 10_000}), "preferences"),
    ],
)
async def test_a_wrong_change_is_refused_by_field(session: Session, join: Joiner, change: ProfileChange, field: str) -> None:
    assert list(identity.profile_refusals(change)) == [field]
    with pytest.raises(identity.InputRefused):
        await identity.change_profile(session, await join(), change)


async def test_moving_is_no_way_around_a_guardian(session: Session, heard: Heard, moment: FrozenClock) -> None:
    young = await application(session, country="GB", birth_year=moment.now().year - 14)
    await identity.sign_up(session, young)
    actor = await actor_of(session, heard.last(identity.PersonJoined).person_id)
    with pytest.raises(errors.TooYoungToMove):
        await identity.change_profile(session, actor, ProfileChange(country="DE"))


async def test_people_are_listed_searched_and_paged_for_the_owner_only(session: Session, join: Joiner) -> None:
    owner = await join("owner@example.org", Role.OWNER, full_name="Olga")
    for name in ("bea", "cid", "dan"):
        await join(f"{name}@example.org", full_name=name.title())
    page = await identity.list_people(session, owner, limit=3)
    rest = await identity.list_people(session, owner, limit=3, cursor=page.next_cursor)
    assert (len(page.items), len(rest.items), rest.next_cursor) == (3, 1, None)
    assert [user.full_name for user in (await identity.list_people(session, owner, search="CID@")).items] == ["Cid"]
    assert [user.full_name for user in (await identity.list_people(session, owner, role=Role.OWNER)).items] == ["Olga"]
    assert (await identity.list_people(session, owner, search="100%")).items == []
    with pytest.raises(identity.PermissionMissing):
        await identity.list_people(session, await actor_of(session, page.items[0].id))


async def test_somebody_elses_account_looks_like_no_account(session: Session, join: Joiner) -> None:
    ada, bea = await join(), await join("bea@example.org")
    assert (await identity.get_person_for(session, ada, ada.id)).id == ada.id
    for unknown in (bea.id, new_id()):
        with pytest.raises(identity.PersonUnknown):
            await identity.get_person_for(session, ada, unknown)


async def test_roles_are_set_as_a_whole_and_announced(session: Session, join: Joiner, heard: Heard) -> None:
    owner, ada = await join("owner@example.org", Role.OWNER), await join()
    await identity.set_roles(session, owner, ada.id, [Role.PARTNER], primary=Role.CREATOR)
    assert (await actor_of(session, ada.id)).roles == {Role.LEARNER, Role.PARTNER, Role.CREATOR}
    await identity.set_roles(session, owner, ada.id, [], primary=Role.LEARNER)
    assert (await actor_of(session, ada.id)).roles == {Role.LEARNER}
    assert heard.count(identity.BecameCreator) == 1
    with pytest.raises(identity.PermissionMissing):
        await identity.set_roles(session, ada, ada.id, [Role.OWNER], primary=Role.OWNER)


async def test_the_last_owner_cannot_go(session: Session, join: Joiner) -> None:
    owner = await join("owner@example.org", Role.OWNER)
    with pytest.raises(identity.OwnerNeeded):
        await identity.deactivate(session, owner, current_password=PASSWORD)
    with pytest.raises(identity.OwnerNeeded):
        await identity.suspend(session, owner, owner.id, reason="Tired")
    with pytest.raises(identity.OwnerNeeded):
        await identity.set_roles(session, owner, owner.id, [], primary=Role.LEARNER)


async def test_two_owners_cannot_let_each_other_go_at_once(database: Database) -> None:
    async with database.transaction() as session:
        ids = [
            await identity.add_person(session, email=f"{name}@example.org", password=PASSWORD, full_name=name, roles=[Role.OWNER])
            for name in ("ann", "bob")
        ]
        owners = [await actor_of(session, person_id) for person_id in ids]

    async def leave(owner: identity.Actor) -> bool:
        try:
            async with database.transaction() as session:
                assert await identity.deactivate(session, owner, current_password=PASSWORD) is None
        except identity.OwnerNeeded:
            return False
        return True

    assert sorted(await asyncio.gather(*map(leave, owners))) == [False, True]


async def test_an_export_is_whole_and_an_erased_person_can_join_again(session: Session, join: Joiner, heard: Heard) -> None:
    ada = await join()
    signed_in = await identity.sign_in_browser(session, email="ada@example.org", password=PASSWORD, ip="192.0.2.1")
    assert isinstance(signed_in, identity.BrowserSignIn)
    exported = await privacy.export(session, ada.id)
    assert exported["person"]["email"] == "ada@example.org"
    assert exported["sign_ins"][0]["ip"] == "192.0.2.1"
    assert "password_hash" not in exported["person"]
    for _ in range(2):
        await privacy.erase(session, ada.id)
    assert await identity.authenticate_cookie(session, signed_in.cookie) is None
    user = await session.get(User, ada.id)
    assert user is not None
    emptied = {name: getattr(user, name) for name in User.__personal__ if name not in {"email", "password_hash"}}
    assert not any(emptied.values()), emptied
    assert "ada" not in user.email
    await identity.sign_up(session, await application(session))
    assert heard.last(identity.PersonJoined).person_id != ada.id
