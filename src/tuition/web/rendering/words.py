"""The words of states, kinds and fields that stand inside a refusal's sentence, in the reader's language."""

from __future__ import annotations

from tuition.web.rendering.reader import translate
from tuition.web.rendering.reader import translate as _

PLACES = frozenset({"field", "kind", "reason", "status", "wish"})
"""The places of a sentence that hold a word of ours; every other text in a sentence is somebody's own (a title, a name)."""


def _known() -> dict[str, str]:
    return {
        # kinds of content
        "audio": _("audio"),
        "bundle": _("bundle"),
        "course": _("course"),
        "document": _("document"),
        "offering": _("offering"),
        "series": _("series"),
        "video": _("video"),
        "written": _("written"),
        # states
        "archived": _("archived"),
        "bounced": _("bounced"),
        "cancelled": _("cancelled"),
        "checking": _("being checked"),
        "completed": _("completed"),
        "delivered": _("delivered"),
        "draft": _("a draft"),
        "empty": _("empty"),
        "expired": _("expired"),
        "failed": _("failed"),
        "open": _("open"),
        "pending": _("pending"),
        "processing": _("being packaged"),
        "published": _("published"),
        "ready": _("ready"),
        "refunded": _("refunded"),
        "refused": _("refused"),
        "scheduled": _("scheduled"),
        "sent": _("sent"),
        "succeeded": _("succeeded"),
        "unscheduled": _("unscheduled"),
        "uploaded": _("uploaded"),
        # what was wished
        "captions": _("captions"),
        "cover file": _("cover file"),
        "document file": _("document file"),
        "media": _("media"),
        "media file": _("media file"),
        "members of its own choice": _("members of its own choice"),
        "packaged again": _("packaged again"),
        "text": _("text"),
        # fields of forms
        "bio": _("About you"),
        "description": _("Description"),
        "language": _("Language"),
        "level": _("Level"),
        "prerequisite_content_ids": _("What should come before"),
        "preview_until_ms": _("Preview"),
        "publish_at": _("Publish at"),
        "q": _("Words"),
        "size": _("Size"),
        "slug": _("Address"),
        "source": _("Text"),
        "tags": _("Tags"),
        "title": _("Title"),
        "visibility": _("Who may see it"),
    }


def spoken_word(value: str) -> str:
    """A word of ours in the reader's language; a reason is a sentence of the catalogue itself."""
    return _known().get(value) or (translate(value) if value else value)
