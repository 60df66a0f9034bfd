"""Writing an e-mail: one template per kind, from which both its HTML and its plain text are made, so that they never differ."""

from tuition.messaging.letters.letterhead import Letterhead, configure, letterhead
from tuition.messaging.letters.writing import Letter, Reader, write

__all__ = ["Letter", "Letterhead", "Reader", "configure", "letterhead", "write"]
