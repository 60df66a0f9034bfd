"""What waits to be graded, grading it, and what it comes to."""

from tuition.web.learning.grades import book, desk, queue

ROUTERS = [queue.router, desk.router, book.router]

__all__ = ["ROUTERS"]
