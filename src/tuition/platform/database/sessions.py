"""The two kinds of session, told apart by type and by PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession


class Session(AsyncSession):
    """A transaction that may write. It is opened and committed at an edge; a room only receives it."""


class ReadSession(AsyncSession):
    """A transaction that PostgreSQL keeps from writing (``BEGIN … READ ONLY``)."""

    def add(self, instance: object, _warn: bool = True) -> None:  # noqa: FBT001, FBT002 - the signature is SQLAlchemy's
        """Refused: what is added here could never be written."""
        raise AssertionError("a read session adds nothing")

    def add_all(self, instances: Any) -> None:
        """Refused, like ``add``."""
        raise AssertionError("a read session adds nothing")


AnySession = Session | ReadSession
"""What a query takes."""
