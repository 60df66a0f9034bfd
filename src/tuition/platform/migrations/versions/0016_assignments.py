"""Nothing yet: assignments come here."""

from __future__ import annotations

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
