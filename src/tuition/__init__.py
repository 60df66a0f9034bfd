"""Tuition: paid learning, self-hosted. Teach anything, charge any way, account for every cent."""

__version__ = "0.1.0"
