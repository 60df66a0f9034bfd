"""Pages on which people learn: playing, courses, talking about them, and the proof of it."""

from tuition.web.learning import (
    assignments,
    certificates,
    community,
    courses,
    exchange,
    grades,
    packages,
    playing,
    quizzes,
    teaching,
    verifying,
)

ROUTERS = [
    playing.router,
    *courses.ROUTERS,
    assignments.router,
    *grades.ROUTERS,
    certificates.router,
    verifying.router,
    exchange.router,
    *packages.ROUTERS,
    *teaching.ROUTERS,
    *quizzes.ROUTERS,
    *community.ROUTERS,
]

__all__ = ["ROUTERS"]
