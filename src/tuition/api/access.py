"""Who may open what, and why; giving and sharing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tuition import access, catalog, identity
from tuition.access import AccessType, Reason, ScopeKind, WayKind
from tuition.edge import EdgeRoute, MoneyOut, Reading, SignedIn, Writing, problems

router = APIRouter(prefix="/v1", tags=["Access"], route_class=EdgeRoute)
ID_EXAMPLE = "0192f0c1-6d1e-7c3a-9a51-2f6d2c9c7b10"
ContentId = Annotated[UUID, Path(description="The content.", examples=[ID_EXAMPLE])]


class WayOut(BaseModel):
    """One way to make it possible."""

    kind: WayKind
    price_id: UUID | None
    amount: MoneyOut | None = Field(description="What it costs at once.")
    rate: Decimal | None = Field(description="What a minute costs, in whole units of `currency`.", examples=["0.120000"])
    currency: str | None = Field(examples=["EUR"])
    collection_id: UUID | None
    title: str | None = Field(description="The collection's.")
    slug: str | None = Field(description="The collection's.")
    tier_id: UUID | None

    @classmethod
    def of(cls, way: access.Way) -> WayOut:
        """How a way is shown."""
        shown = {name: getattr(way, name) for name in cls.model_fields.keys() - {"amount"}}
        return cls(**shown, amount=MoneyOut.of(way.amount) if way.amount is not None else None)


class DecisionOut(BaseModel):
    """May it be opened, why, until when, and what would make it so."""

    content_id: UUID
    allowed: bool
    reason: Reason
    access_type: AccessType | None
    until: datetime | None = Field(description="When what allows it ends; null while allowed: not before somebody ends it.")
    opens_at: datetime | None = Field(description="When it opens, if that is why the answer is no (`not_yet_open`).")
    grant_id: UUID | None
    preview_until_ms: int
    ways: list[WayOut]

    @classmethod
    def of(cls, decision: access.Decision) -> DecisionOut:
        """How a decision is shown."""
        shown = {name: getattr(decision, name) for name in cls.model_fields.keys() - {"ways"}}
        return cls(**shown, ways=[WayOut.of(way) for way in decision.ways])


class GrantOut(BaseModel):
    """One permission to open something, from one source."""

    id: UUID
    person_id: UUID
    scope: ScopeKind
    scope_id: UUID | None = Field(description="Null for the whole catalogue.")
    access_type: AccessType
    source_type: str = Field(examples=["purchase"])
    source_id: UUID
    granted_by: UUID | None
    granted_at: datetime
    expires_at: datetime | None = Field(description="Null: for good.")
    ended_at: datetime | None
    end_reason: str | None = Field(examples=[None])

    @classmethod
    def of(cls, grant: access.AccessGrant) -> GrantOut:
        """How a grant is shown."""
        return cls.model_validate(grant, from_attributes=True)


class GrantExplainedOut(BaseModel):
    """A grant, and what it means for the decision."""

    grant: GrantOut
    is_live: bool
    decides: bool = Field(description="Whether it is the one that the decision rests on.")
    without_it: DecisionOut | None = Field(description="What the answer would be if it ended now; only for a live one.")


class ExplanationOut(BaseModel):
    """The decision with everything that speaks for it, or once did."""

    decision: DecisionOut
    grants: list[GrantExplainedOut]


class GrantIn(BaseModel):
    """Something that is given."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID = Field(examples=[ID_EXAMPLE])
    access_type: AccessType = Field(
        default=AccessType.COMPLIMENTARY,
        description="`complimentary`: for good unless said; `shared`: for a day unless said.",
    )
    expires_at: AwareDatetime | None = Field(default=None, examples=[None])


class GrantsOut(BaseModel):
    """Grants, the newest first."""

    items: list[GrantOut]


@router.get("/me/access/{content_id}", responses=problems(401, 404), summary="Explain my access")
async def explain(content_id: ContentId, session: Reading, actor: SignedIn) -> ExplanationOut:
    """Whether you may open a content, why, until when, which grants speak for it, and what would be if one of them ended."""
    found = await access.explain(session, actor, content_id)
    return ExplanationOut(
        decision=DecisionOut.of(found.decision),
        grants=[
            GrantExplainedOut(
                grant=GrantOut.of(item.grant),
                is_live=item.is_live,
                decides=item.decides,
                without_it=DecisionOut.of(item.without_it) if item.without_it else None,
            )
            for item in found.grants
        ],
    )


@router.get("/contents/{content_id}/grants", responses=problems(401, 404), summary="List who was given a content")
async def grants(content_id: ContentId, session: Reading, actor: SignedIn) -> GrantsOut:
    """For its creator: everybody who holds or held this very content, the newest first (up to 100)."""
    await catalog.get_owned_content(session, actor, content_id)
    return GrantsOut(items=[GrantOut.of(grant) for grant in await access.grants_of_content(session, content_id)])


@router.post("/contents/{content_id}/grants", status_code=201, responses=problems(401, 404), summary="Give or share a content")
async def give(content_id: ContentId, body: GrantIn, session: Writing, actor: SignedIn) -> GrantOut:
    """Let somebody open a content of yours. The same gift again is the one that stands."""
    if not await identity.people_by_id(session, [body.person_id]):
        raise identity.PersonUnknown
    given = await access.give(session, actor, content_id, body.person_id, kind=body.access_type, expires_at=body.expires_at)
    return GrantOut.of(given)


@router.delete(
    "/contents/{content_id}/grants/{grant_id}", status_code=204, responses=problems(401, 404), summary="Take back what was given"
)
async def take_back(
    content_id: ContentId, grant_id: Annotated[UUID, Path(examples=[ID_EXAMPLE])], session: Writing, actor: SignedIn
) -> None:
    """End a gift or a share. What was bought is not yours to take back. Other grants of the same person stay."""
    await access.take_back(session, actor, content_id, grant_id)
