"""The embedded PostgreSQL server: a folder of data, shared by every process that holds it."""

from tuition.platform.postgres.server import Server, hold

__all__ = ["Server", "hold"]
