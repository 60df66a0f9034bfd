"""Writing a certificate's badge: what it says now, signed."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from tuition.learning.certificates import badges, documents
from tuition.learning.certificates.badges import Award, Issuer, SigningKeys
from tuition.learning.certificates.models import Badge, Certificate
from tuition.platform.database import Session


def issuer_of(certificate_school: str) -> Issuer:
    """The school under a name, at this installation's address."""
    return Issuer(documents.house().address, certificate_school)


async def sign_badge(session: Session, certificate: Certificate, *, now: datetime) -> None:
    """Sign it, in place of what was signed before."""
    place = await badges.place_of(session, certificate.id)
    keys = await badges.signing_keys(session)
    description, criteria, evidence = documents.evidence_in(certificate.language, certificate.verified_seconds // 60)
    award = Award(
        id=certificate.id,
        number=certificate.certificate_number,
        name=certificate.recipient_name if certificate.shows_name else None,
        course_id=certificate.course_id,
        course_title=certificate.course_title,
        description=description,
        criteria=criteria,
        evidence=evidence,
        language=certificate.language,
        completed_at=certificate.completion_date,
        valid_from=certificate.issued_at,
        valid_until=certificate.expires_at,
        list_number=place.list_number,
        list_index=place.list_index,
    )
    issuer = issuer_of(certificate.school_name)
    # Canonical order is tens of milliseconds of computing, which other requests should not wait for.
    credential, token = await asyncio.to_thread(_signed, award, issuer, keys, now)
    values = {"credential": credential, "token": token, "signed_at": now}
    statement = insert(Badge).values(certificate_id=certificate.id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[Badge.certificate_id], set_=values))


def _signed(award: Award, issuer: Issuer, keys: SigningKeys, now: datetime) -> tuple[dict[str, object], str]:
    document = badges.credential_of(award, issuer)
    credential = badges.with_proof(
        document, keys.proof_key, method=badges.method_id(issuer.id, keys.proof_id), created=badges.moment(now)
    )
    claims = badges.token_claims(
        badges.credential_of(award, issuer, status_suffix=".jwt"), valid_from=award.valid_from, valid_until=award.valid_until
    )
    return credential, badges.signed_token(claims, keys.token_key, method=badges.method_id(issuer.id, keys.token_id))
