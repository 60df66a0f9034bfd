"""The school over HTTP, one file per part of the room."""

from tuition.api.learning import (
    assignments,
    badges,
    certificates,
    courses,
    exchange,
    grades,
    packages,
    pictures,
    quizzes,
    rubrics,
)

ROUTERS = [
    *courses.ROUTERS,
    certificates.router,
    certificates.of_courses,
    badges.router,
    badges.well_known,
    *quizzes.ROUTERS,
    assignments.router,
    assignments.submissions,
    assignments.of_courses,
    rubrics.router,
    grades.router,
    grades.due,
    grades.queue,
    grades.reports,
    exchange.router,
    packages.router,
    pictures.router,
]

__all__ = ["ROUTERS"]
