"""Finding sentences: gettext calls as Babel finds them, and the docstrings of refusals, which are sentences too."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Generator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python

Found = tuple[int, Any, Any, Any]
_BASE = "DomainError"


def extract_room(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Generator[Found, None, None]:
    """Babel's extraction method for our Python files (see babel.cfg)."""
    source = fileobj.read()
    yield from extract_python(BytesIO(source), keywords, comment_tags, options)  # type: ignore[arg-type] # Babel types its options itself
    yield from refusals(source)


def refusals(source: bytes) -> list[Found]:
    """The sentence of each ``DomainError`` in a file, folded as ``DomainError.template`` folds it.

    A refusal is a class that sets a ``code`` of its own, or that names ``DomainError`` among its bases.
    """
    found: list[Found] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name != _BASE and _is_refusal(node):
            sentence = " ".join(inspect.cleandoc(ast.get_docstring(node) or "").split())
            if sentence:
                found.append((node.lineno, "", sentence, ["A refusal"]))
    return found


def _is_refusal(node: ast.ClassDef) -> bool:
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
    sets = {
        target.id for item in node.body if isinstance(item, ast.Assign) for target in item.targets if isinstance(target, ast.Name)
    }
    return _BASE in bases or (bool(bases) and "code" in sets)
