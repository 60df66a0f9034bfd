"""The site's own settings: one row that the owner edits, and no deployment changes.

Words: *site settings* (brand, home page, contact, money and time rules) differ from the process's settings (``TUITION_*``).
Invariants: there is exactly one row; a value that makes no sense is refused with its name; a database is stamped *test* or
*live* once and for ever; every change leaves an audit entry.
"""

from tuition.platform.oversight.site.actions import change, stamp
from tuition.platform.oversight.site.models import Mode, PlatformSettings
from tuition.platform.oversight.site.queries import SiteSettings, current, glance
from tuition.platform.oversight.site.rules import CHANGEABLE, SettingInvalid, SettingUnknown, StampFixed

__all__ = [
    "CHANGEABLE",
    "Mode",
    "PlatformSettings",
    "SettingInvalid",
    "SettingUnknown",
    "SiteSettings",
    "StampFixed",
    "change",
    "current",
    "glance",
    "stamp",
]
