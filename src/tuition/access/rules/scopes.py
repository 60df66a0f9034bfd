"""What a grant may cover, and of what sort it may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ScopeKind(StrEnum):
    """How far a grant reaches."""

    CONTENT = "content"
    """One content."""
    COLLECTION = "collection"
    """A series, course or bundle and its members, also those that join later."""
    CATEGORY = "category"
    """Every listed content of a category."""
    TIER = "tier"
    """Whatever the tier opens at the moment of asking."""
    CATALOGUE = "catalogue"
    """Every listed content."""


class AccessType(StrEnum):
    """Where a right to open comes from, in the order in which one is preferred when several are as good."""

    OWNER = "owner"
    """It is the person's own."""
    PURCHASED = "purchased"
    """It was bought."""
    COMPLIMENTARY = "complimentary"
    """It was given."""
    SHARED = "shared"
    """Somebody who may shared it, often for a time."""
    SUBSCRIPTION = "subscription"
    """A subscription to a tier."""
    SUBSCRIBER = "subscriber"
    """A subscription to the whole platform."""
    PLATFORM = "platform"
    """The platform opened it."""
    PREVIEW = "preview"
    """A try, for a time."""


@dataclass(frozen=True, slots=True)
class Content:
    """One content."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Collection:
    """A series, course or bundle with its members."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Category:
    """The listed contents of a category."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Tier:
    """What a tier opens."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every listed content."""


Scope = Content | Collection | Category | Tier | Catalogue


def columns_of(scope: Scope) -> tuple[ScopeKind, UUID | None]:
    """A scope as a grant's row keeps it."""
    match scope:
        case Content(id):
            return ScopeKind.CONTENT, id
        case Collection(id):
            return ScopeKind.COLLECTION, id
        case Category(id):
            return ScopeKind.CATEGORY, id
        case Tier(id):
            return ScopeKind.TIER, id
        case Catalogue():
            return ScopeKind.CATALOGUE, None


def scope_of(kind: str, scope_id: UUID | None) -> Scope:
    """A scope read from a grant's row."""
    if scope_id is None:
        return Catalogue()
    match ScopeKind(kind):
        case ScopeKind.CONTENT:
            return Content(scope_id)
        case ScopeKind.COLLECTION:
            return Collection(scope_id)
        case ScopeKind.CATEGORY:
            return Category(scope_id)
        case ScopeKind.TIER:
            return Tier(scope_id)
        case ScopeKind.CATALOGUE:
            raise AssertionError("the whole catalogue has no id")
