"""What an item and we tell each other: the data models of SCORM 1.2 and SCORM 2004, checked and translated. Pure.

Sources: ADL, SCORM 1.2 Run-Time Environment (2001), 3.4; ADL, SCORM 2004 4th Edition Run-Time Environment (2009), 4. A browser
is the only witness of what happens in an item, so everything here is checked again although the browser's half checks it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from tuition.kernel import Phrase
from tuition.learning.packages.errors import DataInvalid

ELEMENTS_MAX = 5_000
TOTAL_LENGTH_MAX = 512 * 1024
SUSPEND_LENGTH_MAX = 64_000
"""SCORM 2004's figure. SCORM 1.2 says 4096, which many packages exceed and no player insists on."""
LOCATION_LENGTH_MAX = 1_000
NUMBER_LENGTH_MAX = 20
_ELEMENT = re.compile(r"(?:cmi|adl)\.[A-Za-z0-9_.]{1,200}")
_TIMESPAN = re.compile(r"(\d{2,4}):(\d{2}):(\d{2}(?:\.\d{1,2})?)")
_INTERVAL = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10}(?:\.\d{1,2})?)S)?)?"
)
_INTERVAL_S = (31_536_000, 2_628_000, 86_400, 3_600, 60, 1)
_KEPT = re.compile(r"cmi\.(?:objectives|interactions|comments|comments_from_learner|student_preference|learner_preference)\b.*")
"""What an item finds again as it left it; everything else of a start is worked out."""


class Standard(StrEnum):
    """What a package was written for."""

    SCORM_12 = "1.2"
    """SCORM 1.2 (2001)."""
    SCORM_2004 = "2004"
    """SCORM 2004, second to fourth edition."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an item says about its learner."""

    status: str = ""
    success: str = ""
    raw: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    scaled: Decimal | None = None
    progress: Decimal | None = None
    session_s: int = 0
    location: str = ""
    suspend_data: str = ""
    kept: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a learner and an item when it is opened."""

    learner_id: str
    learner_name: str
    is_recorded: bool
    is_begun: bool = False
    status: str = ""
    success: str = ""
    raw: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    scaled: Decimal | None = None
    progress: Decimal | None = None
    location: str = ""
    suspend_data: str = ""
    total_s: int = 0
    kept: Mapping[str, str] = field(default_factory=dict)
    mastery: str = ""
    threshold: str = ""
    launch_data: str = ""
    max_time: str = ""
    time_limit_action: str = ""


def read(standard: Standard, values: Mapping[str, str]) -> Report:
    """A report of an item, element by element as in the data model. Raises ``DataInvalid`` with the element."""
    if len(values) > ELEMENTS_MAX or sum(len(name) + len(value) for name, value in values.items()) > TOTAL_LENGTH_MAX:
        raise DataInvalid(element="cmi", reason=Phrase("more than {most} kB.", most=TOTAL_LENGTH_MAX // 1024))
    for name in values:
        if not _ELEMENT.fullmatch(name):
            raise DataInvalid(element=name[:100], reason="there is no such element.")
    kept = {name: value for name, value in values.items() if _KEPT.fullmatch(name)}
    return (_read_12 if standard is Standard.SCORM_12 else _read_2004)(_Values(values), kept)


def _read_12(values: _Values, kept: dict[str, str]) -> Report:
    """SCORM 1.2 RTE, 3.4.4: the elements that mean something outside of the item."""
    values.word("cmi.core.exit", {"", "time-out", "suspend", "logout"})
    return Report(
        status=values.word(
            "cmi.core.lesson_status", {"", "passed", "completed", "failed", "incomplete", "browsed", "not attempted"}
        ),
        raw=values.number("cmi.core.score.raw", 0, 100),
        least=values.number("cmi.core.score.min", 0, 100),
        most=values.number("cmi.core.score.max", 0, 100),
        session_s=values.time("cmi.core.session_time", _timespan),
        location=values.text("cmi.core.lesson_location", LOCATION_LENGTH_MAX),
        suspend_data=values.text("cmi.suspend_data", SUSPEND_LENGTH_MAX),
        kept=kept,
    )


def _read_2004(values: _Values, kept: dict[str, str]) -> Report:
    """SCORM 2004 RTE, 4.2: the same."""
    values.word("cmi.exit", {"", "time-out", "suspend", "logout", "normal"})
    return Report(
        status=values.word("cmi.completion_status", {"", "completed", "incomplete", "not attempted", "unknown"}),
        success=values.word("cmi.success_status", {"", "passed", "failed", "unknown"}),
        raw=values.number("cmi.score.raw"),
        least=values.number("cmi.score.min"),
        most=values.number("cmi.score.max"),
        scaled=values.number("cmi.score.scaled", -1, 1),
        progress=values.number("cmi.progress_measure", 0, 1),
        session_s=values.time("cmi.session_time", _interval),
        location=values.text("cmi.location", LOCATION_LENGTH_MAX),
        suspend_data=values.text("cmi.suspend_data", SUSPEND_LENGTH_MAX),
        kept=kept,
    )


class _Values:
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, limit: int) -> str:
        value = self._values.get(name, "")
        if len(value) > limit:
            raise DataInvalid(element=name, reason=Phrase("more than {most} letters.", most=limit))
        return value.replace("\x00", "")

    def word(self, name: str, known: set[str]) -> str:
        value = self._values.get(name, "")
        if value not in known:
            raise DataInvalid(element=name, reason=Phrase("one of {known}.", known=", ".join(sorted(known - {""}))))
        return value

    def number(self, name: str, least: int | None = None, most: int | None = None) -> Decimal | None:
        written = self._values.get(name, "")
        if not written:
            return None
        try:
            value = Decimal(written) if len(written) <= NUMBER_LENGTH_MAX else Decimal("NaN")
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= Decimal(10) ** 9:
            raise DataInvalid(element=name, reason="write a number.")
        if (least is not None and value < least) or (most is not None and value > most):
            raise DataInvalid(element=name, reason=Phrase("between {least} and {most}.", least=least, most=most))
        return value

    def time(self, name: str, seconds_of: Callable[[str], int | None]) -> int:
        written = self._values.get(name, "")
        seconds = seconds_of(written) if written else 0
        if seconds is None:
            raise DataInvalid(element=name, reason="write a length of time.")
        return seconds


def _timespan(written: str) -> int | None:
    """CMITimespan of SCORM 1.2: HHHH:MM:SS.SS."""
    found = _TIMESPAN.fullmatch(written)
    return None if found is None else int(found[1]) * 3600 + int(found[2]) * 60 + int(Decimal(found[3]))


def _interval(written: str) -> int | None:
    """timeinterval(second,10,2) of SCORM 2004: an ISO 8601 duration."""
    found = _INTERVAL.fullmatch(written)
    if found is None or not any(found.groups()):
        return None
    return int(sum(Decimal(part) * size for part, size in zip(found.groups(), _INTERVAL_S, strict=True) if part))


def start(standard: Standard, before: Before) -> dict[str, str]:
    """What an item finds when it asks, element by element.

    Both standards let a player forget what an item did not suspend. We keep it: an item whose window was closed had no time to
    say so.
    """
    resumes = before.is_begun and bool(before.suspend_data or before.location or before.kept)
    entry = "resume" if resumes else "" if before.is_begun else "ab-initio"
    words = {
        "credit": "credit" if before.is_recorded else "no-credit",
        "entry": entry,
        "suspend_data": before.suspend_data,
        "launch_data": before.launch_data,
    }
    made = _start_12(before, words) if standard is Standard.SCORM_12 else _start_2004(before, words)
    return {**before.kept, **{name: value for name, value in made.items() if value}}


def _start_12(before: Before, words: dict[str, str]) -> dict[str, str]:
    return {
        "cmi.core.student_id": before.learner_id,
        "cmi.core.student_name": before.learner_name,
        "cmi.core.lesson_location": before.location,
        "cmi.core.credit": words["credit"],
        "cmi.core.lesson_status": before.status or "not attempted",
        "cmi.core.entry": words["entry"],
        "cmi.core.score.raw": _written(before.raw),
        "cmi.core.score.min": _written(before.least),
        "cmi.core.score.max": _written(before.most),
        "cmi.core.total_time": f"{before.total_s // 3600:04d}:{before.total_s // 60 % 60:02d}:{before.total_s % 60:02d}",
        "cmi.core.lesson_mode": "normal" if before.is_recorded else "browse",
        "cmi.suspend_data": words["suspend_data"],
        "cmi.launch_data": words["launch_data"],
        "cmi.student_data.mastery_score": before.mastery,
        "cmi.student_data.max_time_allowed": before.max_time,
        "cmi.student_data.time_limit_action": before.time_limit_action,
    }


def _start_2004(before: Before, words: dict[str, str]) -> dict[str, str]:
    return {
        "cmi.learner_id": before.learner_id,
        "cmi.learner_name": before.learner_name,
        "cmi.location": before.location,
        "cmi.credit": words["credit"],
        "cmi.completion_status": before.status,
        "cmi.success_status": before.success,
        "cmi.entry": words["entry"],
        "cmi.score.raw": _written(before.raw),
        "cmi.score.min": _written(before.least),
        "cmi.score.max": _written(before.most),
        "cmi.score.scaled": _written(before.scaled),
        "cmi.progress_measure": _written(before.progress),
        "cmi.total_time": f"PT{before.total_s // 3600}H{before.total_s // 60 % 60}M{before.total_s % 60}S",
        "cmi.mode": "normal" if before.is_recorded else "browse",
        "cmi.suspend_data": words["suspend_data"],
        "cmi.launch_data": words["launch_data"],
        "cmi.scaled_passing_score": before.mastery,
        "cmi.completion_threshold": before.threshold,
        "cmi.max_time_allowed": before.max_time,
        "cmi.time_limit_action": before.time_limit_action,
    }


def _written(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")
