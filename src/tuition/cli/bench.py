"""``tuition bench``: how fast, against which baseline, in one run on this machine."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tuition.cli import output

SUITES = ("ledger", "heartbeat", "pages", "courses", "quizzes")


def bench(
    *,
    file: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this suite: ledger, heartbeat, pages, courses, quizzes.")] = None,
) -> None:
    """Measure, and print each figure with its ratio to a baseline that was measured in the same run."""
    # The suites are not part of the installed product: they live beside it in the repository.
    sys.path.insert(0, str(Path.cwd()))
    figures: dict[str, dict[str, Any]] = {}
    for suite in only or SUITES:
        if suite not in SUITES:
            raise typer.BadParameter(f"a suite is one of {', '.join(SUITES)}")
        output.console.print(f"measuring {suite} …", style="dim")
        figures |= importlib.import_module(f"benchmarks.{suite}").measure()
        if file is not None:
            file.write_text(json.dumps(figures, indent=2) + "\n")
    rows = [
        (name, figure["value"], figure["unit"], figure.get("baseline", ""), figure.get("ratio", ""))
        for name, figure in figures.items()
    ]
    output.print_table("Tuition, measured", ["what", "value", "unit", "baseline", "ratio"], rows, right=[1, 4])
