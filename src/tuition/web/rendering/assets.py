"""Built files by their plain names: ``app.css`` is ``/static/dist/app-3FA9C1.css``; and the icons among them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from markupsafe import Markup, escape

STATIC = Path(__file__).resolve().parent.parent / "static"
DIST = STATIC / "dist"
PREFIX = "/static"
_MANIFEST = str(DIST / "manifest.json")
DIRECTED = frozenset({"arrow-left", "arrow-right", "chevron-left", "chevron-right", "log-out", "send", "undo-2"})
"""Icons that point along the line of reading, and so turn around with it."""


class NotBuilt(RuntimeError):
    """The browser's files are missing. Build them with: python frontend/build.py"""

    def __str__(self) -> str:
        return str(self.__doc__)


@dataclass(frozen=True, slots=True)
class _Build:
    manifest: dict[str, str]
    icons: dict[str, str]


@lru_cache(maxsize=1)
def _load(_written_ns: int) -> _Build:
    manifest = cast(dict[str, str], json.loads((DIST / "manifest.json").read_text("utf-8")))
    icons = json.loads((DIST / manifest["icons.json"]).read_text("utf-8"))
    return _Build(manifest, icons)


def _written_ns() -> int:
    """When it was built. A new manifest is noticed at once, so that a rebuild needs no restart."""
    try:
        return os.stat(_MANIFEST).st_mtime_ns  # noqa: PTH116 - asked for each icon, and a Path is slower than the disk
    except FileNotFoundError as error:
        raise NotBuilt from error


def asset(name: str) -> str:
    """The address of a built file (``app.css``, ``player.js``, a font) or of a file in ``static/``."""
    built = _load(_written_ns()).manifest.get(name)
    if built is not None:
        return f"{PREFIX}/dist/{built}"
    if (STATIC / name).is_file():
        return f"{PREFIX}/{name}"
    raise KeyError(f"no such asset: {name}; build again if it is new (python frontend/build.py)")


def icon(name: str, *, label: str | None = None, fill: bool = False, size: str = "") -> Markup:
    """An icon drawn inline: silent beside text, or spoken as ``label``. Arrows turn around for right-to-left readers."""
    return _drawn(_written_ns(), name, label, fill, size)


@lru_cache(maxsize=1024, typed=True)
def _drawn(written_ns: int, name: str, label: str | None, fill: bool, size: str) -> Markup:
    shape = _load(written_ns).icons.get(name)
    if shape is None:
        raise KeyError(f"no such icon: {name}; add it to frontend/icons.txt")
    classes = " ".join(
        part for part in ("icon", "icon-flip" if name in DIRECTED else "", "icon-fill" if fill else "", size) if part
    )
    speech: Any = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    drawing = Markup(shape)  # noqa: S704 - drawn by our own build
    return Markup('<svg class="{}" viewBox="0 0 24 24" {}>{}</svg>').format(escape(classes), speech, drawing)
