"""What others ask before they enrol somebody, sell a course or take it back: does it take them in, and how much was used?"""

from tuition.learning.enrollments.answers.admission import refusals
from tuition.learning.enrollments.answers.using import use_of

__all__ = ["refusals", "use_of"]
