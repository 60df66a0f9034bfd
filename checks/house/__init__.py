"""The house rules. Each rule is one function under ``rules``; a finding says where, which rule, and what to do instead."""

from checks.house.exceptions import Exceptions
from checks.house.source import Finding, House, Source

__all__ = ["Exceptions", "Finding", "House", "Source"]
