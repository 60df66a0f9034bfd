"""The school over HTTP, one file per part of the room."""

from tuition.api.learning import badges, certificates, courses, exchange, quizzes

ROUTERS = [
    *courses.ROUTERS,
    certificates.router,
    certificates.of_courses,
    badges.router,
    badges.well_known,
    *quizzes.ROUTERS,
    exchange.router,
]

__all__ = ["ROUTERS"]
