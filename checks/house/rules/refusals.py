"""Refusals: what a program reads (the code) and what a person reads (the docstring) are both promises."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.house.source import Finding
from checks.product import place_of, room_of
from tuition.kernel import DomainError


def refusals(declared: Sequence[type[DomainError]], root: Path) -> Iterator[Finding]:
    """A refusal has a code of its own that begins with its room, and a sentence for the person who is refused."""
    taken: dict[str, str] = {}
    for refusal in declared:
        path, line = place_of(refusal, root)
        for advice in _faults(refusal, taken):
            yield Finding(path, line, "refusal", f"{refusal.__name__}: {advice}")


def _faults(refusal: type[DomainError], taken: dict[str, str]) -> Iterator[str]:
    room = room_of(refusal)
    code = refusal.__dict__.get("code")
    if not isinstance(code, str):
        yield f'give it a code of its own: code = "{room}.what_happened"'
    else:
        if not code.startswith(f"{room}."):
            yield f"its code `{code}` belongs to another room; begin it with `{room}.`"
        if code in taken:
            yield f"its code `{code}` is taken by {taken[code]}; programs could not tell them apart"
        taken.setdefault(code, refusal.__qualname__)
    sentence = refusal.template()
    if not sentence:
        yield "its docstring is the sentence that a person reads; write it"
    elif sentence[-1] not in ".!?…”}":
        yield "its docstring is a sentence; end it like one"
    elif not _fills_in(sentence):
        yield "its placeholders are plain names in braces: {amount}"


def _fills_in(sentence: str) -> bool:
    try:
        return all(name is None or name.isidentifier() for _, name, _, _ in string.Formatter().parse(sentence))
    except ValueError:
        return False
