"""Opening an account."""

from __future__ import annotations

import asyncio
import hashlib

import pytest
from psycopg.errors import RaiseException
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.identity.conftest import PASSWORD, Heard, Joiner, actor_of, application
from tuition import identity
from tuition.identity import errors, legal
from tuition.identity.models import TermsAcceptance, User
from tuition.kernel import FrozenClock
from tuition.platform import site
from tuition.platform.database import Database, Session


async def _count(session: Session) -> int:
    return await session.scalar(select(func.count()).select_from(User)) or 0


async def test_joining_stores_a_person_and_asks_for_the_proof_of_the_address(
    session: Session, heard: Heard, moment: FrozenClock
) -> None:
    await identity.sign_up(session, await application(session), ip="192.0.2.7")
    asked = heard.last(identity.VerificationRequested)
    actor = await actor_of(session, asked.person_id)
    assert (actor.roles, actor.email_verified, actor.country) == (frozenset({identity.Role.LEARNER}), False, "FR")
    assert asked.address == "Ada@example.org"
    assert asked.token not in repr(asked)
    await identity.verify_email(session, asked.token)
    assert (await actor_of(session, asked.person_id)).email_verified


async def test_the_acceptance_names_the_exact_text_the_time_and_the_machine_and_cannot_be_changed(
    session: Session, heard: Heard, moment: FrozenClock
) -> None:
    await identity.sign_up(session, await application(session), ip="192.0.2.7")
    [accepted] = await identity.acceptances_of(session, heard.last(identity.PersonJoined).person_id)
    terms = await legal.current_text(session, "terms", "en")
    assert accepted.text_sha256 == hashlib.sha256(terms.body.encode()).hexdigest()
    assert (accepted.accepted_at, str(accepted.ip)) == (moment.now(), "192.0.2.7")
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(update(TermsAcceptance).values(version="2"))
    assert not isinstance(refused.value.orig, RaiseException) or "append-only" in str(refused.value)


async def test_while_sign_up_is_closed_nobody_joins_and_whoever_is_added_by_hand_does(session: Session, heard: Heard) -> None:
    await site.change(session, None, sign_up_open=False)
    for address in ("new@example.org", "new@example.org"):
        with pytest.raises(errors.SignUpClosed):
            await identity.sign_up(session, await application(session, email=address))
    await identity.add_person(session, email="new@example.org", password=PASSWORD, full_name="By hand")
    assert await _count(session) == 1


async def test_an_address_that_is_taken_gets_a_message_and_the_stranger_learns_nothing(
    session: Session, heard: Heard, join: Joiner
) -> None:
    ada = await join("ada@example.org")
    before = await _count(session)
    await identity.sign_up(session, await application(session, email="ADA@example.org", password="another password"))
    assert await _count(session) == before
    assert heard.last(identity.AddressClaimedAgain).person_id == ada.id
    refused = await identity.sign_in_browser(session, email="ada@example.org", password="another password")
    assert isinstance(refused, identity.Refused)


async def test_a_child_is_refused_kindly_and_nothing_is_stored(session: Session, moment: FrozenClock) -> None:
    before = await _count(session)
    with pytest.raises(identity.TooYoung) as refused:
        await identity.sign_up(session, await application(session, birth_year=moment.now().year - 15))
    assert "15 years" in str(refused.value)
    assert await _count(session) == before


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("email", "not an address", errors.AddressInvalid),
        ("password", "short", errors.PasswordTooShort),
        ("password", "x" * 201, errors.PasswordTooLong),
        ("password", "ada@example.org", errors.PasswordGuessable),
        ("password", "ADA LOVELACE", errors.PasswordGuessable),
        ("password", "..........", errors.PasswordGuessable),
        ("full_name", " \x00 \n ", errors.NameMissing),
        ("country", "XX", errors.CountryUnknown),
        ("country", "fr", errors.CountryUnknown),
        ("birth_year", 1700, errors.BirthYearInvalid),
        ("birth_year", 2999, errors.BirthYearInvalid),
        ("terms_sha256", "0" * 64, errors.TermsNotAccepted),
        ("locale", "tlh", errors.LocaleUnknown),
        ("time_zone", "../etc/passwd", errors.TimeZoneUnknown),
        ("time_zone", "", errors.TimeZoneUnknown),
    ],
)
async def test_what_is_wrong_is_said_by_field(
    session: Session, moment: FrozenClock, field: str, value: object, refusal: type[Exception]
) -> None:
    found = await identity.sign_up_refusals(session, await application(session, **{field: value}))
    assert {name: type(error) for name, error in found.items()} == {field: refusal}


async def test_two_who_join_with_one_address_at_once_leave_one_account(database: Database, heard: Heard) -> None:
    async def join_once() -> None:
        async with database.transaction() as session:
            await identity.sign_up(session, await application(session))

    await asyncio.gather(*(join_once() for _ in range(5)))
    assert (heard.count(identity.PersonJoined), heard.count(identity.AddressClaimedAgain)) == (1, 4)


async def test_a_changed_text_must_be_read_again(session: Session, join: Joiner) -> None:
    owner = await join("owner@example.org", identity.Role.OWNER)
    old = await application(session)
    await legal.publish_text(session, owner, "terms", "en", "# New terms")
    assert "terms_sha256" in await identity.sign_up_refusals(session, old)
    versions = await legal.versions_of(session, "terms", "en")
    assert versions[0].body == "# New terms"
    assert (await legal.text_of(session, "terms", legal.SHIPPED_VERSION, "en")).sha256 == old.terms_sha256


async def test_there_is_one_first_owner_however_many_ask(database: Database, heard: Heard) -> None:
    async def init(number: int) -> bool:
        try:
            async with database.transaction() as session:
                await identity.init_owner(session, email=f"o{number}@example.org", password=PASSWORD, full_name="Owner")
        except identity.OwnerExists:
            return False
        return True

    assert sorted(await asyncio.gather(*(init(number) for number in range(3)))) == [False, False, True]


async def test_a_creator_needs_a_proven_address_and_the_creators_terms(session: Session, heard: Heard, join: Joiner) -> None:
    terms = await legal.current_text(session, "creator-terms", "en")
    await identity.sign_up(session, await application(session, email="bea@example.org"))
    unproven = await actor_of(session, heard.last(identity.PersonJoined).person_id)
    with pytest.raises(identity.EmailUnverified):
        await identity.become_creator(session, unproven, terms_sha256=terms.sha256)
    ada = await join()
    with pytest.raises(errors.TermsNotAccepted):
        await identity.become_creator(session, ada, terms_sha256="0" * 64)
    for _ in range(2):
        await identity.become_creator(session, ada, terms_sha256=terms.sha256, bio="I teach engines.")
    assert heard.count(identity.BecameCreator) == 1
    creator = await actor_of(session, ada.id)
    assert identity.allows(creator, "content:publish")
    assert (await session.execute(text("select role from users where id = :id"), {"id": ada.id})).scalar_one() == "creator"
