"""The gradebook: what all results of a course come to, and how a class is doing.

Words: an *item* is a graded lesson; a *category* is a kind of work with a weight; an *override* is a result set by hand, with a
reason; the *total* is what a learner's results come to; the *queue* is what
waits for whoever grades, in all their courses. Invariants: results are the quizzes' and assignments' own and are copied
nowhere; a total is exact and rounded once; a learner sees what is released and nobody else's.
"""

from tuition.learning.gradebook import privacy
from tuition.learning.gradebook.actions import (
    add_category,
    configure,
    edit_category,
    override,
    remove_category,
    remove_override,
    set_item,
)
from tuition.learning.gradebook.due import Due, due_for, with_grades
from tuition.learning.gradebook.errors import CategoryUnknown, GradebookInvalid, GradesHidden, ItemUnknown
from tuition.learning.gradebook.exporting import export_csv
from tuition.learning.gradebook.models import Gradebook, GradeCategory, GradeItem, GradeOverride
from tuition.learning.gradebook.queries import (
    Book,
    Cell,
    Item,
    Report,
    Row,
    Stop,
    Struggling,
    book_of,
    grades_page,
    own_grades,
    report_of,
    rows_of,
)
from tuition.learning.gradebook.rules import letter_of, safe_cell, shares, total
from tuition.learning.gradebook.waiting import (
    Around,
    Filters,
    Waiting,
    WaitingKind,
    count_waiting,
    courses_to_grade,
    waiting_around,
    waiting_page,
)

__all__ = [
    "Around",
    "Book",
    "CategoryUnknown",
    "Cell",
    "Due",
    "Filters",
    "GradeCategory",
    "GradeItem",
    "GradeOverride",
    "Gradebook",
    "GradebookInvalid",
    "GradesHidden",
    "Item",
    "ItemUnknown",
    "Report",
    "Row",
    "Stop",
    "Struggling",
    "Waiting",
    "WaitingKind",
    "add_category",
    "book_of",
    "configure",
    "count_waiting",
    "courses_to_grade",
    "due_for",
    "edit_category",
    "export_csv",
    "grades_page",
    "letter_of",
    "override",
    "own_grades",
    "privacy",
    "remove_category",
    "remove_override",
    "report_of",
    "rows_of",
    "safe_cell",
    "set_item",
    "shares",
    "total",
    "waiting_around",
    "waiting_page",
    "with_grades",
]
