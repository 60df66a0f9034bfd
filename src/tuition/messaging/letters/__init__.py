"""Writing an e-mail: one template per kind, from which both its HTML and its plain text are made, so that they never differ."""

from tuition.messaging.letters.letterhead import Letterhead, configure, letterhead
from tuition.messaging.letters.writing import Letter, Reader, amount_text, spoken_value, write

__all__ = ["Letter", "Letterhead", "Reader", "amount_text", "configure", "letterhead", "spoken_value", "write"]
