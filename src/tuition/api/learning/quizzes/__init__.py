"""Questions, banks, quizzes and attempts over HTTP."""

from tuition.api.learning.quizzes import attempts, banks, grading, questions, quizzes

ROUTERS = [banks.router, questions.router, quizzes.router, attempts.router, grading.router]

__all__ = ["ROUTERS"]
