"""Nothing yet: courses come here."""

from __future__ import annotations

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
