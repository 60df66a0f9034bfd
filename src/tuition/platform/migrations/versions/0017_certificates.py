"""Nothing yet: certificates come here."""

from __future__ import annotations

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Nothing."""


def downgrade() -> None:
    """Nothing."""
