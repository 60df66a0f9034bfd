"""The list of exceptions covers what it names, and only shrinks."""

from __future__ import annotations

from pathlib import Path

from checks.house import Exceptions, Finding
from checks.house.exceptions import Excepted

REASON = "Read top to bottom like a table; cutting it would hide the order."
LONG = Finding("src/tuition/a.py", 1, "function-length", "too long", inside="f", size=70)


def _left(entry: Excepted, *findings: Finding) -> list[str]:
    return [finding.rule for finding in Exceptions("checks/exceptions.toml", (entry,)).apply(findings)]


def test_an_exception_of_the_real_size_silences_its_finding() -> None:
    assert _left(Excepted("function-length", "src/tuition/a.py::f", 70, REASON), LONG) == []


def test_growth_beyond_the_exception_is_found() -> None:
    assert _left(Excepted("function-length", "src/tuition/a.py::f", 69, REASON), LONG) == ["function-length"]


def test_an_exception_larger_than_reality_must_shrink() -> None:
    assert _left(Excepted("function-length", "src/tuition/a.py::f", 71, REASON), LONG) == ["exceptions-shrink"]


def test_an_exception_without_a_finding_must_go() -> None:
    assert _left(Excepted("function-length", "src/tuition/a.py::f", 70, REASON)) == ["exceptions-shrink"]


def test_an_exception_for_one_rule_silences_no_other() -> None:
    assert _left(Excepted("clock", "src/tuition/a.py::f", 1, REASON), LONG) == ["function-length", "exceptions-shrink"]


def test_an_exception_needs_a_sentence() -> None:
    assert _left(Excepted("function-length", "src/tuition/a.py::f", 70, "long"), LONG) == ["exceptions-reason"]


def test_several_findings_in_one_file_are_counted_together() -> None:
    found = [Finding("a.py", line, "clock", "ask") for line in (1, 2)]

    assert _left(Excepted("clock", "a.py", 2, REASON), *found) == []
    assert _left(Excepted("clock", "a.py", 1, REASON), *found) == ["clock", "clock"]


def test_the_list_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    text = f'[[exception]]\nrule = "clock"\nwhere = "a.py"\nmost = 1\nreason = "{REASON}"\n'
    (tmp_path / "checks" / "exceptions.toml").write_text(text, encoding="utf-8")

    assert Exceptions.read(tmp_path).entries == (Excepted("clock", "a.py", 1, REASON),)
