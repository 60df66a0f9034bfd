"""The words of packages, and what an item's reports come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tuition.learning.packages.cmi import ELEMENTS_MAX, Report, Standard

PACKAGE_BYTES_MAX = 2 * 1024**3
"""Of a package as it arrives."""
UNPACKED_BYTES_MAX = 4 * 1024**3


class PackageStatus(StrEnum):
    """Where it is. waiting → unpacking → ready, or failed with the reason and without its files."""

    WAITING = "waiting"
    """It has arrived; a job will take it up."""
    UNPACKING = "unpacking"
    """A job puts its files into the store."""
    READY = "ready"
    """It can be opened."""
    FAILED = "failed"
    """It is no package that can be played."""


class Completion(StrEnum):
    """Whether somebody has gone through an item."""

    NOT_ATTEMPTED = "not_attempted"
    """It was opened and said nothing yet."""
    INCOMPLETE = "incomplete"
    """In the middle."""
    COMPLETED = "completed"
    """Through."""
    UNKNOWN = "unknown"
    """The item does not say."""


class Success(StrEnum):
    """Whether somebody has mastered an item."""

    UNKNOWN = "unknown"
    """It has nothing to master, or does not say."""
    PASSED = "passed"
    """Mastered."""
    FAILED = "failed"
    """Not mastered."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a package can open by itself, or (without an address) a title above such."""

    identifier: str
    title: str
    href: str = ""
    depth: int = 0
    is_sco: bool = True
    """Whether it talks to us; what does not is done once it was opened."""
    mastery: str = ""
    """From which score it is passed: 0 to 100 in SCORM 1.2, -1 to 1 in SCORM 2004."""
    threshold: str = ""
    """From which progress it is completed (SCORM 2004, 4th edition)."""
    launch_data: str = ""
    max_time: str = ""
    time_limit_action: str = ""

    def row(self) -> dict[str, Any]:
        """How a table keeps it."""
        return asdict(self)


def playable(rows: Sequence[Mapping[str, Any]]) -> list[Item]:
    """The items that open something, in their order."""
    return [item for item in map(item_of, rows) if item.href]


def item_of(row: Mapping[str, Any]) -> Item:
    """An item as a table kept it."""
    return Item(**row)


class Said(BaseModel):
    """A report as it arrives."""

    model_config = ConfigDict(extra="forbid")

    item: str = Field(max_length=500, description="The identifier of the item in its manifest.", examples=["i-1"])
    sequence: int = Field(ge=1, le=2**62, description="Grows with each report of a launch.", examples=[1])
    sitting: UUID = Field(description="One run of the item, from its start to its end.")
    values: dict[str, str] = Field(
        default={}, max_length=ELEMENTS_MAX, description="All elements.", examples=[{"cmi.core.lesson_status": "passed"}]
    )
    is_final: bool = Field(default=False, description="Whether the item has ended.")


_LESSON_STATUS = {
    "passed": (Completion.COMPLETED, Success.PASSED),
    "failed": (Completion.COMPLETED, Success.FAILED),
    "completed": (Completion.COMPLETED, Success.UNKNOWN),
    "incomplete": (Completion.INCOMPLETE, Success.UNKNOWN),
    "browsed": (Completion.INCOMPLETE, Success.UNKNOWN),
    "not attempted": (Completion.NOT_ATTEMPTED, Success.UNKNOWN),
}
_COMPLETION_STATUS = {
    "completed": Completion.COMPLETED,
    "incomplete": Completion.INCOMPLETE,
    "not attempted": Completion.NOT_ATTEMPTED,
}
_SUCCESS_STATUS = {"passed": Success.PASSED, "failed": Success.FAILED}


def standing(standard: Standard, report: Report, item: Item, *, is_final: bool) -> tuple[Completion, Success]:
    """What a report says about an item, after what its manifest demands.

    SCORM 1.2 RTE, 3.4.4 (cmi.core.lesson_status): a mastery score decides when the item finishes. SCORM 2004 RTE, 4.2.22.1 and
    4.2.4.1: the passing score and the completion threshold decide as soon as there is a score or a progress to compare.
    """
    if standard is Standard.SCORM_12:
        completion, success = _LESSON_STATUS.get(report.status, (Completion.NOT_ATTEMPTED, Success.UNKNOWN))
        if is_final and item.mastery and report.raw is not None:
            return Completion.COMPLETED, Success.PASSED if report.raw >= Decimal(item.mastery) else Success.FAILED
        return completion, success
    completion = _COMPLETION_STATUS.get(report.status, Completion.UNKNOWN)
    success = _SUCCESS_STATUS.get(report.success, Success.UNKNOWN)
    if item.threshold and report.progress is not None:
        completion = Completion.COMPLETED if report.progress >= Decimal(item.threshold) else Completion.INCOMPLETE
    if item.mastery and report.scaled is not None:
        success = Success.PASSED if report.scaled >= Decimal(item.mastery) else Success.FAILED
    return completion, success


def is_done(completion: str, success: str) -> bool:
    """Whether an item is behind its learner: passed, or completed without having failed."""
    return success == Success.PASSED or (completion == Completion.COMPLETED and success != Success.FAILED)


def percentage(report: Report) -> Decimal | None:
    """What an item's score is in percent, from 0 to 100; none without a score."""
    if report.scaled is not None:
        share = report.scaled * 100
    elif report.raw is not None:
        low = Decimal(0) if report.least is None else report.least
        high = Decimal(100) if report.most is None else report.most
        share = (report.raw - low) * 100 / (high - low) if high > low else report.raw
    else:
        return None
    return min(Decimal(100), max(Decimal(0), share)).quantize(Decimal("0.01"))


def score_of(percentages: Iterable[Decimal | None]) -> Decimal | None:
    """What an attempt comes to: the mean of the items that have a score."""
    scored = [one for one in percentages if one is not None]
    return (sum(scored, Decimal(0)) / len(scored)).quantize(Decimal("0.01")) if scored else None
