"""The command line: ``tuition …``. Knows arguments and terminals and no business."""

from tuition.cli.application import main

__all__ = ["main"]
