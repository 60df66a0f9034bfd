"""What the forms about people have in common."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from tuition import identity
from tuition.kernel import DomainError
from tuition.web.rendering import page_reader, reading_as, refusal
from tuition.web.site.appearance import COOKIE_LANGUAGE, YEAR_S

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def spoken(request: Request, refusals: Mapping[str, DomainError]) -> dict[str, str]:
    """What is wrong, by field, in the reader's language."""
    with reading_as(page_reader(request)):
        return {field: refusal(error) for field, error in refusals.items()}


def beside(error: DomainError, *, otherwise: str = "form") -> str:
    """The field that a refusal belongs beside; ``form`` is above them all."""
    return (
        (getattr(error, "field", "") or otherwise)
        if isinstance(error, identity.InputRefused | identity.PasswordWrong)
        else otherwise
    )


def remember_language(response: Response, language: str) -> None:
    """Let this browser read in the language that was chosen, as the switch in the header does."""
    response.set_cookie(COOKIE_LANGUAGE, language, max_age=YEAR_S, path="/", samesite="lax")


def device_name(user_agent: str) -> str:
    """What to call a device in a list: its browser and its system, or the program's own name."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or user_agent.split(" ", maxsplit=1)[0][:60]
