"""What learners see of courses: the course player, enrolling, what they learn and how far they are."""

from tuition.web.learning.courses import dashboard, player

ROUTERS = [player.router, dashboard.router]

__all__ = ["ROUTERS"]
