"""SCORM packages in a browser: their files in a sandbox, the stage on which they play, and the teacher's desk."""

from tuition.web.learning.packages import desk, serving
from tuition.web.learning.packages.stage import stage_of

ROUTERS = [serving.router, desk.router]

__all__ = ["ROUTERS", "stage_of"]
