"""The desk of the assignments."""

from tests.learning.assignments.conftest import desk, school

__all__ = ["desk", "school"]
