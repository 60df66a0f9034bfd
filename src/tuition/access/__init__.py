"""Who may open what: the one place where access is given, ended, and asked.

Words: a *grant* lets one person open one *scope* (a content, a collection with its members, a category, a tier, the catalogue)
because of one *source* (a purchase, a subscription, a gift); a *decision* is the answer to "may this person open this?", with
its reason, its end, and the *ways* that would make it possible.
Invariants: a grant never changes and ends once; ending one never ends another; the best live grant decides; one decision is
one query.
"""

from tuition.access import privacy
from tuition.access.actions import RENEWED, define_tier, end, end_grant, give, grant, record_visit, take_back
from tuition.access.errors import AccessDenied, GrantInvalid, GrantUnknown, NotYetOpen, PaymentNeeded, TakenDown
from tuition.access.events import AccessEnded, AccessGranted
from tuition.access.models import AccessGrant, ContentVisit, TierScope
from tuition.access.queries import (
    Explanation,
    GrantExplained,
    decide,
    decide_many,
    explain,
    get_content_for,
    grants_of_content,
    grants_of_person,
    held_page,
    holds_wide,
    require,
    require_there,
)
from tuition.access.rules.decisions import Decision, Reason, Way, WayKind
from tuition.access.rules.scopes import AccessType, Catalogue, Category, Collection, Content, Scope, ScopeKind, Tier

__all__ = [
    "RENEWED",
    "AccessDenied",
    "AccessEnded",
    "AccessGrant",
    "AccessGranted",
    "AccessType",
    "Catalogue",
    "Category",
    "Collection",
    "Content",
    "ContentVisit",
    "Decision",
    "Explanation",
    "GrantExplained",
    "GrantInvalid",
    "GrantUnknown",
    "NotYetOpen",
    "PaymentNeeded",
    "Reason",
    "Scope",
    "ScopeKind",
    "TakenDown",
    "Tier",
    "TierScope",
    "Way",
    "WayKind",
    "decide",
    "decide_many",
    "define_tier",
    "end",
    "end_grant",
    "explain",
    "get_content_for",
    "give",
    "grant",
    "grants_of_content",
    "grants_of_person",
    "held_page",
    "holds_wide",
    "privacy",
    "record_visit",
    "require",
    "require_there",
    "take_back",
]
