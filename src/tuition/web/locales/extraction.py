"""Finding sentences: gettext calls as Babel finds them, the docstrings of refusals and their reasons, what notifications say."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Generator, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python

Found = tuple[int, Any, Any, Any]
_BASE = "DomainError"
_TELLING = {"notify": ("title", "message", "action_label"), "_tell_creator": (2, 3)}
"""What tells somebody something, and which of its arguments are sentences that are looked up in the reader's language."""


def extract_room(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Generator[Found, None, None]:
    """Babel's extraction method for our Python files (see babel.cfg)."""
    source = fileobj.read()
    yield from extract_python(BytesIO(source), keywords, comment_tags, options)  # type: ignore[arg-type] # Babel types its options itself
    yield from refusals(source)
    yield from reasons(source)
    yield from told(source)
    yield from phrases(source)


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


def reasons(source: bytes) -> list[Found]:
    """What is given as the ``reason`` of a refusal where it is raised: it is said inside the refusal's sentence."""
    found: dict[str, Found] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for text in _texts(_argument(node.exc, "reason"), {}):
                if " " in text:  # one word is a code for programs
                    found.setdefault(text, (node.lineno, "", text, ["A reason, inside a refusal"]))
    return list(found.values())


def phrases(source: bytes) -> list[Found]:
    """What is a ``Phrase``, wherever it is made."""
    found: dict[str, Found] = {}
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Phrase":
            for text in _texts(_argument(call, 0), {}):
                found.setdefault(text, (call.lineno, "", text, ["A part of a sentence"]))
    return list(found.values())


def told(source: bytes) -> list[Found]:
    """The sentences that are handed to ``notify``: written there, or under a name in the same file."""
    tree = ast.parse(source)
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        for target, value in _assigned(node):
            named.setdefault(target, []).append(value)
    found: dict[str, Found] = {}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for argument in _TELLING.get(name, ()):
            for text in _texts(_argument(call, argument), named):
                found.setdefault(text, (call.lineno, "", text, ["A notification"]))
    return list(found.values())


def _argument(call: ast.Call, argument: str | int) -> ast.expr | None:
    if isinstance(argument, int):
        return call.args[argument] if len(call.args) > argument else None
    return next((keyword.value for keyword in call.keywords if keyword.arg == argument), None)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=False)
            yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))


def _texts(expression: ast.expr | None, named: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=first, orelse=second):
            yield from _texts(first, named)
            yield from _texts(second, named)
        case ast.Name(id=name):
            for value in named.get(name, ()):
                if not isinstance(value, ast.Name):
                    yield from _texts(value, named)
