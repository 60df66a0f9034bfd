"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, text

from tuition.platform.database.engine import sqlalchemy_url

LOCK_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 600
LOCK_KEY = 0x7417_1107
"""The advisory lock that keeps two migrations apart (the number has no meaning)."""
SCRIPTS = Path(__file__).parent / "migrations"


def configuration(connection: Connection, metadata: MetaData | None = None) -> Config:
    """Alembic's configuration, bound to an open connection."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


def upgrade(url: str, *, revision: str = "head") -> None:
    """Apply every migration that is missing, one at a time under one advisory lock."""
    engine = create_engine(sqlalchemy_url(url))
    with engine.connect() as connection:
        connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT_S}s'"))
        connection.execute(text(f"set statement_timeout = '{STATEMENT_TIMEOUT_S}s'"))
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        connection.commit()
        command.upgrade(configuration(connection), revision)
        connection.commit()
    engine.dispose()
