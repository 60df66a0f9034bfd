"""Pages of the school: learning, and the proof of it."""

from tuition.web.learning import assignments, awarding, certificates, courses, exchange, grades, grading, quizzes, verifying

ROUTERS = [
    *courses.ROUTERS,
    assignments.router,
    grading.router,
    grades.router,
    certificates.router,
    verifying.router,
    awarding.router,
    exchange.router,
    *quizzes.ROUTERS,
]

__all__ = ["ROUTERS"]
