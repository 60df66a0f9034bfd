"""``tuition bench`` finds each suite, and asks it without arguments."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tuition.cli import bench
from tuition.cli.application import application


@pytest.mark.parametrize("suite", bench.SUITES)
def test_every_suite_measures_when_it_is_only_asked_to(suite: str) -> None:
    parameters = inspect.signature(importlib.import_module(f"benchmarks.{suite}").measure).parameters
    assert all(parameter.default is not parameter.empty for parameter in parameters.values())


def test_what_was_measured_is_printed_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {"pages.home": {"value": 900, "unit": "requests/s", "baseline": 1000, "ratio": 0.9}}
    monkeypatch.setattr(importlib.import_module("benchmarks.pages"), "measure", lambda: figures)
    file = tmp_path / "figures.json"
    result = CliRunner().invoke(application, ["bench", "--only", "pages", "--json", str(file)])
    assert result.exit_code == 0, result.output
    assert json.loads(file.read_text("utf-8")) == figures
    assert "pages.home" in result.output
