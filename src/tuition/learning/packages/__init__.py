"""Packages: lessons that other programs have made (SCORM 1.2 and SCORM 2004), and what those say about their learners.

Words: a *package* is an archive that was brought and unpacked; its *items* are what it can open (SCOs, and assets, which say
nothing); a *launch* is a package opened in one window; an *attempt* is one passage through it; a *report* is all that an item
says, and a *sitting* one run of an item. Invariants: a package is whole or not there; its files are fetched by the token of a
launch and by nothing else, which ends when access does; what a report says is checked and is still the word of the learner's own
browser; of several windows the newest one reports; a report that comes twice counts once.
"""

from tuition.learning.packages import jobs, privacy
from tuition.learning.packages.actions.bringing import begin_file, set_graded
from tuition.learning.packages.actions.playing import OPEN_FOR, Standing, get_launch_for, open_package, renew, report
from tuition.learning.packages.cmi import Standard
from tuition.learning.packages.errors import DataInvalid, LaunchUnknown, OpenedElsewhere, PackageInvalid, PackageUnknown
from tuition.learning.packages.jobs import take_file
from tuition.learning.packages.models import Package, PackageLaunch, PackageLesson, PackageState
from tuition.learning.packages.queries import (
    Launched,
    Result,
    find_launch,
    get_for_staff,
    key_of,
    last_brought,
    of_lesson,
    results_of,
    results_page,
    start_of,
    states_of,
    token_of,
)
from tuition.learning.packages.reactions import wire
from tuition.learning.packages.rules import PACKAGE_BYTES_MAX, Completion, Item, PackageStatus, Said, Success, is_done, item_of

__all__ = [
    "OPEN_FOR",
    "PACKAGE_BYTES_MAX",
    "Completion",
    "DataInvalid",
    "Item",
    "LaunchUnknown",
    "Launched",
    "OpenedElsewhere",
    "Package",
    "PackageInvalid",
    "PackageLaunch",
    "PackageLesson",
    "PackageState",
    "PackageStatus",
    "PackageUnknown",
    "Result",
    "Said",
    "Standard",
    "Standing",
    "Success",
    "begin_file",
    "find_launch",
    "get_for_staff",
    "get_launch_for",
    "is_done",
    "item_of",
    "jobs",
    "key_of",
    "last_brought",
    "of_lesson",
    "open_package",
    "privacy",
    "renew",
    "report",
    "results_of",
    "results_page",
    "set_graded",
    "start_of",
    "states_of",
    "take_file",
    "token_of",
    "wire",
]
