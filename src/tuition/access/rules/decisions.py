"""The one question, answered from facts: may this person open this, why, until when, and what would make it so?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tuition import catalog
from tuition.access.rules.scopes import AccessType, Scope
from tuition.kernel import Money


class Reason(StrEnum):
    """Why the answer is what it is."""

    OWNER = "owner"
    """Allowed: they made it."""
    STAFF = "staff"
    """Allowed: they run this school."""
    GRANTED = "granted"
    """Allowed: by the grant that the decision names."""
    FREE = "free"
    """Allowed: it is open to everybody."""
    PREVIEW = "preview"
    """Allowed: its course shows it to everybody as a sample."""
    UNKNOWN = "unknown"
    """Refused: there is no such content."""
    NOT_PUBLISHED = "not_published"
    """Refused: its author is still at work."""
    WITHDRAWN = "withdrawn"
    """Refused: it was archived or deleted, and no grant is left."""
    TAKEN_DOWN = "taken_down"
    """Refused: whoever runs the site took it down."""
    NOT_SHARED = "not_shared"
    """Refused: it is private, or shared with others."""
    MEMBERS_ONLY = "members_only"
    """Refused: a subscription opens it."""
    NOT_YET_OPEN = "not_yet_open"
    """Refused: it belongs to something that they hold, and opens there at ``Decision.opens_at``."""
    NEEDS_PAYMENT = "needs_payment"
    """Refused: it has a price."""
    NOT_FOR_SALE = "not_for_sale"
    """Refused: it is meant to be paid for, and has no price yet."""


class WayKind(StrEnum):
    """What would make it possible."""

    SIGN_IN = "sign_in"
    """Say who you are; perhaps you own it already."""
    VERIFY_EMAIL = "verify_email"
    """Confirm your address; only then can you buy."""
    PURCHASE = "purchase"
    """Buy it: the way names the price."""
    PER_MINUTE = "per_minute"
    """Pay by the minute: the way names the rate."""
    COLLECTION = "collection"
    """Buy a series, course or bundle that holds it."""
    SUBSCRIBE = "subscribe"
    """Subscribe to a tier that opens it."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to make it possible."""

    kind: WayKind
    price_id: UUID | None = None
    amount: Money | None = None
    """What it costs at once."""
    rate: Decimal | None = None
    """What a minute costs, in major units of ``currency``."""
    currency: str | None = None
    collection_id: UUID | None = None
    title: str | None = None
    """The collection's title and ``slug``, so that a page needs no further query."""
    slug: str | None = None
    tier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant that covers the content in question and is live at the moment in question."""

    id: UUID
    scope: Scope
    access_type: AccessType
    granted_at: datetime
    expires_at: datetime | None
    began: datetime | None = None
    """When the person was first given the same scope, by whatever grant; none: with this one."""
    opens_at: datetime | None = None
    """When it opens this content; none: at once. One grant may reach a content on two ways, and is here twice then."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one content and one viewer."""

    content_id: UUID
    creator_id: UUID
    kind: str
    status: str
    visibility: str
    is_deleted: bool
    preview_until_ms: int
    at: datetime
    """The moment in question."""
    is_taken_down: bool = False
    """Whether a report about it was upheld: no grant opens it then."""
    is_preview: bool = False
    """Whether a listed course shows it to everybody."""
    grants: tuple[HeldGrant, ...] = ()
    prices: tuple[Way, ...] = ()
    """Its own prices in force, as ways (purchase, per_minute)."""
    detours: tuple[Way, ...] = ()
    """Collections on sale that hold it, and tiers that open it."""

    @property
    def is_listed(self) -> bool:
        """Whether everybody finds it."""
        listed = self.status == catalog.Status.PUBLISHED and not self.is_deleted
        return listed and self.visibility in list(catalog.LISTED)

    @property
    def is_free(self) -> bool:
        """Public without a price, or on sale for nothing."""
        if not self.is_listed or self.visibility == catalog.Visibility.MEMBERS_ONLY:
            return False
        if any(way.amount is not None and not way.amount for way in self.prices):
            return True
        return self.visibility == catalog.Visibility.PUBLIC and not self.prices


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks."""

    person_id: UUID | None
    is_staff: bool = False
    email_verified: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer."""

    content_id: UUID
    allowed: bool
    reason: Reason
    access_type: AccessType | None = None
    until: datetime | None = None
    """When what allows it ends; none while allowed: not before somebody ends it."""
    opens_at: datetime | None = None
    """When it opens, if that is why the answer is no."""
    since: datetime | None = None
    """When the person first held any of the grants that reach it: days of a course are counted from here."""
    grant_id: UUID | None = None
    """The grant that decides; for what was taken down, the one that opened it."""
    preview_until_ms: int = 0
    """How far media plays for everybody when the answer is no."""
    ways: tuple[Way, ...] = ()
    """What would make it possible; also what would make it lasting, when it is allowed for a time only."""


_RANK = {access_type: rank for rank, access_type in enumerate(AccessType)}


def best_of(grants: Sequence[HeldGrant]) -> HeldGrant | None:
    """The grant that counts: a permanent one before a passing one, then the longest, the stronger type, the older."""
    if not grants:
        return None
    permanent = [grant for grant in grants if grant.expires_at is None]
    longest = permanent or [grant for grant in grants if grant.expires_at == max(g.expires_at for g in grants if g.expires_at)]
    return min(longest, key=lambda grant: (_RANK[grant.access_type], grant.granted_at, grant.id))


def judge(facts: Facts, viewer: Viewer) -> Decision:
    """Decide. Pure: the same facts give the same answer, so that ``explain`` can ask what would be without one of the grants."""
    if viewer.person_id is not None and facts.creator_id == viewer.person_id:
        return _allowed(facts, Reason.OWNER, AccessType.OWNER)
    if viewer.is_staff:
        return _allowed(facts, Reason.STAFF, AccessType.PLATFORM)
    if facts.is_taken_down:
        held = best_of(facts.grants)
        return Decision(facts.content_id, allowed=False, reason=Reason.TAKEN_DOWN, grant_id=held.id if held else None)
    if facts.status in (catalog.Status.DRAFT, catalog.Status.SCHEDULED):
        return Decision(facts.content_id, allowed=False, reason=Reason.NOT_PUBLISHED)
    best = best_of([grant for grant in facts.grants if opens(grant, facts.at)])
    if facts.is_free and (best is None or best.expires_at is not None):
        return _allowed(facts, Reason.FREE, best.access_type if best else None, grant_id=best.id if best else None)
    if best is not None:
        ways = _ways(facts, viewer) if best.expires_at is not None else ()
        granted = _allowed(facts, Reason.GRANTED, best.access_type, grant_id=best.id)
        return replace(granted, until=best.expires_at, ways=ways)
    if facts.is_preview:
        return _allowed(facts, Reason.PREVIEW, None)
    preview = facts.preview_until_ms if facts.is_listed else 0
    refused = Decision(
        facts.content_id, allowed=False, reason=_refusal(facts), preview_until_ms=preview, ways=_ways(facts, viewer)
    )
    later = [grant.opens_at for grant in facts.grants if grant.opens_at is not None]
    return replace(refused, reason=Reason.NOT_YET_OPEN, opens_at=min(later), since=_since(facts)) if later else refused


def opens(grant: HeldGrant, at: datetime) -> bool:
    """Whether a grant opens the content at a moment. Who teaches a course does not wait for its lessons."""
    return grant.opens_at is None or grant.opens_at <= at or grant.access_type is AccessType.OWNER


def unknown(content_id: UUID) -> Decision:
    """The answer about something that does not exist."""
    return Decision(content_id, allowed=False, reason=Reason.UNKNOWN)


def _allowed(facts: Facts, reason: Reason, access_type: AccessType | None, *, grant_id: UUID | None = None) -> Decision:
    return Decision(
        facts.content_id, allowed=True, reason=reason, access_type=access_type, grant_id=grant_id, since=_since(facts)
    )


def _since(facts: Facts) -> datetime | None:
    return min((grant.began or grant.granted_at for grant in facts.grants), default=None)


def _refusal(facts: Facts) -> Reason:
    if facts.is_deleted or facts.status == catalog.Status.ARCHIVED:
        return Reason.WITHDRAWN
    if not facts.is_listed:
        return Reason.NOT_SHARED
    if facts.visibility == catalog.Visibility.MEMBERS_ONLY:
        return Reason.MEMBERS_ONLY
    return Reason.NEEDS_PAYMENT if facts.prices or facts.detours else Reason.NOT_FOR_SALE


def _ways(facts: Facts, viewer: Viewer) -> tuple[Way, ...]:
    """What may be offered. Something that is not listed is offered to nobody, but a visitor may still hold a grant for it."""
    first: tuple[Way, ...] = ()
    if viewer.person_id is None:
        first = (Way(WayKind.SIGN_IN),)
    elif not viewer.email_verified and facts.is_listed and (facts.prices or facts.detours):
        first = (Way(WayKind.VERIFY_EMAIL),)
    if not facts.is_listed:
        return first
    own = facts.prices if facts.visibility != catalog.Visibility.MEMBERS_ONLY else ()
    return first + own + facts.detours
