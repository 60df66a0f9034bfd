"""The floor plan, as far as the rules need it. Who may import whom is written once, in ``.importlinter``."""

from __future__ import annotations

EDGES = frozenset({"edge", "api", "web", "cli", "main", "__main__"})
"""Where protocols live and transactions begin and end."""

MONEY = frozenset({"ledger", "wallets", "commerce", "payments", "metering", "earnings", "pool"})
"""Rooms in which every number may be somebody's money (``kernel/money.py`` is the eighth)."""

KNOWS_NO = {
    "playback": MONEY,
    "learning": MONEY,
    "ledger": frozenset({"identity"}),
}
"""Rooms that some subject must never reach, although their floor would allow it."""

PARTED = frozenset({"platform", "learning", "edge", "api", "web", "cli"})
"""Packages whose parts are doors of their own: they hold one file or folder per subject, or per room."""

PARTS_ARE_ROOMS = frozenset({"learning"})
"""Those of them whose parts are rooms to each other: entered by the door, with refusals of their own."""
