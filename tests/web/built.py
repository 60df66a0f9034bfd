"""The browser's files are built once for the tests of the pages."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[2] / "frontend" / "build.py"


@pytest.fixture(scope="session", autouse=True)
def built_front_end() -> None:
    """Build styles, scripts and catalogues if anything changed since they were built."""
    spec = importlib.util.spec_from_file_location("frontend_build", BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build()
