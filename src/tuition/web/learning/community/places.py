"""What the pages of one content share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuition import community, identity
from tuition.access import Decision
from tuition.catalog import Content
from tuition.identity import Actor, PersonCard
from tuition.platform.database import AnySession
from tuition.web.rendering import translate as _
from tuition.web.storefront.contents import find_for


@dataclass(frozen=True, slots=True)
class Around:
    """The content that people talk about, and what this reader may do there."""

    content: Content
    decision: Decision
    moderates: bool

    @property
    def tabs(self) -> list[tuple[str, str]]:
        """The pages about it."""
        base = f"/c/{self.content.slug}"
        tabs = [(_("Reviews"), f"{base}/reviews")]
        if self.decision.allowed or self.moderates:
            tabs = [(_("Questions"), f"{base}/discussions"), (_("Announcements"), f"{base}/announcements"), *tabs]
        if self.moderates:
            tabs.append((_("Reports"), f"{base}/reports"))
        return tabs


async def around(session: AnySession, actor: Actor | None, slug: str) -> Around:
    """The content at an address. Raises ``catalog.ContentUnknown`` for what this reader may not find."""
    found, decision = await find_for(session, actor, slug)
    return Around(found.content, decision, await community.may_moderate(session, actor, found.content.id))


async def people_of(session: AnySession, rows: list[Any], attribute: str = "author_id") -> dict[Any, PersonCard]:
    """Who wrote these, by id."""
    return await identity.people_by_id(session, [getattr(row, attribute) for row in rows])


def reasons() -> list[tuple[str, str]]:
    """Why somebody may object, in words."""
    return [
        ("spam", _("It is advertising, or repeats itself")),
        ("harassment", _("It attacks somebody")),
        ("harmful", _("It is dangerous, above all to minors")),
        ("copyright", _("It belongs to somebody else")),
        ("illegal", _("It is against the law")),
        ("other", _("Something else")),
    ]
