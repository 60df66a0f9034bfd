"""The key that everything else is derived from."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tuition.platform.settings.settings import Settings

FILE = "secret_key"
LENGTH_BYTES = 48


def secret_key(settings: Settings) -> str:
    """The key that was set, or the one in the home folder, which is made when it is first asked for.

    Several processes may ask at once: the file appears whole or not at all, and the first one wins.
    """
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    path = settings.home / FILE
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        settings.home.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    _write(draft, secrets.token_urlsafe(LENGTH_BYTES))
    try:
        with suppress(FileExistsError):  # another process was faster
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
