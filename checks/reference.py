"""The reference pages, written from the code: ``python -m checks.reference`` compares, ``--write`` rewrites.

A setting, a command or an error code without a description is a fault of its own: what cannot be explained is not finished.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from checks.product import Product
from tuition.kernel import DomainError

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
WRITTEN = "<!-- Written from the code by `python -m checks.reference --write`; edit the code instead. -->\n"
SETTINGS = "tuition.platform.settings"
COMMANDS = "tuition.cli.application"
PREFIX = "TUITION_"
BUILT_IN = {"help", "install_completion", "show_completion"}
"""Parameters that Typer adds and explains itself."""


def pages(refusals: Sequence[type[DomainError]], settings: type[BaseModel] | None, app: typer.Typer | None) -> dict[str, str]:
    """File → text, for each page whose subject exists."""
    found = {"errors.md": errors_page(refusals)}
    if settings:
        found["settings.md"] = settings_page(settings)
    if app:
        found["commands.md"] = commands_page(app)
    return found


def errors_page(refusals: Sequence[type[DomainError]]) -> str:
    """Every refusal by its code."""
    rows = sorted((refusal.code, refusal.kind.value, _cell(refusal.template())) for refusal in refusals)
    lines = [
        WRITTEN,
        "# Error codes\n",
        "An answer that refuses carries one of these codes, as `code` in its `application/problem+json`. Codes are stable; the",
        "sentences are for people and are translated. Words in braces are filled in, and sent beside the sentence as fields.\n",
    ]
    room = ""
    for code, kind, sentence in rows:
        if code.split(".")[0] != room:
            room = code.split(".")[0]
            lines += [f"\n## {room}\n", "| code | kind | sentence |", "|---|---|---|"]
        lines.append(f"| `{code}` | {kind.replace('_', ' ')} | {sentence} |")
    return "\n".join(lines) + "\n"


def settings_page(settings: type[BaseModel]) -> str:
    """Every setting by the name of its environment variable, in the groups that the class is made of."""
    lines = [
        WRITTEN,
        "# Settings\n",
        "Each is an environment variable, or the same name without `TUITION_` in lower case in `tuition.toml`. A bad value is",
        "refused at start with its name and what is wrong with it.",
    ]
    for group in reversed(settings.__mro__):
        own = [(name, field) for name, field in settings_of(settings) if _root_of(name) in vars(group).get("__annotations__", {})]
        if own and issubclass(group, BaseModel):
            heading = " ".join((group.__doc__ or group.__name__).split())
            lines += [f"\n## {heading.rstrip('.')}\n", "| variable | default | meaning |", "|---|---|---|"]
            lines += [f"| `{name}` | {_default(field)} | {_cell(field.description or '')} |" for name, field in own]
    return "\n".join(lines) + "\n"


def settings_of(settings: type[BaseModel], prefix: str = PREFIX) -> Iterator[tuple[str, FieldInfo]]:
    """Each setting with the name of its environment variable; groups are joined by two underscores."""
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field


def commands_page(app: typer.Typer) -> str:
    """Every command with its options."""
    lines = [
        WRITTEN,
        "# Commands\n",
        "Every command takes `--help`. Exit codes: 0 done, 1 something is wrong and was named, 2 refused, 130 Ctrl-C.\n",
    ]
    for name, command in commands_of(app):
        lines += [f"## `{name}`\n", f"{' '.join((command.help or '').split())}\n"]
        options = [one for one in command.params if one.name not in BUILT_IN and not getattr(one, "hidden", False)]
        if options:
            lines += ["| argument | meaning |", "|---|---|"]
            lines += [f"| `{_spelled(option)}` | {_cell(getattr(option, 'help', None) or '')} |" for option in options]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def commands_of(app: typer.Typer) -> list[tuple[str, Any]]:
    """Every command that does something, by its whole name, in order. (Typer keeps the type of a command to itself.)"""

    def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        children = getattr(command, "commands", {})
        if not children:
            yield name, command
        for child, inner in children.items():
            if not inner.hidden:
                yield from walk(inner, f"{name} {child}")

    return sorted(walk(typer.main.get_command(app), "tuition"), key=itemgetter(0))


def unexplained(settings: type[BaseModel] | None, app: typer.Typer | None) -> Iterator[str]:
    """Settings and commands that say nothing of themselves (the house rules look after error codes)."""
    for name, field in settings_of(settings) if settings else ():
        if not field.description:
            yield f"the setting {name} has no description"
    for name, command in commands_of(app) if app else ():
        if not command.help:
            yield f"the command `{name}` has no help"
        for parameter in command.params:
            if (
                parameter.name not in BUILT_IN
                and not getattr(parameter, "hidden", False)
                and not getattr(parameter, "help", None)
            ):
                yield f"`{_spelled(parameter)}` of `{name}` has no help"


def main(arguments: list[str]) -> int:
    """Compare the pages with the code, or write them."""
    product = Product.load()
    if product.failures:
        print(*product.failures, "reference: the product does not import", sep="\n")
        return 1
    settings, app = _declared(SETTINGS, "Settings"), _declared(COMMANDS, "application")
    faults = list(unexplained(settings, app))
    for name, text in pages(product.refusals, settings, app).items():
        path = FOLDER / name
        if "--write" in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            faults.append(f"{path.relative_to(ROOT)} is not what the code says; run `make reference`")
    for fault in faults:
        print(f"reference: {fault}")
    print(f"reference: {len(faults)} faults" if faults else "reference: current")
    return 1 if faults else 0


def _declared(module: str, name: str) -> Any:
    """What a module of the product declares under a name, or nothing as long as it does not exist."""
    return getattr(importlib.import_module(module), name, None) if importlib.util.find_spec(module) else None


def _root_of(variable: str) -> str:
    """The field that a variable belongs to: `mail` of `TUITION_MAIL__HOST`."""
    return variable.removeprefix(PREFIX).partition("__")[0].lower()


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "(required)"
    if field.default_factory is not None:
        return "(made at start)"
    value: Any = field.default
    if value is None or value in ("", ()):
        return "(none)"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value.value if hasattr(value, 'value') else value}`"


def _spelled(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    return ", ".join([*parameter.opts, *parameter.secondary_opts])


def _cell(text: str) -> str:
    """Text that fits into one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
