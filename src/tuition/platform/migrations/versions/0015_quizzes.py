"""Nothing yet: quizzes come here."""

from __future__ import annotations

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
