"""The school over HTTP, one file per part of the room."""

from tuition.api.learning import badges, certificates, courses, quizzes

ROUTERS = [*courses.ROUTERS, certificates.router, certificates.of_courses, badges.router, badges.well_known, *quizzes.ROUTERS]

__all__ = ["ROUTERS"]
