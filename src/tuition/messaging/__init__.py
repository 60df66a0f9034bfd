"""Telling people: notifications on the page, live, and by e-mail.

Words: a *notification* waits on the page until it is read; an *e-mail* is written in the reader's language when it is asked
for and carried by a job; a *kind* says what it is about, and decides whether a person may switch it off; *preferences* are
what they switched off; the *hub* passes news on to open pages. Invariants: what was rolled back was never told; the same
``dedupe_key`` tells once; nothing promotional reaches a minor, an unverified address or somebody who said no; the text of an
e-mail is encrypted at rest, and forgotten after sending where it held a secret link.
"""

from tuition.messaging import jobs, privacy, reactions
from tuition.messaging.actions.addresses import choose_notification_email
from tuition.messaging.actions.mailing import record_delivery, retry_email, send_email
from tuition.messaging.actions.notifying import mark_all_read, mark_read, notify
from tuition.messaging.actions.preferences import change_settings, confirm_notification_email, read_unsubscribe, unsubscribe
from tuition.messaging.errors import (
    AddressTokenRefused,
    EmailNotRetryable,
    EmailUnknown,
    NotificationUnknown,
    PreferenceInvalid,
    UnsubscribeTokenRefused,
)
from tuition.messaging.events import LowBalanceThresholdChanged
from tuition.messaging.letters import Letter, configure
from tuition.messaging.live import Hub, Live
from tuition.messaging.models import EmailLog, EmailStatus, Notification, NotificationSettings
from tuition.messaging.queries import (
    EmailBody,
    SettingsView,
    get_email_for,
    list_emails,
    list_notifications,
    low_balance_threshold,
    settings_of,
    unread_count,
)
from tuition.messaging.rules import EMAIL_KINDS, NOTIFICATION_KINDS, SWITCHABLE, Category

__all__ = [
    "EMAIL_KINDS",
    "NOTIFICATION_KINDS",
    "SWITCHABLE",
    "AddressTokenRefused",
    "Category",
    "EmailBody",
    "EmailLog",
    "EmailNotRetryable",
    "EmailStatus",
    "EmailUnknown",
    "Hub",
    "Letter",
    "Live",
    "LowBalanceThresholdChanged",
    "Notification",
    "NotificationSettings",
    "NotificationUnknown",
    "PreferenceInvalid",
    "SettingsView",
    "UnsubscribeTokenRefused",
    "change_settings",
    "choose_notification_email",
    "configure",
    "confirm_notification_email",
    "get_email_for",
    "jobs",
    "list_emails",
    "list_notifications",
    "low_balance_threshold",
    "mark_all_read",
    "mark_read",
    "notify",
    "privacy",
    "reactions",
    "read_unsubscribe",
    "record_delivery",
    "retry_email",
    "send_email",
    "settings_of",
    "unread_count",
    "unsubscribe",
]
