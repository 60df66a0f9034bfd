"""Pages on which people learn: playing, courses, talking about them, and the proof of it."""

from tuition.web.learning import (
    assignments,
    certificates,
    community,
    courses,
    exchange,
    grades,
    playing,
    quizzes,
    teaching,
    verifying,
)

ROUTERS = [
    playing.router,
    *courses.ROUTERS,
    assignments.router,
    grades.router,
    certificates.router,
    verifying.router,
    exchange.router,
    *teaching.ROUTERS,
    *quizzes.ROUTERS,
    *community.ROUTERS,
]

__all__ = ["ROUTERS"]
