"""Quizzes on pages: taking one, writing one, grading, figures."""

from tuition.web.learning.quizzes import taking

ROUTERS = [taking.router]

__all__ = ["ROUTERS"]
