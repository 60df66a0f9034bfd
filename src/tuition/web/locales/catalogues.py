"""Catalogues: what the code says, merged into what is translated; and whether anything is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
MAPPING = ROOT / "babel.cfg"
DOMAIN = "tuition"
KEYWORDS = {**DEFAULT_KEYWORDS, "translate": None, "translate_plural": (1, 2)}
_PLACES = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)[^{}]*\}")


def source_catalog() -> Catalog:
    """Every sentence of the code and the templates."""
    with MAPPING.open() as stream:
        methods, options = parse_mapping_cfg(stream)  # type: ignore[no-untyped-call] # Babel has not typed it
    catalog = Catalog(project="Tuition", charset="utf-8")
    found = extract_from_dir(ROOT / "src", methods, options, keywords=KEYWORDS, comment_tags=("NOTE:",), strip_comment_tags=True)
    for filename, _line, sentence, comments, context in sorted(found, key=lambda item: (item[0], item[1])):
        catalog.add(sentence, locations=[(filename, 0)], auto_comments=comments, context=context)
    return catalog


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    """Each language's file and what is in it."""
    for path in sorted(HERE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        with path.open("rb") as stream:
            yield path, read_po(stream, locale=path.parent.parent.name)


def update() -> list[str]:
    """Bring each catalogue up to the code. What is new is empty, what is gone is removed, nothing is guessed."""
    source = source_catalog()
    report = []
    for path, catalog in catalogues():
        catalog.update(source, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as stream:
            write_po(stream, catalog, width=130, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
        missing = sum(1 for _ in gaps(catalog))
        report.append(f"{path.parent.parent.name}: {len(catalog)} sentences, {missing} to translate")
    return report


def problems() -> list[str]:
    """What keeps the catalogues from being complete and true."""
    source = {message.id for message in source_catalog() if message.id}
    found = []
    for path, catalog in catalogues():
        language = path.parent.parent.name
        known = {message.id for message in catalog if message.id}
        found += [f"{language}: not in the catalogue (run update): {_shown(gone)}" for gone in sorted(source - known, key=str)]
        found += [f"{language}: no longer in the code (run update): {_shown(gone)}" for gone in sorted(known - source, key=str)]
        found += [f"{language}: not translated: {_shown(message.id)}" for message in gaps(catalog)]
        found += [f"{language}: another placeholder than the English: {_shown(message.id)}" for message in _mismatched(catalog)]
    return found


def gaps(catalog: Catalog) -> Iterator[Message]:
    """The sentences without a translation, or with one that is only a guess."""
    for message in catalog:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        if message.fuzzy or not forms or not all(forms):
            yield message


def _mismatched(catalog: Catalog) -> Iterator[Message]:
    """A translation may leave a counted number out (the dual says it), but may not invent a name."""
    for message in catalog:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
        forms = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        wanted = set().union(*(_places(text) for text in ids))
        for form in filter(None, forms):
            has = _places(form)
            if has - wanted or (len(forms) == 1 and wanted - has):
                yield message
                break


def _places(text: str) -> set[str]:
    return {percent or brace for percent, brace in _PLACES.findall(text)}


def _shown(message_id: object) -> str:
    text = message_id[0] if isinstance(message_id, (tuple, list)) else message_id
    return repr(str(text)[:100])
