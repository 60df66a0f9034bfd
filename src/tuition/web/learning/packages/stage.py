"""What a learner's page needs to play a package."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request

from tuition.edge import runtime_of
from tuition.identity import Actor
from tuition.learning import packages
from tuition.learning.enrollments import OpenLesson
from tuition.learning.packages import Item, PackageState
from tuition.platform.database import Session
from tuition.web.learning.packages.serving import OWN_ORIGIN, SANDBOX
from tuition.web.rendering import translate as _

RENEW_EVERY = timedelta(minutes=1)
NEW_ATTEMPT = "new"
"""The value of ``?attempt=`` that begins from the beginning."""


async def stage_of(request: Request, session: Session, actor: Actor | None, opened: OpenLesson) -> dict[str, Any]:
    """Open the lesson's package, and say what ``learning/packages/_stage.html`` shows; nothing while there is none."""
    again = request.query_params.get("attempt") == NEW_ATTEMPT
    try:
        launched = await packages.open_package(session, actor, opened, again=again)
    except packages.PackageUnknown:
        return {"waits_for_package": True}
    launch = launched.launch
    states: dict[str, PackageState] = {}
    if launch.enrollment_id is not None:
        states = await packages.states_of(session, launch.enrollment_id, launch.lesson_id, launch.attempt)
    base = runtime_of(request).settings.packages_url
    done = [item.identifier in states and _is_done(states[item.identifier]) for item in launched.items]
    play = {
        "launch": launch.id,
        "base": f"{base}/packages/{packages.token_of(launch.id)}",
        "origin": _origin(base) or "null",
        "items": [{"id": item.identifier, "href": item.href, "is_sco": item.is_sco} for item in launched.items],
        "first": done.index(False) if False in done else 0,
        "is_recorded": launch.enrollment_id is not None,
        "is_known": actor is not None,
        "renew_ms": RENEW_EVERY // timedelta(milliseconds=1),
        "words": _words(),
    }
    return {
        "play": play,
        "package": launched.package,
        "listed": _listed(launched.package.items, states),
        "sandbox": f"{SANDBOX} {OWN_ORIGIN}" if base else SANDBOX,
        "attempt": launch.attempt,
        "has_begun": bool(states),
        "policy": {"frame-src": _origin(base)} if base else None,
    }


def state_words(state: PackageState | None) -> str:
    """How far somebody is with an item, in words."""
    if state is None:
        return _("Not begun")
    if state.success == packages.Success.PASSED:
        return _("Passed")
    if state.success == packages.Success.FAILED:
        return _("Not passed")
    return _("Completed") if state.completion == packages.Completion.COMPLETED else _("Begun")


def _listed(rows: list[Any], states: dict[str, PackageState]) -> list[tuple[Item, int, str, bool]]:
    """Each item with its number among those that open something, how far one is in words, and whether it is done."""
    listed, number = [], 0
    for item in map(packages.item_of, rows):
        state = states.get(item.identifier)
        listed.append((item, number, state_words(state), state is not None and _is_done(state)))
        number += bool(item.href)
    return listed


def _is_done(state: PackageState) -> bool:
    return packages.is_done(state.completion, state.success)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if address else ""


def _words() -> dict[str, str]:
    """The sentences that the script says, in the reader's language."""
    return {
        "saved": _("Saved"),
        "saving": _("Saving"),
        "offline": _("No connection. What you do is kept on this device and saved once it is back."),
        "lost": _("Not saved:"),
        "passed": _("Passed"),
        "failed": _("Not passed"),
        "completed": _("Completed"),
        "begun": _("Begun"),
    }
