"""Pages on which people talk: questions and replies, reviews, announcements, reports."""

from tuition.web.learning.community import announcements, discussions, reports, reviews, threads

ROUTERS = [discussions.router, threads.router, reviews.router, announcements.router, reports.router]

__all__ = ["ROUTERS"]
