"""Builds the browser's files and the translation catalogues when the package is built or installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILD = Path(__file__).parent / "frontend" / "build.py"


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg] # hatchling does not say what its configuration holds
    """Runs ``frontend/build.py`` before the wheel is put together.

    A source archive carries the sources instead, and an editable installation is built by ``make``.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and take what was built along although git ignores it."""
        if self.target_name != "wheel" or version == "editable":
            return
        spec = importlib.util.spec_from_file_location("frontend_build", BUILD)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build()
        build_data["artifacts"] += [
            "src/tuition/web/static/dist/**",
            "src/tuition/web/locales/**/*.mo",
            "src/tuition/commerce/documents/fonts/**",
            "src/tuition/learning/certificates/badges/contexts/**",
            "src/tuition/learning/certificates/documents/fonts/**",
        ]
