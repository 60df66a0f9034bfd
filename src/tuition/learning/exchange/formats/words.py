"""Texts of other programs as Markdown, and back."""

from __future__ import annotations

import re
from html import unescape

from markdownify import MarkdownConverter

from tuition import catalog
from tuition.learning.questions import html as shown

LINE_MAX = 2_000
TEXT_MAX = 20_000
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_LEADING = re.compile(r"(?m)^(\s*)(#{1,6}\s|[-+]\s|\d+[.)]\s|>)")
_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
_BLANKS = re.compile(r"\n{3,}")
_PICTURE = re.compile(r"<(?:img|video|audio|object|embed|iframe)\b|@@PLUGINFILE@@|\$IMS-CC-FILEBASE\$", re.IGNORECASE)
LOST_PICTURES = "Its pictures or recordings are left out."


class _Converter(MarkdownConverter):
    """Without pictures: their files stay behind in the package."""

    def convert_img(self, _el: object, _text: str, **_options: object) -> str:
        """Nothing."""
        return ""


def from_html(markup: str) -> str:
    """HTML as Markdown. What has no tags is plain text."""
    if not _TAG.search(markup):
        return from_plain(unescape(markup))
    converted: str = _Converter(heading_style="atx", bullets="-", escape_misc=False, wrap=False).convert(markup)
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
    """What a note has to say about a text: that its pictures stay behind."""
    return [LOST_PICTURES] if _PICTURE.search(markup) else []


def cut(text: str, most: int, notes: list[str]) -> str:
    """A text no longer than a field takes; a note says when it was."""
    if len(text) <= most:
        return text
    notes.append(f"A text was cut to {most} letters.")
    return text[: most - 1] + "…"
