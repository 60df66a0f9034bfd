"""What authors write, as learners may safely get it."""

from __future__ import annotations

import re
from functools import lru_cache

from tuition import catalog

KEPT_MAX = 4096
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>\s*", re.DOTALL)


@lru_cache(maxsize=KEPT_MAX)
def html(source: str) -> str:
    """Sanitised HTML of some Markdown; a single paragraph without its tags, so that it fits beside a button."""
    markup = catalog.render_markup(source, catalog.BodyFormat.MARKDOWN).html
    alone = _ONE_PARAGRAPH.fullmatch(markup)
    return alone[1] if alone else markup


@lru_cache(maxsize=KEPT_MAX)
def words(source: str) -> str:
    """Its words alone."""
    return catalog.render_markup(source, catalog.BodyFormat.MARKDOWN).words
