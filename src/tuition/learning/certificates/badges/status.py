"""Which badges are revoked, as a public list of bits (W3C Bitstring Status List 1.0).

Whoever verifies fetches a whole list and looks at one bit, so that we do not learn whose badge is being looked at. A badge's
place is drawn at random: it tells nothing about when it was issued.
"""

from __future__ import annotations

import base64
import gzip
import secrets as entropy
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tuition.learning.certificates.badges.credentials import moment, token_claims
from tuition.learning.certificates.badges.issuer import Issuer
from tuition.learning.certificates.badges.keys import SigningKeys, method_id
from tuition.learning.certificates.badges.proofs import CREDENTIALS_V2, signed_token, with_proof
from tuition.learning.certificates.models import CredentialStatus
from tuition.learning.certificates.rules import LIST_LENGTH
from tuition.platform.database import AnySession, Session

FULL_AT = LIST_LENGTH // 2
"""A list that is half full gives way to a new one: a free place is then found at the second draw, on average."""
VALID_FOR = timedelta(days=1)
"""How long a verifier may trust a copy."""
TTL_MS = 300_000


async def place_of(session: Session, certificate_id: UUID) -> CredentialStatus:
    """The badge's place in a list; drawn the first time."""
    known = await session.get(CredentialStatus, certificate_id)
    if known is not None:
        return known
    newest, taken = (
        await session.execute(
            select(CredentialStatus.list_number, func.count())
            .group_by(CredentialStatus.list_number)
            .order_by(CredentialStatus.list_number.desc())
            .limit(1)
        )
    ).one_or_none() or (1, 0)
    number = newest + 1 if taken >= FULL_AT else newest
    while True:
        drawn = {"certificate_id": certificate_id, "list_number": number, "list_index": entropy.randbelow(LIST_LENGTH)}
        await session.execute(insert(CredentialStatus).values(drawn).on_conflict_do_nothing())
        found = await session.get(CredentialStatus, certificate_id)
        if found is not None:
            return found


async def set_status(session: Session, certificate_id: UUID, *, revoked: bool) -> None:
    """Set or clear the bit."""
    await session.execute(
        update(CredentialStatus).where(CredentialStatus.certificate_id == certificate_id).values(is_set=revoked)
    )


async def published_list(
    session: AnySession, number: int, issuer: Issuer, keys: SigningKeys, *, now: datetime
) -> dict[str, Any] | None:
    """The list with its proof, or ``None`` when no badge is in it."""
    unsigned = await _list(session, number, issuer.status_list(number), issuer, now=now)
    if unsigned is None:
        return None
    return with_proof(unsigned, keys.proof_key, method=method_id(issuer.id, keys.proof_id), created=unsigned["validFrom"])


async def published_list_token(
    session: AnySession, number: int, issuer: Issuer, keys: SigningKeys, *, now: datetime
) -> str | None:
    """The same list as a token, for who verifies tokens."""
    unsigned = await _list(session, number, f"{issuer.status_list(number)}.jwt", issuer, now=now)
    if unsigned is None:
        return None
    claims = token_claims(unsigned, valid_from=now, valid_until=now + VALID_FOR)
    return signed_token(claims, keys.token_key, method=method_id(issuer.id, keys.token_id))


async def _list(session: AnySession, number: int, url: str, issuer: Issuer, *, now: datetime) -> dict[str, Any] | None:
    if not await session.scalar(select(exists().where(CredentialStatus.list_number == number))):
        return None
    places = await session.scalars(
        select(CredentialStatus.list_index).where(CredentialStatus.list_number == number, CredentialStatus.is_set)
    )
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.id,
        "validFrom": moment(now),
        "validUntil": moment(now + VALID_FOR),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(places),
            "ttl": TTL_MS,
        },
    }


def encoded(places: Iterable[int]) -> str:
    """The bits with these set, the first at the left; compressed, in URL-safe letters after the ``u`` that announces them."""
    bits = bytearray(LIST_LENGTH // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
