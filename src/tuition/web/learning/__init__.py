"""Pages of the school: learning, and the proof of it."""

from tuition.web.learning import awarding, certificates, quizzes, verifying

ROUTERS = [certificates.router, verifying.router, awarding.router, *quizzes.ROUTERS]

__all__ = ["ROUTERS"]
