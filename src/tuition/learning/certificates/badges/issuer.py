"""Who issues: this installation, under the name that its address on the net gives it (did:web)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


def did_of(address: str) -> str:
    """``https://school.example`` is ``did:web:school.example``; a port is escaped, a path becomes parts."""
    parts = urlsplit(address)
    return ":".join(["did:web", parts.netloc.replace(":", "%3A"), *(part for part in parts.path.split("/") if part)])


@dataclass(frozen=True, slots=True)
class Issuer:
    """The school as verifiers see it."""

    address: str
    """Where people reach it, without a slash at the end."""
    name: str

    @property
    def id(self) -> str:
        """Its name among issuers."""
        return did_of(self.address)

    @property
    def profile(self) -> dict[str, Any]:
        """Its profile, as it stands in every badge."""
        return {"id": self.id, "type": ["Profile"], "name": self.name, "url": self.address}

    def page_of(self, number: str) -> str:
        """Where anybody verifies a certificate."""
        return f"{self.address}/verify/{number}"

    def credential_of(self, number: str) -> str:
        """Where its badge is."""
        return f"{self.address}/v1/certificates/{number}/badge.json"

    def status_list(self, number: int) -> str:
        """Where a list of revocations is."""
        return f"{self.address}/v1/badges/status/{number}"
