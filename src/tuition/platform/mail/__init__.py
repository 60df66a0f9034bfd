"""Mail leaves the house here: one message, one transport, and an honest answer about what became of it.

Words: a *transport* carries a message to the outside (SMTP, Resend, SendGrid) or keeps it (the outbox). *Sent* means that
somebody else took charge of it; *delivered* that it arrived as far as it ever will. What a mail says is not decided here.
"""

from tuition.platform.mail.api import Resend, SendGrid
from tuition.platform.mail.message import MailRefused, MailUnavailable, Message, Outbox, Sent, Transport
from tuition.platform.mail.smtp import Smtp

__all__ = ["MailRefused", "MailUnavailable", "Message", "Outbox", "Resend", "SendGrid", "Sent", "Smtp", "Transport"]
