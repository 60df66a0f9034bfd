"""Quizzes on pages: taking one, writing one, grading, figures."""

from tuition.web.learning.quizzes import banks, editing, grading, taking, writing

ROUTERS = [taking.router, writing.router, banks.overview, banks.router, editing.router, grading.router]

__all__ = ["ROUTERS"]
