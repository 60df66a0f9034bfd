"""What surrounds every page: the site, the person, their balance, what waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from starlette.requests import HTTPConnection

from tuition.kernel import Money
from tuition.web.rendering.drawing.theme import PRIMARY_DEFAULT

COOKIE_THEME = "theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Site:
    """The installation as its visitors see it."""

    name: str = "Tuition"
    tagline: str = ""
    primary_color: str = PRIMARY_DEFAULT
    logo_url: str | None = None
    contact_email: str | None = None
    default_language: str = "en"
    zone: str = "UTC"
    is_demo: bool = False
    sign_up_open: bool = True


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who is signed in, as the header shows them."""

    id: UUID
    name: str
    picture_url: str | None = None
    language: str | None = None
    zone: str | None = None
    may: frozenset[str] = frozenset()
    """Which side doors the menu offers: ``studio``, ``partners``, ``owner``."""


@dataclass(frozen=True, slots=True)
class NavLink:
    """One line of a navigation."""

    label: str
    href: str
    icon: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything around a page's own content."""

    site: Site = field(default_factory=Site)
    viewer: Viewer | None = None
    balance: Money | None = None
    unread: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    """How much waits behind a link of the side navigation, by its address."""


def shell_of(request: HTTPConnection) -> Shell:
    """The shell that was loaded for this request, or an anonymous one."""
    shell = getattr(request.state, "shell", None)
    return shell if isinstance(shell, Shell) else Shell()


def theme_of(request: HTTPConnection) -> str | None:
    """The theme this browser chose, or ``None`` to follow the system."""
    chosen = request.cookies.get(COOKIE_THEME)
    return chosen if chosen in THEMES else None


def is_current(request: HTTPConnection, href: str) -> bool:
    """Whether a link leads to where the reader is, or to the folder of it."""
    path = request.url.path
    return path == href or (href not in {"/", "/studio", "/owner"} and path.startswith(f"{href}/"))
