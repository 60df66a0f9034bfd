"""Certificates and medals, typeset: what hangs on a wall and what is carried in a wallet."""

from tuition.learning.certificates.documents.house import Look, configure, house, look_of
from tuition.learning.certificates.documents.rendering import Paper, render_badge_png, render_badge_svg, render_certificate
from tuition.learning.certificates.documents.words import date_in, evidence_in, minutes_in

__all__ = [
    "Look",
    "Paper",
    "configure",
    "date_in",
    "evidence_in",
    "house",
    "look_of",
    "minutes_in",
    "render_badge_png",
    "render_badge_svg",
    "render_certificate",
]
