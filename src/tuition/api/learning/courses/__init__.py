"""Courses, lessons, enrollments: what is taught, what is open, who learns it."""

from tuition.api.learning.courses import courses, enrollments, groups, lessons, members, staff

ROUTERS = [courses.router, staff.router, lessons.router, enrollments.router, members.router, groups.router]

__all__ = ["ROUTERS"]
