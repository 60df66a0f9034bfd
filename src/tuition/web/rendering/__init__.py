"""From values to pages: templates, components, languages, figures, colours, charts, covers, static files.

Words: a *reader* is who reads (language, zone); the *shell* is what surrounds a page; a *component* is a macro, called
``ui.<name>`` in every template; a *refusal* is a ``DomainError`` said in the reader's language.
Invariants: everything is escaped; every sentence goes through gettext; every text reads on its ground (WCAG AA) whatever colour
the owner chose; no inline script, no inline style.
"""

from tuition.web.rendering.assets import NotBuilt, asset
from tuition.web.rendering.drawing.charts import Chart, Series, bar_chart, line_chart
from tuition.web.rendering.drawing.cover import cover_svg
from tuition.web.rendering.environment import environment
from tuition.web.rendering.formatting import left_to_right, money_text, refusal, sentence, spoken
from tuition.web.rendering.page import (
    Flash,
    page_reader,
    render,
    render_problem,
    render_refusal,
    see_other,
    with_query,
)
from tuition.web.rendering.reader import Reader, languages, reader_of, reading_as, translate, translate_plural, translations_of
from tuition.web.rendering.shell import NavLink, Shell, Site, Viewer, shell_of
from tuition.web.rendering.statics import StaticAssets

__all__ = [
    "Chart",
    "Flash",
    "NavLink",
    "NotBuilt",
    "Reader",
    "Series",
    "Shell",
    "Site",
    "StaticAssets",
    "Viewer",
    "asset",
    "bar_chart",
    "cover_svg",
    "environment",
    "languages",
    "left_to_right",
    "line_chart",
    "money_text",
    "page_reader",
    "reader_of",
    "reading_as",
    "refusal",
    "render",
    "render_problem",
    "render_refusal",
    "see_other",
    "sentence",
    "shell_of",
    "spoken",
    "translate",
    "translate_plural",
    "translations_of",
    "with_query",
]
