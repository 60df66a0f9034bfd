"""What the forms about people have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypedDict
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from tuition import identity
from tuition.edge import runtime_of, set_sign_in_cookie, unit_of
from tuition.kernel import DomainError
from tuition.platform.database import Session
from tuition.web.rendering import page_reader, reading_as, refusal, see_other, shell_of
from tuition.web.rendering.reader import COOKIE_LANGUAGE
from tuition.web.site.appearance import YEAR_S

COOKIE_MAX_AGE_S = 400 * 24 * 3600
"""As long as browsers allow: when a sign-in ends is decided here by its row, not there by the cookie."""
DEVICE_COOKIE = "device"
SECOND_STEP_COOKIE = "second_step"
"""What stands for the first proof while the second one is given."""
SECOND_STEP_S = 15 * 60
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


class Device(TypedDict):
    """Where a sign-in comes from."""

    ip: str
    user_agent: str
    lifetime: timedelta
    device: str


def device_of(request: Request) -> Device:
    """The device that asks, by the word that it kept when it was signed in before."""
    unit = unit_of(request)
    return {
        "ip": unit.client.ip,
        "user_agent": unit.client.user_agent,
        "lifetime": timedelta(days=unit.runtime.settings.session_days),
        "device": request.cookies.get(DEVICE_COOKIE, "")[:100],
    }


def party_of(request: Request) -> identity.RelyingParty:
    """Who we are to passkeys."""
    settings = runtime_of(request).settings
    return identity.RelyingParty.of(settings.public_url, shell_of(request).site.name)


def keep(request: Request, response: Response, name: str, value: str, *, max_age_s: int, path: str = "/") -> None:
    """Let the browser keep something that no script may read."""
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=max_age_s, path=path, secure=secure, httponly=True, samesite="lax")


async def let_in(request: Request, session: Session, outcome: identity.BrowserSignIn | identity.SecondStep, to: str) -> Response:
    """After a proof: on to the second one, or in; whoever has to set a second step up is led there first."""
    if isinstance(outcome, identity.SecondStep):
        response = see_other(request, f"/sign-in/second?next={quote(to)}")
        keep(request, response, SECOND_STEP_COOKIE, outcome.token, max_age_s=SECOND_STEP_S, path="/sign-in")
        return response
    actor = await identity.get_actor(session, outcome.person_id)
    lacks = actor is not None and await identity.lacks_second_factor(session, actor)
    response = see_other(request, f"/settings/security/required?next={quote(to)}" if lacks else to)
    set_sign_in_cookie(request, response, outcome.cookie, max_age_s=COOKIE_MAX_AGE_S)
    keep(request, response, DEVICE_COOKIE, outcome.device, max_age_s=COOKIE_MAX_AGE_S)
    response.delete_cookie(SECOND_STEP_COOKIE, path="/sign-in")
    return response
