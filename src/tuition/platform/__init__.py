"""The ground floor: what every room needs and no business knows of.

Each part is a door of its own: ``from tuition.platform import database, events, jobs, …``.
Words: *session* (a database transaction in progress), *job* (work that outlives the request), *file* (bytes with a key).
"""

from tuition.platform import database, events, files, jobs, mail
from tuition.platform.database import paging
from tuition.platform.oversight import audit, privacy, site, telemetry, upkeep
from tuition.platform.security import guard, idempotency, rates, secrets

__all__ = [
    "audit",
    "database",
    "events",
    "files",
    "guard",
    "idempotency",
    "jobs",
    "mail",
    "paging",
    "privacy",
    "rates",
    "secrets",
    "site",
    "telemetry",
    "upkeep",
]
