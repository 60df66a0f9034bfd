"""Becoming somebody here: a person, a creator, the first owner."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tuition.identity import errors, events, legal
from tuition.identity.actions.proofs import mailed
from tuition.identity.actions.proofs.hashing import hash_password
from tuition.identity.actor import Actor, Role, UserStatus
from tuition.identity.models import UNUSABLE_PASSWORD, TermsAcceptance, User, UserRole
from tuition.identity.rules.people import (
    BIO_LENGTH_MAX,
    Application,
    clean_address,
    clean_name,
    clean_password,
    name_refusal,
    password_refusal,
    refusals,
)
from tuition.identity.rules.permissions import require_verified
from tuition.identity.rules.sign_ins import TokenPurpose, machine_address
from tuition.kernel import DomainError, clock, new_id
from tuition.platform import audit, rates, site
from tuition.platform.database import AnySession, Session
from tuition.platform.events import publish

SIGN_UPS_PER_HOUR = 60
"""From one machine: a class behind one router fits."""


async def sign_up_refusals(session: AnySession, application: Application) -> dict[str, DomainError]:
    """Everything that is wrong with an application, by field, for a form that wants to say it all at once."""
    terms = await legal.current_text(session, "terms", application.locale)
    return refusals(application, terms_sha256=terms.sha256, now=clock.now())


async def require_open(session: AnySession) -> None:
    """Raises ``SignUpClosed`` while the owner wants nobody to join by themselves; whoever is added by hand is not asked."""
    if not (await site.current(session)).sign_up_open:
        raise errors.SignUpClosed


async def sign_up(session: Session, application: Application, *, ip: str = "") -> None:
    """Open an account and ask for the proof of its address.

    Says nothing about whether the address had an account before: then its person gets a message and nothing else happens.
    Raises ``SignUpClosed``, the first refusal (under the country's age nothing is stored at all), or ``rates.TooMany``.
    """
    if machine_address(ip):
        await rates.hit(session, f"identity.sign_up:{ip}", limit=SIGN_UPS_PER_HOUR, per_s=3600)
    for refusal in (await sign_up_refusals(session, application)).values():
        raise refusal
    await admit(session, application, password_hash=await hash_password(clean_password(application.password)), ip=ip)


async def admit(
    session: Session, application: Application, *, password_hash: str | None, is_verified: bool = False, ip: str = ""
) -> UUID | None:
    """Open the account of a sound application. ``None`` when the address has one: then only its person is told.

    Raises ``SignUpClosed``.
    """
    await require_open(session)
    email, now = clean_address(application.email), clock.now()
    person_id = await _insert(
        session,
        email=email,
        password_hash=password_hash or UNUSABLE_PASSWORD,
        full_name=clean_name(application.full_name),
        roles=[Role.LEARNER],
        birth_year=application.birth_year,
        country=application.country,
        locale=application.locale,
        time_zone=application.time_zone,
        verified_at=now if is_verified else None,
    )
    if person_id is None:
        known = await session.scalar(select(User.id).where(func.lower(User.email) == email.lower()))
        assert known is not None, "the address was in the way, so somebody has it"
        await publish(session, events.AddressClaimedAgain(known))
        return None
    terms = await legal.current_text(session, "terms", application.locale)
    record_acceptance(session, person_id, terms, ip=ip, at=now)
    await audit.record(session, person_id, "identity.joined", subject=("user", person_id), ip=machine_address(ip))
    await publish(session, events.PersonJoined(person_id))
    if is_verified:
        await publish(session, events.EmailVerified(person_id))
        return person_id
    token, expires_at = await mailed.make(session, person_id, TokenPurpose.VERIFY_EMAIL, address=email)
    await publish(session, events.VerificationRequested(person_id, email, token, expires_at))
    return person_id


async def add_person(
    session: Session,
    *,
    email: str,
    password: str,
    full_name: str,
    roles: Collection[Role] = (Role.LEARNER,),
    birth_year: int | None = None,
    country: str | None = None,
    locale: str = "en",
    time_zone: str = "UTC",
    by: UUID | None = None,
) -> UUID:
    """Add a person whose address is known to be theirs (the command line, an import). The first role is the primary one.

    Raises ``AddressTaken`` and what is wrong with name, address or password.
    """
    address = clean_address(email)
    refusal = name_refusal(full_name) or password_refusal(password, email=address, full_name=full_name)
    if refusal is not None:
        raise refusal
    person_id = await _insert(
        session,
        email=address,
        password_hash=await hash_password(clean_password(password)),
        full_name=clean_name(full_name),
        roles=list(roles),
        birth_year=birth_year,
        country=country,
        locale=locale,
        time_zone=time_zone,
        verified_at=clock.now(),
        by=by,
    )
    if person_id is None:
        raise errors.AddressTaken
    await audit.record(
        session, by, "identity.person_added", subject=("user", person_id), details={"roles": [role.value for role in roles]}
    )
    await publish(session, events.PersonJoined(person_id))
    return person_id


async def init_owner(session: Session, *, email: str, password: str, full_name: str, country: str | None = None) -> UUID:
    """Add the first owner of a real installation. Raises ``OwnerExists`` when there is one."""
    # Two at once would both find none: the table's lock lets one look after the other.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("identity.init_owner"))))
    owners = select(UserRole.id).join(User, User.id == UserRole.user_id).where(UserRole.role == Role.OWNER.value, User.is_active)
    if await session.scalar(owners.limit(1)) is not None:
        raise errors.OwnerExists
    return await add_person(session, email=email, password=password, full_name=full_name, country=country, roles=[Role.OWNER])


async def become_creator(session: Session, actor: Actor, *, terms_sha256: str, bio: str = "", ip: str = "") -> None:
    """Let a person publish, once the address is proven and the creators' terms are accepted. Twice is once."""
    require_verified(actor)
    text = await legal.current_text(session, "creator-terms", actor.locale)
    if terms_sha256 != text.sha256:
        raise errors.TermsNotAccepted
    if len(bio) > BIO_LENGTH_MAX:
        raise errors.TextTooLong(field="bio", length_max=BIO_LENGTH_MAX)
    user = (await session.scalars(select(User).where(User.id == actor.id).with_for_update())).one()
    user.bio = bio.strip() or user.bio
    if not await add_role(session, user.id, Role.CREATOR):
        return
    if user.role == Role.LEARNER:
        user.role = Role.CREATOR.value
    record_acceptance(session, user.id, text, ip=ip, at=clock.now())
    await audit.record(session, user.id, "identity.became_creator", subject=("user", user.id), ip=machine_address(ip))
    await publish(session, events.BecameCreator(user.id))


async def add_role(session: Session, person_id: UUID, role: Role, *, by: UUID | None = None) -> bool:
    """Give a role, and return whether it was new."""
    statement = insert(UserRole).values(id=new_id(), user_id=person_id, role=role.value, granted_by=by, created_at=clock.now())
    made = await session.scalars(statement.on_conflict_do_nothing(index_elements=["user_id", "role"]).returning(UserRole.id))
    return made.one_or_none() is not None


def record_acceptance(session: Session, person_id: UUID, text: legal.Text, *, ip: str, at: datetime) -> None:
    """Write down that a person agreed to exactly this text."""
    session.add(
        TermsAcceptance(
            user_id=person_id,
            kind=text.kind,
            version=text.version,
            locale=text.locale,
            text_sha256=text.sha256,
            ip=machine_address(ip),
            accepted_at=at,
            created_at=at,
        )
    )


async def _insert(
    session: Session,
    *,
    email: str,
    password_hash: str,
    full_name: str,
    roles: list[Role],
    birth_year: int | None,
    country: str | None,
    locale: str,
    time_zone: str,
    verified_at: datetime | None = None,
    by: UUID | None = None,
) -> UUID | None:
    """The new person's id, or ``None`` when the address is in use: decided by the index, so that two at once leave one."""
    now = clock.now()
    statement = insert(User).values(
        id=new_id(),
        email=email,
        password_hash=password_hash,
        full_name=full_name,
        role=roles[0].value,
        status=UserStatus.ACTIVE.value,
        email_verified_at=verified_at,
        birth_year=birth_year,
        country=country,
        locale=locale,
        time_zone=time_zone,
        preferences={},
        profile={},
        profile_metadata={},
        created_at=now,
    )
    person_id = (await session.scalars(statement.on_conflict_do_nothing().returning(User.id))).one_or_none()
    if person_id is not None:
        for role in dict.fromkeys([*roles, Role.LEARNER]):
            await add_role(session, person_id, role, by=by)
    return person_id
