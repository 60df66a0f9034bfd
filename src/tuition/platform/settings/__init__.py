"""What whoever runs Tuition decides before it starts: environment (``TUITION_*``), then ``tuition.toml``, then the defaults.

What an owner changes while it runs (name, colours, fees) is the row of ``platform_settings``, not here.
Invariants: a bad value or an unknown name is refused at start, by name; a secret is never shown; time stands still in tests only.
"""

from tuition.platform.settings.errors import SettingsInvalid
from tuition.platform.settings.groups import OpenIdProvider
from tuition.platform.settings.loading import CONFIG_VARIABLE, PREFIX, load
from tuition.platform.settings.secret import secret_key
from tuition.platform.settings.settings import Settings
from tuition.platform.settings.values import LogFormat, LogLevel, MailProvider, Mode, Role

__all__ = [
    "CONFIG_VARIABLE",
    "PREFIX",
    "LogFormat",
    "LogLevel",
    "MailProvider",
    "Mode",
    "OpenIdProvider",
    "Role",
    "Settings",
    "SettingsInvalid",
    "load",
    "secret_key",
]
