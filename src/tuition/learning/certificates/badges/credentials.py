"""What a badge says: an ``OpenBadgeCredential`` (1EdTech Open Badges 3.0) on the W3C's data model 2.0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tuition.learning.certificates.badges.issuer import Issuer
from tuition.learning.certificates.badges.proofs import CREDENTIALS_V2, OPEN_BADGES_3


@dataclass(frozen=True, slots=True)
class Award:
    """What is awarded, to whom, for what."""

    id: UUID
    number: str
    name: str | None
    """The person's name, or ``None`` when they do not want it said."""
    course_id: UUID
    course_title: str
    description: str
    """What the certificate says besides: one sentence."""
    criteria: str
    evidence: str
    language: str
    completed_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    list_number: int
    list_index: int


def moment(at: datetime) -> str:
    """A moment as credentials write it: seconds, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def credential_of(award: Award, issuer: Issuer, *, status_suffix: str = "") -> dict[str, Any]:
    """The credential, unsigned. Nothing about the person but, if they wish, their name."""
    subject: dict[str, Any] = {
        "id": f"urn:uuid:{award.id}",
        "type": ["AchievementSubject"],
        "activityEndDate": moment(award.completed_at),
        "achievement": {
            "id": f"urn:uuid:{award.course_id}",
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "name": award.course_title,
            "description": award.description,
            "inLanguage": award.language,
            "criteria": {"narrative": award.criteria},
        },
    }
    if award.name:
        named = {"type": "IdentityObject", "hashed": False, "identityHash": award.name, "identityType": "name"}
        subject["identifier"] = [named]
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
        "id": issuer.credential_of(award.number),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": award.course_title,
        "issuer": issuer.profile,
        "validFrom": moment(award.valid_from),
        **({"validUntil": moment(award.valid_until)} if award.valid_until else {}),
        "credentialSubject": subject,
        "evidence": [
            {"id": issuer.page_of(award.number), "type": ["Evidence"], "name": award.number, "narrative": award.evidence}
        ],
        "credentialStatus": {
            "id": f"{issuer.status_list(award.list_number)}{status_suffix}#{award.list_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(award.list_index),
            "statusListCredential": f"{issuer.status_list(award.list_number)}{status_suffix}",
        },
    }


def token_claims(credential: dict[str, Any], *, valid_from: datetime, valid_until: datetime | None) -> dict[str, Any]:
    """The credential as the claims of a token (Open Badges 3.0, section 8.2.4.1)."""
    subject_id = credential["credentialSubject"].get("id")
    return {
        **credential,
        "iss": credential["issuer"]["id"] if isinstance(credential["issuer"], dict) else credential["issuer"],
        "jti": credential["id"],
        **({"sub": subject_id} if subject_id else {}),
        "nbf": int(valid_from.timestamp()),
        **({"exp": int(valid_until.timestamp())} if valid_until else {}),
    }
