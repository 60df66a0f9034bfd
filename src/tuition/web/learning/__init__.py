"""Pages on which people learn: playing, courses, talking about them, and the proof of it."""

from tuition.web.learning import (
    assignments,
    awarding,
    certificates,
    community,
    courses,
    exchange,
    grades,
    grading,
    playing,
    quizzes,
    verifying,
)

ROUTERS = [
    playing.router,
    *courses.ROUTERS,
    assignments.router,
    grading.router,
    grades.router,
    certificates.router,
    verifying.router,
    awarding.router,
    exchange.router,
    *quizzes.ROUTERS,
    *community.ROUTERS,
]

__all__ = ["ROUTERS"]
