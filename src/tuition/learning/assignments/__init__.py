"""Assignments: work that people hand in, and what somebody says to it.

Words: an *assignment* belongs to a lesson; a *submission* (a hand-in) is one learner's go at it: draft, submitted, returned or
graded; the *dates* are everybody's, a group's or one learner's; the *penalty* is what being late takes off.
Invariants: a learner has at most one hand-in that is not finished; work is seen by its author, and by who grades once it is
handed in; a file is stored before it is recorded; a grade that changes leaves a trace.
"""

from tuition.learning.assignments import jobs, privacy
from tuition.learning.assignments.actions.editing import SETS_DATES, Followed, edit, follow_rubric, remove_dates, set_dates
from tuition.learning.assignments.actions.files import FEEDBACK_BYTES_MAX, begin_file, remove_file
from tuition.learning.assignments.actions.grading import give_back, grade
from tuition.learning.assignments.actions.submitting import begin, save, submit, take_back
from tuition.learning.assignments.errors import (
    AssignmentInvalid,
    AssignmentUnknown,
    AttemptsUsedUp,
    EnrollFirst,
    FileKindRefused,
    FilesTooMany,
    FileTooLarge,
    GradeInvalid,
    NothingHandedIn,
    NotOpen,
    NotSubmitted,
    RubricInUse,
    SubmissionUnknown,
    TooLate,
)
from tuition.learning.assignments.events import WorkGraded, WorkSubmitted
from tuition.learning.assignments.jobs import take_file
from tuition.learning.assignments.models import Assignment, AssignmentOverride, Submission, SubmissionFile
from tuition.learning.assignments.queries import (
    Held,
    Waiting,
    closed,
    count_waiting,
    dates_of,
    dates_of_several,
    files_of,
    find,
    following,
    get_file_for,
    get_for_staff,
    get_submission_for,
    of_lesson,
    overrides_of,
    submissions_of,
    waiting_page,
)
from tuition.learning.assignments.reactions import wire
from tuition.learning.assignments.rules import CountedAttempt, Dates, LatePolicy, SubmissionStatus, result_of

__all__ = [
    "FEEDBACK_BYTES_MAX",
    "SETS_DATES",
    "Assignment",
    "AssignmentInvalid",
    "AssignmentOverride",
    "AssignmentUnknown",
    "AttemptsUsedUp",
    "CountedAttempt",
    "Dates",
    "EnrollFirst",
    "FileKindRefused",
    "FileTooLarge",
    "FilesTooMany",
    "Followed",
    "GradeInvalid",
    "Held",
    "LatePolicy",
    "NotOpen",
    "NotSubmitted",
    "NothingHandedIn",
    "RubricInUse",
    "Submission",
    "SubmissionFile",
    "SubmissionStatus",
    "SubmissionUnknown",
    "TooLate",
    "Waiting",
    "WorkGraded",
    "WorkSubmitted",
    "begin",
    "begin_file",
    "closed",
    "count_waiting",
    "dates_of",
    "dates_of_several",
    "edit",
    "files_of",
    "find",
    "follow_rubric",
    "following",
    "get_file_for",
    "get_for_staff",
    "get_submission_for",
    "give_back",
    "grade",
    "jobs",
    "of_lesson",
    "overrides_of",
    "privacy",
    "remove_dates",
    "remove_file",
    "result_of",
    "save",
    "set_dates",
    "submissions_of",
    "submit",
    "take_back",
    "take_file",
    "waiting_page",
    "wire",
]
