"""What goes in and out of the operations about people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from tuition import identity
from tuition.edge import problem_response, status_of
from tuition.identity import Role, UserStatus

Address = Annotated[str, Field(min_length=3, max_length=254, description="An e-mail address.", examples=["ada@example.org"])]
Secret = Annotated[str, Field(min_length=1, max_length=1000)]
PASSWORD_EXAMPLE = "seven quiet otters"  # noqa: S105 - an example in the reference, nobody's password
SHA_EXAMPLE = "9f2c0d3b5a1e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8"
NewPassword = Annotated[
    str, Field(min_length=1, max_length=1000, description="10 to 200 characters.", examples=[PASSWORD_EXAMPLE])
]
Sha256 = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="The `sha256` of the text that was shown.", examples=[SHA_EXAMPLE])
]
MailedToken = Annotated[
    str, Field(min_length=1, max_length=200, description="The token from the mailed link.", examples=["Zk3q…"])
]


class Input(BaseModel):
    """A body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")


class Message(BaseModel):
    """What happened, in a sentence."""

    message: str = Field(examples=["If this address can be used, a message is on its way to it."])


class PersonOut(BaseModel):
    """A person, as they see themselves and as the owner sees them."""

    id: UUID
    email: str = Field(examples=["ada@example.org"])
    email_verified_at: datetime | None
    full_name: str = Field(examples=["Ada Lovelace"])
    bio: str | None
    profile_image_url: str | None
    role: Role = Field(description="The role that the person is mainly here for.")
    roles: list[Role] = Field(description="Every role that the person holds.")
    status: UserStatus
    status_reason: str | None = Field(description="Why the account is suspended.")
    locale: str = Field(examples=["en"])
    time_zone: str = Field(description="IANA name.", examples=["Europe/Paris"])
    country: str | None = Field(description="ISO 3166-1 alpha-2.", examples=["FR"])
    currency: str | None = Field(description="ISO 4217; null follows the site.", examples=["EUR"])
    birth_year: int | None
    preferences: dict[str, Any]
    onboarding_completed_at: datetime | None
    last_login_at: datetime | None
    mfa_enabled: bool = Field(description="Whether signing in by password asks for a second proof.")
    created_at: datetime

    @classmethod
    def of(cls, user: identity.User, roles: frozenset[Role]) -> PersonOut:
        """How a row is shown."""
        shown = {name: getattr(user, name) for name in cls.model_fields if name != "roles"}
        return cls.model_validate(shown | {"roles": sorted(roles)})


class TokensOut(BaseModel):
    """A pair of tokens. They are shown once and kept as hashes only."""

    access_token: str = Field(description="Send it as `Authorization: Bearer …`. It lives for a quarter of an hour.")
    token_type: str = Field(default="Bearer", examples=["Bearer"])
    expires_in_s: int = Field(description="How long the access token lives.", examples=[900])
    refresh_token: str = Field(description="Exchange it once at `POST /v1/auth/refresh`. Used twice, it ends the sign-in.")
    refresh_expires_at: datetime
    person_id: UUID
    sign_in_id: UUID

    @classmethod
    def of(cls, tokens: identity.Tokens, now: datetime) -> TokensOut:
        """How a fresh pair is handed out."""
        return cls(
            access_token=tokens.access_token,
            expires_in_s=int((tokens.access_expires_at - now).total_seconds()),
            refresh_token=tokens.refresh_token,
            refresh_expires_at=tokens.refresh_expires_at,
            person_id=tokens.person_id,
            sign_in_id=tokens.sign_in_id,
        )


def refused(outcome: identity.Refused) -> Response:
    """The answer to a refusal that leaves a trace: returned and not raised, so that the trace is committed."""
    error = outcome.error
    retry_after_s = error.fields.get("retry_after_s")
    headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}
    return problem_response(status_of(error), error.code, error.sentence, fields=error.fields, headers=headers)
