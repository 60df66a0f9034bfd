"""The template environment: our components as ``ui``, our sentences by gettext, our filters. Built once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tuition.kernel import clock, new_id
from tuition.web.rendering import assets, formatting, reader
from tuition.web.rendering.drawing import charts, cover, lettering
from tuition.web.rendering.remembering import COMPONENTS_MAX, PageContext, by_language, sentence

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
COMPONENTS = ("actions", "charts", "cards", "dialogs", "feedback", "forms", "media", "money", "navigation", "tables", "uploads")
REMEMBERED = frozenset({"badge", "content_card", "cover", "kind_icon", "kind_name", "price", "rating", "state"})
"""Components that depend on their arguments and the language alone, and that pages repeat."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment. Undefined names are errors, everything is escaped."""
    env = Environment(
        autoescape=True,
        extensions=["jinja2.ext.do", "jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        loader=FileSystemLoader(TEMPLATES),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    env.context_class = PageContext
    env.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": str}
    env.install_gettext_callables(reader.translate, reader.translate_plural, newstyle=True)  # type: ignore[attr-defined] # from the extension
    env.filters |= {name: _for_the_reader(write) for name, write in formatting.FILTERS.items()}
    env.filters["json"] = lambda value: json.dumps(value, default=str)
    ui = SimpleNamespace(icon=assets.icon)
    env.globals |= {
        "_": sentence,
        "asset": assets.asset,
        "bar_chart": charts.bar_chart,
        "cover_address": cover_address,
        "fresh_id": lambda: f"u{uuid4().hex[:8]}",
        "icon": assets.icon,
        "ink_of": cover.ink_of,
        "breakable": lettering.breakable,
        "title_size": lettering.fit,
        "languages": reader.languages,
        "line_chart": charts.line_chart,
        "new_key": lambda: str(new_id()),
        "now": clock.now,
        "reader": reader.current,
        "seal": lambda: Markup(cover.seal_svg()),  # noqa: S704 - our own constant
        "series": charts.Series,
        "ui": ui,
    }
    for name in COMPONENTS:
        _gather(env, ui, f"components/{name}.html")
    return env


def _for_the_reader(write: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that Jinja must not fold: to its compiler ``{{ 4800 | duration }}`` is a constant, to each reader another text."""

    @pass_context
    @wraps(write)
    def filter_(_context: Context, *values: Any, **options: Any) -> Any:
        return write(*values, **options)

    return filter_


def _gather(env: Environment, ui: SimpleNamespace, name: str) -> None:
    """Offer a file's macros as ``ui.<macro>`` everywhere, components included."""
    module = env.get_template(name).module
    for public, value in vars(module).items():
        if not public.startswith("_"):
            assert not hasattr(ui, public), f"{name} defines {public} a second time"
            setattr(ui, public, by_language(COMPONENTS_MAX)(value) if public in REMEMBERED else value)


def cover_address(content_id: UUID) -> str:
    """Where the pattern of a thing's cover is served."""
    return f"/covers/{content_id}.svg"
