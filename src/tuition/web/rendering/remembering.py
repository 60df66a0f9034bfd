"""What need not be worked out twice: figures, sentences and components that depend on nothing but what they are given.

Everything that an answer depends on is part of its key: the language, the arguments, and their types (``Markup("<b>")`` equals
``"<b>"``, and is not escaped). So nothing that belongs to one person can reach another. What depends on more than that (the
time of day, the reader's zone, a fresh id) must not be remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from types import FunctionType
from typing import Any, ParamSpec, TypeVar

from jinja2.runtime import Context, Macro
from markupsafe import Markup

from tuition.web.rendering import reader

FIGURES_MAX = 4_096
SENTENCES_MAX = 8_192
COMPONENTS_MAX = 4_096

P = ParamSpec("P")
R = TypeVar("R")


def by_language(limit: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember the last ``limit`` answers of a function for each language and its arguments."""

    def remembering(work_out: Callable[P, R]) -> Callable[P, R]:
        @lru_cache(maxsize=limit, typed=True)
        def answers(_language: str, *values: Any, **options: Any) -> R:
            return work_out(*values, **options)

        @wraps(work_out)
        def remembered(*values: P.args, **options: P.kwargs) -> R:
            return answers(reader.current().language, *values, **options)  # type: ignore[arg-type] # hashable, or it is refused there

        return remembered

    return remembering


def sentence(message: str, /, **values: Any) -> Markup:
    """``_("…")`` of the templates: the sentence in the reader's language, what is put in escaped."""
    language = reader.current().language
    return _translated(language, message) % values if values else _whole(language, message)


@lru_cache(maxsize=SENTENCES_MAX)
def _translated(language: str, message: str) -> Markup:
    return Markup(reader.translations_of(language).gettext(message) if message else message)  # noqa: S704 - written by us


@lru_cache(maxsize=SENTENCES_MAX)
def _whole(language: str, message: str) -> Markup:
    return _translated(language, message) % {}


class PageContext(Context):
    """Jinja's context, with a shorter way to what templates call most: macros and plain functions."""

    def call(self, callee: Any, /, *values: Any, **options: Any) -> Any:
        """Call something from a template."""
        if type(callee) is Macro:
            values = (self.eval_ctx, *values)
        elif type(callee) is not FunctionType or hasattr(callee, "jinja_pass_arg"):
            return super().call(callee, *values, **options)
        options.pop("_block_vars", None)
        options.pop("_loop_vars", None)
        return callee(*values, **options)
