"""Run the house rules over this repository: ``python -m checks.house``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from checks.house import Exceptions, Finding, House
from checks.house.rules import RULES
from checks.house.rules.refusals import refusals
from checks.house.rules.tables import tables
from checks.product import Product

ROOT = Path(__file__).resolve().parents[2]


def findings(root: Path) -> Iterator[Finding]:
    """Everything that the rules find, before exceptions."""
    house = House.read(root)
    for rule in RULES:
        yield from rule(house)
    product = Product.load()
    yield from product.failures
    yield from refusals(product.refusals, root)
    yield from tables(product.tables, root)


def main() -> int:
    """Print what breaks a rule; the exit code says whether anything does."""
    left = sorted(
        set(Exceptions.read(ROOT).apply(findings(ROOT))), key=lambda finding: (finding.path, finding.line, finding.rule)
    )
    for finding in left:
        print(finding)
    print(f"house: {len(left)} findings" if left else "house: in order")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
