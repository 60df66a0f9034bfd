"""Enrollments: who learns what, and how far they are.

Words: an *enrollment* is one person in one course; *progress* is how far they are with one lesson; a *lock* says why a lesson
is not open yet; a *view* is a course as one person finds it; a *group* is a section of a course's learners. Invariants: an
enrollment rests on a live grant, never on a payment; when the last one ends it has expired, and what was learned stays; a
film's progress is what playback believes was played; every report may come twice; a course is completed once.
"""

from tuition.learning.enrollments import jobs, privacy
from tuition.learning.enrollments.actions.enrolling import drop, enroll, enroll_person, extend
from tuition.learning.enrollments.actions.groups import add_to_group, create_group, delete_group, remove_from_group, rename_group
from tuition.learning.enrollments.actions.importing import ImportedLine, LineOutcome, import_members
from tuition.learning.enrollments.actions.marking import can_be_marked, mark_complete, report_reading
from tuition.learning.enrollments.actions.progress import (
    add_time,
    complete_lesson,
    note_certificate,
    record_attempt,
    recount,
)
from tuition.learning.enrollments.errors import (
    CannotComplete,
    CourseFull,
    EndInvalid,
    EnrollmentClosed,
    EnrollmentUnknown,
    GroupTaken,
    GroupUnknown,
    LessonLocked,
    ListInvalid,
    PersonNotFound,
    PrerequisitesMissing,
)
from tuition.learning.enrollments.events import CourseCompleted, Enrolled, EnrollmentExpired, LessonCompleted
from tuition.learning.enrollments.models import CourseGroup, CourseGroupMember, Enrollment, LessonProgress
from tuition.learning.enrollments.opening import (
    CourseView,
    OpenLesson,
    Step,
    around,
    begin_lesson,
    open_lesson,
    require_open,
    view_course,
)
from tuition.learning.enrollments.queries import (
    SEES_LEARNERS,
    Totals,
    Week,
    by_id,
    counts_of_course,
    get_for,
    groups_of,
    mine,
    missing_prerequisites,
    of_course,
    of_person,
    progress_in,
    progress_of,
    student_ids,
    totals_of,
    verified_seconds,
    weeks_of,
)
from tuition.learning.enrollments.reactions import wire
from tuition.learning.enrollments.rules import LEARNING, EnrollmentStatus, Lock, LockReason, ProgressStatus, Source, percentage

__all__ = [
    "LEARNING",
    "SEES_LEARNERS",
    "CannotComplete",
    "CourseCompleted",
    "CourseFull",
    "CourseGroup",
    "CourseGroupMember",
    "CourseView",
    "EndInvalid",
    "Enrolled",
    "Enrollment",
    "EnrollmentClosed",
    "EnrollmentExpired",
    "EnrollmentStatus",
    "EnrollmentUnknown",
    "GroupTaken",
    "GroupUnknown",
    "ImportedLine",
    "LessonCompleted",
    "LessonLocked",
    "LessonProgress",
    "LineOutcome",
    "ListInvalid",
    "Lock",
    "LockReason",
    "OpenLesson",
    "PersonNotFound",
    "PrerequisitesMissing",
    "ProgressStatus",
    "Source",
    "Step",
    "Totals",
    "Week",
    "add_time",
    "add_to_group",
    "around",
    "begin_lesson",
    "by_id",
    "can_be_marked",
    "complete_lesson",
    "counts_of_course",
    "create_group",
    "delete_group",
    "drop",
    "enroll",
    "enroll_person",
    "extend",
    "get_for",
    "groups_of",
    "import_members",
    "jobs",
    "mark_complete",
    "mine",
    "missing_prerequisites",
    "note_certificate",
    "of_course",
    "of_person",
    "open_lesson",
    "percentage",
    "privacy",
    "progress_in",
    "progress_of",
    "record_attempt",
    "recount",
    "remove_from_group",
    "rename_group",
    "report_reading",
    "require_open",
    "student_ids",
    "totals_of",
    "verified_seconds",
    "view_course",
    "weeks_of",
    "wire",
]
