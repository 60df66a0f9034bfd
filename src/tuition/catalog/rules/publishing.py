"""Which step a content may take in its life."""

from __future__ import annotations

from tuition.catalog.errors import NotReady, StatusRefuses
from tuition.catalog.rules.states import Kind, MediaStatus, Status

_STEPS: dict[str, frozenset[Status]] = {
    "published": frozenset({Status.DRAFT, Status.SCHEDULED, Status.ARCHIVED, Status.PUBLISHED}),
    "scheduled": frozenset({Status.DRAFT, Status.SCHEDULED}),
    "unscheduled": frozenset({Status.SCHEDULED}),
    "archived": frozenset({Status.PUBLISHED, Status.ARCHIVED}),
}


def check_step(status: str, wish: str) -> None:
    """Raise ``StatusRefuses`` when a content in this status cannot be what is wished."""
    if Status(status) not in _STEPS[wish]:
        raise StatusRefuses(status=status, wish=wish)


def check_ready(kind: Kind, *, media_status: str | None, has_body: bool, has_file: bool, member_count: int) -> None:
    """Raise ``NotReady`` naming what is missing. A film that is still being packaged may be published: it opens by itself."""
    match kind:
        case Kind.VIDEO | Kind.AUDIO if media_status in (None, MediaStatus.EMPTY, MediaStatus.FAILED):
            raise NotReady(reason="upload the file first.")
        case Kind.WRITTEN if not has_body:
            raise NotReady(reason="write the text first.")
        case Kind.DOCUMENT if not has_file:
            raise NotReady(reason="upload the document first.")
        case Kind.SERIES | Kind.BUNDLE if not member_count:
            raise NotReady(reason="add at least one content to it first.")
        case _:
            return
