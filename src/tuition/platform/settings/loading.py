"""Reading the settings, and saying in one line each what is wrong with them."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tuition.platform.settings.errors import SettingsInvalid
from tuition.platform.settings.settings import Settings

PREFIX = "TUITION_"
CONFIG_VARIABLE = "TUITION_CONFIG"
"""Names another file than ``tuition.toml`` in the current folder."""
ALIEN_PREFIX = "TUITION_TEST_"
"""Variables of our own test-suite."""
OF_COMMANDS = frozenset({"TUITION_OWNER_PASSWORD"})
"""Variables that a command takes as an option: `tuition init` without a terminal."""
FILE = "tuition.toml"


def load(**overrides: Any) -> Settings:
    """The settings of this process: overrides (a command's options), then the environment, then the file, then the defaults.

    Raises ``SettingsInvalid`` with a line for everything that is wrong.
    """
    problems = [*_unknown_variables(os.environ)]
    values: dict[str, Any] = {}
    path = Path(os.environ.get(CONFIG_VARIABLE, FILE))
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if CONFIG_VARIABLE in os.environ:
            problems.append(f"{CONFIG_VARIABLE}: there is no file {path}")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{path}: {error}")
    problems += _unknown_names(values, path)
    known = {name: value for name, value in values.items() if name in Settings.model_fields}
    from_environment = {name for name in Settings.model_fields if os.environ.get(_variable(name))}
    given = {name: value for name, value in known.items() if name not in from_environment} | overrides
    settings = None
    try:
        settings = Settings(**given)
    except ValidationError as error:
        sources = {name: f"{name} in {path}" for name in known if name not in from_environment}
        problems += _sentences(error, sources)
    if problems or settings is None:
        raise SettingsInvalid(problems)
    return settings


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _unknown_variables(environment: Iterable[str]) -> list[str]:
    known = [_variable(name) for name in Settings.model_fields]
    allowed = {*known, CONFIG_VARIABLE, *OF_COMMANDS}
    ours = sorted(name for name in environment if name.startswith(PREFIX) and not name.startswith(ALIEN_PREFIX))
    return [f"{name}: there is no such setting{_suggest(name, known)}" for name in ours if name not in allowed]


def _unknown_names(values: dict[str, Any], path: Path) -> list[str]:
    known = list(Settings.model_fields)
    return [f"{name} in {path}: there is no such setting{_suggest(name, known)}" for name in values if name not in known]


def _suggest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; do you mean {close[0]}?" if close else ""


def _sentences(error: ValidationError, sources: dict[str, str]) -> list[str]:
    """A line for each fault. What was given is not repeated: it may be a secret."""
    lines = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        message = fault["msg"].removeprefix("Value error, ")
        if fault["loc"]:
            name = str(fault["loc"][0])
            lines.append(f"{sources.get(name, _variable(name))}: {_plain(message)}")
            continue
        for line in message.splitlines():  # a disagreement between several: each line begins with the name of one
            name, _, what = line.partition(": ")
            lines.append(f"{sources.get(name, _variable(name))}: {what}")
    return lines


def _plain(message: str) -> str:
    """Pydantic's words, for people."""
    message = message.replace("Input should be", "it should be").replace("unable to parse string as an integer", "in digits")
    return message.replace("unable to interpret input", "true or false")
