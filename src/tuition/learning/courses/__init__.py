"""Courses: what is taught, in which order, by whom.

Words: a *course* is a content of kind course with a row of its own; its *outline* is its *lessons* in one order, each below
another one or at the top; a *heading* is a lesson without anything of its own; the *staff* teaches beside the author, each with
*rights*. Invariants: the order is the whole course's, without gaps, and what stands below a lesson follows it; what published
lessons show are the course's members in the catalogue, which is how access knows them, their drip and their previews; a course
that can be found has a lesson.
"""

from tuition.learning.courses import privacy
from tuition.learning.courses.actions.courses import add_staff, create, edit, remove_staff, set_prerequisites
from tuition.learning.courses.actions.duplicating import duplicate
from tuition.learning.courses.actions.files import SENT, begin_file
from tuition.learning.courses.actions.lessons import add_lesson, delete_lesson, edit_lesson, move_lesson, reorder
from tuition.learning.courses.errors import (
    CourseUnknown,
    FieldInvalid,
    LastLesson,
    LessonUnknown,
    OutlineInvalid,
    OutlineStale,
    PrerequisiteInvalid,
    StaffInvalid,
)
from tuition.learning.courses.events import LessonAdded, LessonCopied, LessonRemoved, OutlineChanged
from tuition.learning.courses.models import Course, CoursePrerequisite, CourseStaff, Lesson
from tuition.learning.courses.queries import (
    Node,
    bodies_of,
    could_come_first,
    find,
    find_lesson,
    find_lesson_by_slug,
    get_for_staff,
    get_lesson_for_staff,
    lesson_counts,
    lessons_showing,
    may,
    may_announce,
    may_moderate,
    outline,
    prerequisites_of,
    rights_of,
    staff_of,
    taught_by,
    where_may,
)
from tuition.learning.courses.reactions import wire
from tuition.learning.courses.rules import (
    RIGHTS_OF,
    CompletionRule,
    LessonType,
    Opening,
    Right,
    StaffRole,
    effective_openings,
)

__all__ = [
    "RIGHTS_OF",
    "SENT",
    "CompletionRule",
    "Course",
    "CoursePrerequisite",
    "CourseStaff",
    "CourseUnknown",
    "FieldInvalid",
    "LastLesson",
    "Lesson",
    "LessonAdded",
    "LessonCopied",
    "LessonRemoved",
    "LessonType",
    "LessonUnknown",
    "Node",
    "Opening",
    "OutlineChanged",
    "OutlineInvalid",
    "OutlineStale",
    "PrerequisiteInvalid",
    "Right",
    "StaffInvalid",
    "StaffRole",
    "add_lesson",
    "add_staff",
    "begin_file",
    "bodies_of",
    "could_come_first",
    "create",
    "delete_lesson",
    "duplicate",
    "edit",
    "edit_lesson",
    "effective_openings",
    "find",
    "find_lesson",
    "find_lesson_by_slug",
    "get_for_staff",
    "get_lesson_for_staff",
    "lesson_counts",
    "lessons_showing",
    "may",
    "may_announce",
    "may_moderate",
    "move_lesson",
    "outline",
    "prerequisites_of",
    "privacy",
    "remove_staff",
    "reorder",
    "rights_of",
    "set_prerequisites",
    "staff_of",
    "taught_by",
    "where_may",
    "wire",
]
