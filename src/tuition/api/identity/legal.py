"""Legal texts and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from tuition.api.identity.shapes import SHA_EXAMPLE, Input
from tuition.edge import EdgeRoute, PageOut, Reading, SignedIn, Writing, problems
from tuition.identity import legal

router = APIRouter(prefix="/v1/legal", tags=["Legal texts"], route_class=EdgeRoute)
Locale = Annotated[str, Query(pattern=r"^[a-z]{2}$", description="Two letters; English where there is no such text.")]
Version = Annotated[str, Path(max_length=50, examples=["1"])]


class LegalTextOut(BaseModel):
    """One version of a legal text."""

    kind: str = Field(examples=["terms"])
    version: str = Field(examples=["1"])
    locale: str = Field(examples=["en"])
    body: str = Field(description="Markdown, exactly as it is shown.", examples=["# Terms of use"])
    sha256: str = Field(
        description="SHA-256 of the body's UTF-8 bytes; send it back to accept exactly this text.", examples=[SHA_EXAMPLE]
    )
    published_at: datetime | None = Field(description="Null for the text that comes with the product.")

    @classmethod
    def of(cls, text: legal.Text) -> LegalTextOut:
        """How a text is shown."""
        return cls.model_validate(text, from_attributes=True)


class LegalTextIn(Input):
    """A new version."""

    locale: str = Field(pattern=r"^[a-z]{2}$", examples=["en"])
    body: str = Field(min_length=1, max_length=legal.BODY_LENGTH_MAX, description="Markdown.", examples=["# Terms of use"])


@router.get("/{kind}", responses=problems(), summary="Show the legal text that holds now")
async def show(kind: legal.LegalKind, session: Reading, locale: Locale = "en") -> LegalTextOut:
    """The terms of use, the privacy notice or the creators' terms, as they hold at this moment."""
    return LegalTextOut.of(await legal.current_text(session, kind, locale))


@router.get("/{kind}/versions", responses=problems(), summary="List the versions of a legal text")
async def versions(kind: legal.LegalKind, session: Reading, locale: Locale = "en") -> PageOut[LegalTextOut]:
    """Every version in one language, the newest first (up to 101)."""
    found = await legal.versions_of(session, kind, locale)
    return PageOut[LegalTextOut](items=[LegalTextOut.of(text) for text in found])


@router.get("/{kind}/versions/{version}", responses=problems(404), summary="Show one version of a legal text")
async def show_version(kind: legal.LegalKind, version: Version, session: Reading, locale: Locale = "en") -> LegalTextOut:
    """A version, as somebody may have accepted it once."""
    return LegalTextOut.of(await legal.text_of(session, kind, version, locale))


@router.post("/{kind}/versions", status_code=201, responses=problems(401, 403), summary="Publish a new version of a legal text")
async def publish(kind: legal.LegalKind, body: LegalTextIn, session: Writing, actor: SignedIn) -> LegalTextOut:
    """Let a new version hold from now on. Needs `site:configure`. Earlier versions stay readable."""
    return LegalTextOut.of(await legal.publish_text(session, actor, kind, body.locale, body.body))
