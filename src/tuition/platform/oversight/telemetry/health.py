"""Whether it is ready for work, and if not, why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tuition.kernel import DomainError
from tuition.platform import jobs, migrate
from tuition.platform.database import AnySession, Database

Probe = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    ok: bool
    detail: str = ""
    needed: bool = True
    """Whether requests cannot be answered without it."""


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that was looked at."""

    checks: Mapping[str, Check]

    @property
    def ready(self) -> bool:
        """Whether everything that is needed is well."""
        return all(check.ok for check in self.checks.values() if check.needed)


async def readiness(database: Database, *, probes: Mapping[str, Probe] | None = None) -> Health:
    """Look at the database, its schema, the workers, and whatever else the composition root names (``files``: its probe).

    A worker that is missing is told and does not stop requests: they are answered, only what comes after them waits.
    """
    checks: dict[str, Check] = {}
    try:
        async with database.reading(fresh=True) as session:
            checks["database"] = Check(ok=True)
            checks["migrations"] = await _schema(session)
            if checks["migrations"].ok:
                alive = (await jobs.workers_alive(session)).alive
                checks["jobs"] = Check(ok=alive > 0, detail=f"{alive} workers", needed=False)
    except (SQLAlchemyError, OSError) as error:
        checks["database"] = Check(ok=False, detail=type(error).__name__)
    for name, probe in (probes or {}).items():
        try:
            await probe()
            checks[name] = Check(ok=True)
        except DomainError as error:
            checks[name] = Check(ok=False, detail=error.sentence)
    return Health(checks)


async def _schema(session: AnySession) -> Check:
    known = await session.execute(text("select to_regclass('alembic_version')"))
    if known.scalar_one() is None:
        return Check(ok=False, detail="no schema")
    found = (await session.execute(text("select version_num from alembic_version"))).scalar_one_or_none()
    newest = _newest()
    # Newer than ours is fine: a release is migrated before its code runs, and the old code runs on it meanwhile.
    ok = found == newest or (found is not None and found not in _known())
    return Check(ok=ok, detail="" if ok else f"{found} of {newest}")


@lru_cache(maxsize=1)
def _newest() -> str | None:
    return _script().get_current_head()


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(revision.revision for revision in _script().walk_revisions())


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(migrate.SCRIPTS))
