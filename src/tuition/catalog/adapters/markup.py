"""What authors write becomes what readers may safely get."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt

from tuition.catalog.errors import FieldInvalid
from tuition.catalog.rules.states import BodyFormat
from tuition.kernel import Phrase

SOURCE_LENGTH_MAX = 500_000
MORE = re.compile(r"<!--\s*more\s*-->")
"""Where an author ends what everybody may read."""
_TAGS = set(
    """
    a abbr b blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img
    ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead tr u ul var
    """.split()  # noqa: SIM905  # a list of 56 quoted tags is harder to read
)
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "code": {"class"},
}
_CODE_CLASS = re.compile(r"language-[\w+#-]{1,30}")
_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_FIRST_HEADING = re.compile(r"<(/?)h1(?=[\s>])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """An article as it is shown."""

    html: str
    excerpt_html: str
    words: str
    """The text alone, for searching."""

    @property
    def word_count(self) -> int:
        """How many words it has."""
        return len(self.words.split())


def render_markup(source: str, written_as: BodyFormat) -> Rendered:
    """Sanitised HTML of an article: no script, style, form, frame or handler survives. Raises ``FieldInvalid`` when too long."""
    if len(source) > SOURCE_LENGTH_MAX:
        raise FieldInvalid(field="source", reason=Phrase("at most {most} characters", most=SOURCE_LENGTH_MAX))
    clean = source.replace("\x00", "")
    before, *rest = MORE.split(clean, maxsplit=1)
    shown = _safe(MORE.sub("", clean), written_as)
    return Rendered(shown, _safe(before, written_as) if rest else "", plain_text(shown))


def plain_text(markup: str) -> str:
    """The words of some HTML, on one line."""
    spaced = re.sub(r"</(?:p|div|li|h[1-6]|td|th|dt|dd|tr|pre|blockquote|figcaption)>|<br ?/?>", r"\g<0> ", markup)
    return " ".join(html.unescape(nh3.clean(spaced, tags=set())).split())


def _safe(source: str, written_as: BodyFormat) -> str:
    markup = _markdown.render(source) if written_as is BodyFormat.MARKDOWN else source
    # The page's own title is the only first heading; an author's becomes a second one.
    return nh3.clean(
        _FIRST_HEADING.sub(r"<\1h2", markup),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if tag == "code" and _CODE_CLASS.fullmatch(value) else None
    if name in ("width", "height") and not value.isdigit():
        return None
    return value
