"""Sessions and tables.

Words: a *session* is one transaction; a *read session* is one that PostgreSQL itself keeps from writing.
Invariants: only an edge opens a transaction, and it commits there; a room receives the session and never commits.
"""

from tuition.platform.database.arrays import array_of, quoted_array_of
from tuition.platform.database.base import AppendOnly, Base, Created, Timestamped, currency_check, one_of
from tuition.platform.database.engine import Database, PoolHealth, connect
from tuition.platform.database.months import make_months
from tuition.platform.database.sessions import AnySession, ReadSession, Session

__all__ = [
    "AnySession",
    "AppendOnly",
    "Base",
    "Created",
    "Database",
    "PoolHealth",
    "ReadSession",
    "Session",
    "Timestamped",
    "array_of",
    "connect",
    "currency_check",
    "make_months",
    "one_of",
    "quoted_array_of",
]
