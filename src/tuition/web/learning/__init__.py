"""Pages of the school: learning, and the proof of it."""

from tuition.web.learning import awarding, certificates, courses, exchange, quizzes, verifying

ROUTERS = [*courses.ROUTERS, certificates.router, verifying.router, awarding.router, exchange.router, *quizzes.ROUTERS]

__all__ = ["ROUTERS"]
