"""How a bad setting is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from tuition.kernel import DomainError, ErrorKind


class SettingsInvalid(DomainError):
    """Tuition does not start with these settings: {problems}"""

    kind: ClassVar[ErrorKind] = ErrorKind.INVALID
    code: ClassVar[str] = "platform.settings_invalid"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        """One line each, beginning with the name of the setting."""
        super().__init__(problems="".join(f"\n  {problem}" for problem in problems))
