"""The documentation says what is there: links lead somewhere, commands exist, the atlas has every folder."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from tuition.cli.application import application
from tuition.platform.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "src" / "tuition"
ATLAS = "docs/atlas.md"
COMMAND = re.compile(r"^\s*(?:\S+=\S+\s+)*(?:\S*/)?tuition(?P<words>(?: [a-z][a-z-]*)+)|`tuition(?P<quoted>(?: [a-z][a-z-]*)+)")
TARGET = re.compile(r"\bmake ([a-z][a-z0-9-]*)")
VARIABLE = re.compile(r"\bTUITION_[A-Z0-9_]+\b")
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
PATH = re.compile(r"`((?:src|tests|docs|checks|frontend|benchmarks|requirements)/[\w./-]+)`")
NOT_YET = {"backup"}
"""Commands that a page names in order to say that they are not there."""
OUTSIDE = {"TUITION_CONFIG", "TUITION_CHROMIUM", "TUITION_TEST_DATABASE_URL", "TUITION_TEST_EXPLORE"}
"""Variables that are no setting: one names the file of settings, the others are the tests'."""


def tracked(pattern: str) -> list[str]:
    """What the repository holds, and what is about to be added to it."""
    said = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(line for line in said.stdout.splitlines() if (ROOT / line).exists())


PAGES = tracked("*.md")


@cache
def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The places of a page that a link can name, as GitHub makes them of headings."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(page.read_text(encoding="utf-8")))
    return {heading.strip().replace(" ", "-") for heading in plain}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command that a page names, as words, with the page."""
    for page in PAGES:
        for line in text(page).splitlines():
            for found in COMMAND.finditer(line):
                yield page, (found["words"] or found["quoted"]).split()


def is_command(words: list[str]) -> bool:
    """Whether these words begin with a command; after one that has no commands of its own come its arguments."""
    command: object = get_command(application)
    for word in words:
        if not isinstance(command, TyperGroup):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    for inline, source in LINK.findall(text(page)):
        target, _, anchor = (inline or source).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (ROOT / page).parent / target if target else ROOT / page
        assert file.exists(), f"{page}: {target} leads nowhere"
        if anchor:
            assert anchor in anchors(file), f"{page}: {target} has no heading #{anchor}"


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page: str) -> None:
    missing = [path for path in PATH.findall(text(page)) if "NNNN" not in path and not (ROOT / path).exists()]
    assert not missing, f"{page} names {missing}"


def test_commands_that_pages_name_exist() -> None:
    unknown = {(page, " ".join(words)) for page, words in commands() if words[0] not in NOT_YET and not is_command(words)}
    assert not unknown


def test_every_command_is_named_somewhere() -> None:
    root = get_command(application)
    assert isinstance(root, TyperGroup)
    assert set(root.commands) <= {words[0] for _, words in commands()}


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    quoted = {
        (page, target)
        for page in PAGES
        for line in re.findall(r"`([^`\n]+)`|^    (.+)$", text(page), re.MULTILINE)
        for target in TARGET.findall(" ".join(line))
    }
    assert quoted
    assert not {(page, target) for page, target in quoted if target not in targets}


def test_settings_that_pages_name_exist() -> None:
    known = {f"TUITION_{name.upper()}" for name in Settings.model_fields} | OUTSIDE
    unknown = {(page, name) for page in PAGES for name in VARIABLE.findall(text(page)) if name not in known}
    assert not {(page, name) for page, name in unknown if not name.endswith("_")}


def test_the_atlas_names_every_folder_of_the_repository() -> None:
    folders = {name.partition("/")[0] for name in tracked("*/*") if not name.startswith(".")}
    assert folders == {folder for folder in folders if f"`{folder}/`" in text(ATLAS)}


def test_the_atlas_names_every_package_of_the_product() -> None:
    packages = {path.parent.name for path in PRODUCT.glob("*/__init__.py")}
    assert packages == {package for package in packages if f"`{package}/`" in text(ATLAS)}


def test_the_atlas_names_no_package_that_is_gone() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", text(ATLAS).partition("In `src/tuition/`")[2].partition("## How")[0], re.MULTILINE)
    named_there = {name.rstrip("/") for row in rows for name in re.findall(r"`([\w/-]+/)`", row)}
    assert named_there
    assert not {name for name in named_there if not (PRODUCT / name).is_dir()} - {"web/static"}


def test_decisions_are_numbered_once_and_say_what_is_at_stake() -> None:
    records = [page for page in PAGES if re.match(r"docs/decisions/\d{4}-", page)]
    numbers = [Path(page).name[:4] for page in records]
    assert len(numbers) == len(set(numbers))
    for page in records:
        assert text(page).startswith(f"# {Path(page).name[:4]}. ")
        assert all(f"## {part}" in text(page) for part in ("What is at stake", "What we do", "What follows")), page
