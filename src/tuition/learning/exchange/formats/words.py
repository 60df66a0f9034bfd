"""Texts of other programs as Markdown, and back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from markdownify import MarkdownConverter

from tuition import catalog
from tuition.learning.exchange.formats.pictures import shelf
from tuition.learning.questions import html as shown

LINE_MAX = 2_000
TEXT_MAX = 20_000
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_LEADING = re.compile(r"(?m)^(\s*)(#{1,6}\s|[-+]\s|\d+[.)]\s|>)")
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
_BLANKS = re.compile(r"\n{3,}")
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_PICTURE = re.compile(r"<(?:video|audio|object|embed|iframe)\b|@@PLUGINFILE@@|\$IMS-CC-FILEBASE\$", re.IGNORECASE)
LOST_PICTURES = "Its pictures or recordings are left out."


class _Converter(MarkdownConverter):
    """With the pictures that are on the shelf."""

    def convert_img(self, el: Any, _text: str, **_options: object) -> str:
        """A picture by its name, or nothing."""
        name, _ = shelf().name_of(str(el.get("src") or ""))
        described = _SPECIAL.sub(r"\\\1", " ".join(str(el.get("alt") or "").split()))
        return f"![{described}]({name})" if name else ""


def from_html(markup: str) -> str:
    """HTML as Markdown. What has no tags is plain text."""
    if not _TAG.search(markup):
        return from_plain(unescape(markup))
    try:
        converted: str = _Converter(heading_style="atx", bullets="-", escape_misc=False, wrap=False).convert(markup)
    except RecursionError:
        # Nested deeper than anybody writes: its words are what is left of it.
        return from_plain(unescape(_TAG.sub(" ", markup)))
    return _BLANKS.sub("\n\n", converted).strip()


def from_plain(text: str) -> str:
    """Plain text as Markdown that looks the same."""
    return _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text)).strip()


def plain(markdown: str) -> str:
    """The words of some Markdown, on one line."""
    return catalog.render_markup(markdown, catalog.BodyFormat.MARKDOWN).words


def to_html(markdown: str) -> str:
    """Markdown as HTML for other programs."""
    return shown(markdown)


def lost_in(markup: str) -> list[str]:
    """What a note has to say about a text: which of its pictures stay behind, and why."""
    notes = []

    def look(found: re.Match[str]) -> str:
        source = _SOURCE.search(found[0])
        name, why = shelf().name_of(unescape(next(filter(None, source.groups()), ""))) if source else ("", "")
        if name:
            return ""
        notes.append(why or LOST_PICTURES)
        return ""

    rest = _IMAGE.sub(look, markup)
    return list(dict.fromkeys([*notes, *([LOST_PICTURES] if _PICTURE.search(rest) else [])]))


def cut(text: str, most: int, notes: list[str]) -> str:
    """A text no longer than a field takes; a note says when it was."""
    if len(text) <= most:
        return text
    notes.append(f"A text was cut to {most} letters.")
    return text[: most - 1] + "…"
