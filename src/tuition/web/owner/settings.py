"""The site's settings: its brand, its money, who it is by law, and the taxes it collects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from tuition import earnings, identity
from tuition.edge import EdgeRoute, Fresh, Reading, Writing
from tuition.kernel import Currency, DomainError, Money
from tuition.platform import site
from tuition.platform.database import AnySession
from tuition.web.owner.people import role_names
from tuition.web.owner.surroundings import Owner, owner_page
from tuition.web.rendering import languages, render, see_other
from tuition.web.rendering import translate as _
from tuition.web.rendering.drawing import colour, theme
from tuition.web.rendering.formatting import country_name
from tuition.web.studio.forms import Fields, Typed, is_on, read_money, read_percent, say
from tuition.web.studio.prices import CURRENCIES

router = APIRouter(prefix="/owner/settings", route_class=EdgeRoute, include_in_schema=False)
WORDS = (
    "platform_name", "logo_url", "primary_color", "hero_title", "hero_subtitle", "hero_background_url", "hero_cta_text",
    "hero_cta_link", "about_content", "contact_email", "email_from_name", "default_locale", "timezone",
)  # fmt: skip
LEGAL = ("legal_name", "legal_address", "legal_country", "tax_number")
DAYS = ("refund_window_days", "earnings_hold_days")
TOP_UPS = ("top_up_min", "top_up_max")
SAID = {"top_up_min_minor": "top_up_min", "top_up_max_minor": "top_up_max", "platform_fee_rate": "platform_fee"}
"""Settings whose field on the page has another name, because a person writes them otherwise than they are stored."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the forms: how it is filled, and how it is read."""

    template: str
    href: str
    fill: Callable[[site.SiteSettings], dict[str, str]]
    read: Callable[[Request, Fields, site.SiteSettings], tuple[dict[str, Any], dict[str, str]]]


def tabs() -> list[tuple[str, str]]:
    """The forms."""
    return [
        (_("Brand"), "/owner/settings"),
        (_("Money"), "/owner/settings/money"),
        (_("Legal"), "/owner/settings/legal"),
        (_("Taxes"), "/owner/settings/taxes"),
        (_("Sign-in"), "/owner/settings/sign-in"),
    ]


def _fill_brand(settings: site.SiteSettings) -> dict[str, str]:
    return {name: str(getattr(settings, name) or "") for name in WORDS} | {"sign_up_open": "yes" if settings.sign_up_open else ""}


def _read_brand(request: Request, typed: Fields, settings: site.SiteSettings) -> tuple[dict[str, Any], dict[str, str]]:
    del request, settings
    return {**{name: typed[name].strip() for name in WORDS}, "sign_up_open": is_on(typed, "sign_up_open")}, {}


def _fill_money(settings: site.SiteSettings) -> dict[str, str]:
    currency = Currency(settings.default_currency)
    return {
        "default_currency": settings.default_currency,
        "platform_fee": f"{(settings.platform_fee_rate * 100).normalize():f}",
        "refund_window_days": str(settings.refund_window_days),
        "earnings_hold_days": str(settings.earnings_hold_days),
        "top_up_min": f"{Money(settings.top_up_min_minor, currency).decimal:f}",
        "top_up_max": f"{Money(settings.top_up_max_minor, currency).decimal:f}",
    }


def _read_money(request: Request, typed: Fields, settings: site.SiteSettings) -> tuple[dict[str, Any], dict[str, str]]:
    errors: dict[str, str] = {}
    changes: dict[str, Any] = {"default_currency": typed["default_currency"]}
    fee = read_percent(typed["platform_fee"])
    if fee is None or not 0 <= fee <= 1:
        errors["platform_fee"] = _("Write a percentage from 0 to 100.")
    else:
        changes["platform_fee_rate"] = fee
    for name in DAYS:
        if typed[name].strip().isdecimal():
            changes[name] = int(typed[name])
        else:
            errors[name] = _("Write a number of days.")
    for name in TOP_UPS:
        try:
            changes[f"{name}_minor"] = read_money(typed[name], typed["default_currency"] or settings.default_currency).minor
        except DomainError as error:
            errors[name] = say(request, error)
    return changes, errors


def _fill_legal(settings: site.SiteSettings) -> dict[str, str]:
    return {name: str(getattr(settings, name) or "") for name in LEGAL}


def _read_legal(request: Request, typed: Fields, settings: site.SiteSettings) -> tuple[dict[str, Any], dict[str, str]]:
    del request, settings
    return {name: typed[name].strip() for name in LEGAL}, {}


def _fill_sign_in(settings: site.SiteSettings) -> dict[str, str]:
    from_then = settings.mfa_from.astimezone(ZoneInfo(settings.timezone)) if settings.mfa_from else None
    return dict.fromkeys(settings.mfa_roles, "yes") | {"mfa_from": from_then.date().isoformat() if from_then else ""}


def _read_sign_in(request: Request, typed: Fields, settings: site.SiteSettings) -> tuple[dict[str, Any], dict[str, str]]:
    del request
    roles = [role.value for role in identity.Role if is_on(typed, role.value)]
    try:
        day = date.fromisoformat(typed["mfa_from"]) if typed["mfa_from"] else None
    except ValueError:
        return {}, {"mfa_from": _("Write a day.")}
    from_then = datetime.combine(day, time(), ZoneInfo(settings.timezone)) if day else None
    return {"mfa_roles": roles, "mfa_from": from_then}, {}


BRAND = Part("settings/brand.html", "/owner/settings", _fill_brand, _read_brand)
MONEY = Part("settings/money.html", "/owner/settings/money", _fill_money, _read_money)
LEGALLY = Part("settings/legal.html", "/owner/settings/legal", _fill_legal, _read_legal)
SIGN_IN = Part("settings/sign_in.html", "/owner/settings/sign-in", _fill_sign_in, _read_sign_in)


def _page(
    request: Request, part: Part, settings: site.SiteSettings, values: Mapping[str, str], errors: Mapping[str, str]
) -> Response:
    context: dict[str, Any] = {
        "tabs": tabs(),
        "tab": part.href,
        "values": values,
        "errors": errors,
        "settings": settings,
        "countries": _countries(),
        "currencies": list(dict.fromkeys([settings.default_currency, *CURRENCIES])),
        "languages_known": list(languages().items()),
        "role_names": role_names(),
        "zones": sorted(available_timezones() | {"UTC"}),
        "looks": _looks(values.get("primary_color", settings.primary_color)),
    }
    return owner_page(request, part.template, status=422 if errors else 200, **context)


def _countries() -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in identity.COUNTRIES), key=lambda pair: pair[1])


async def _change(request: Request, session: Any, actor: identity.Actor, typed: Fields, part: Part) -> Response:
    settings = await site.current(session)
    changes, errors = part.read(request, typed, settings)
    if not errors:
        try:
            await site.change(session, actor.id, **changes)
        except site.SettingInvalid as error:
            name = str(error.fields["name"]).split(".", maxsplit=1)[0]
            problem = _(str(error.fields["problem"]))
            errors[SAID.get(name, name)] = f"{problem[:1].upper()}{problem[1:].rstrip('.')}."
    if errors:
        return _page(request, part, settings, typed, errors)
    return see_other(request, part.href, say=_("Saved."))


@router.get("")
async def brand(request: Request, session: Reading, actor: Owner) -> Response:
    """Name, colour, home page, contact."""
    del actor
    settings = await site.current(session)
    return _page(request, BRAND, settings, BRAND.fill(settings), {})


@router.post("")
async def change_brand(request: Request, session: Writing, actor: Owner, typed: Typed) -> Response:
    """Change them, all or none."""
    return await _change(request, session, actor, typed, BRAND)


@router.get("/money")
async def money(request: Request, session: Reading, actor: Owner) -> Response:
    """The currency, the fee, refunds, top-ups."""
    del actor
    settings = await site.current(session)
    return _page(request, MONEY, settings, MONEY.fill(settings), {})


@router.post("/money")
async def change_money(request: Request, session: Writing, actor: Owner, typed: Typed) -> Response:
    """Change them, all or none. What was sold keeps the terms that it was sold on."""
    return await _change(request, session, actor, typed, MONEY)


@router.get("/legal")
async def legal(request: Request, session: Reading, actor: Owner) -> Response:
    """Whose name invoices bear."""
    del actor
    settings = await site.current(session)
    return _page(request, LEGALLY, settings, LEGALLY.fill(settings), {})


@router.post("/legal")
async def change_legal(request: Request, session: Writing, actor: Owner, typed: Typed) -> Response:
    """Change it. Invoices that were written keep what they said."""
    return await _change(request, session, actor, typed, LEGALLY)


@router.get("/sign-in")
async def sign_in(request: Request, session: Reading, actor: Owner) -> Response:
    """Who must have a second step."""
    del actor
    settings = await site.current(session)
    return _page(request, SIGN_IN, settings, SIGN_IN.fill(settings), {})


@router.post("/sign-in")
async def change_sign_in(request: Request, session: Writing, actor: Owner, fresh: Fresh, typed: Typed) -> Response:
    """Change it. Whoever has none is led to set one up."""
    del fresh
    try:
        identity.check_requirement(actor, [role.value for role in identity.Role if is_on(typed, role.value)])
    except identity.OwnSecondFactorFirst as error:
        settings = await site.current(session)
        return _page(request, SIGN_IN, settings, typed, {"form": say(request, error)})
    return await _change(request, session, actor, typed, SIGN_IN)


@dataclass(frozen=True, slots=True)
class Look:
    """One theme with a colour: what it is drawn with, and how well it reads."""

    name: str
    colours: dict[str, str]
    button: float
    link: float

    @property
    def reads(self) -> bool:
        """Whether both reach WCAG's AA."""
        return min(self.button, self.link) >= colour.AA_TEXT


def _looks(primary: str) -> list[Look] | None:
    try:
        colour.parse(primary)
    except ValueError:
        return None
    looks = []
    for name, palette in zip((_("Light"), _("Dark")), theme.palettes(primary), strict=True):
        shown = ("page", "sheet", "rule", "ink", "muted", "color-primary", "color-primary-content", "accent-ink", "tint")
        colours = {one.replace("-", "_"): palette[one].hex for one in shown}
        button = colour.contrast(palette["color-primary"], palette["color-primary-content"])
        link = colour.contrast(palette["accent-ink"], palette["sheet"])
        looks.append(Look(name, colours, round(button, 1), round(link, 1)))
    return looks


@router.get("/colour")
async def preview_colour(request: Request, actor: Owner, primary_color: Annotated[str, Query(max_length=20)] = "") -> Response:
    """How pages would look with a colour, light and dark, while it is being chosen."""
    del actor
    return render(request, "owner/settings/_looks.html", looks=_looks(primary_color))


@router.get("/taxes")
async def taxes(request: Request, session: Reading, actor: Owner) -> Response:
    """What is collected for which state."""
    del actor
    return await _taxes_page(request, session, {}, {})


async def _taxes_page(request: Request, session: AnySession, values: Mapping[str, str], errors: dict[str, str]) -> Response:
    context: dict[str, Any] = {
        "tabs": tabs(),
        "tab": "/owner/settings/taxes",
        "values": values,
        "errors": errors,
        "rates": await earnings.tax_rates(session),
        "countries": [(earnings.ANYWHERE, _("Everywhere else")), *_countries()],
        "anywhere": earnings.ANYWHERE,
    }
    return owner_page(request, "settings/taxes.html", status=422 if errors else 200, **context)


@router.post("/taxes")
async def set_tax(request: Request, session: Writing, actor: Owner, typed: Typed) -> Response:
    """Let a rate hold from now on."""
    rate: Decimal | None = read_percent(typed["rate"])
    errors: dict[str, str] = {}
    if rate is None:
        errors["rate"] = _("Write a percentage, such as 14.")
    if not typed["country"]:
        errors["country"] = _("Choose a country.")
    if not typed["name"].strip():
        errors["name"] = _("What is the tax called there? VAT, for example.")
    if rate is not None and not errors:
        try:
            await earnings.set_tax_rate(
                session,
                actor.id,
                country=typed["country"],
                name=typed["name"].strip()[:60],
                rate=rate,
                is_inclusive=typed["is_inclusive"] != "no",
            )
        except earnings.TaxRateInvalid as error:
            errors["rate"] = say(request, error)
    if errors:
        return await _taxes_page(request, session, typed, errors)
    return see_other(request, "/owner/settings/taxes", say=_("The rate holds from now on. Sales that were made keep theirs."))


@router.post("/taxes/end")
async def end_tax(request: Request, session: Writing, actor: Owner, typed: Typed) -> Response:
    """End a rate now."""
    await earnings.end_tax_rate(session, actor.id, typed["country"])
    return see_other(request, "/owner/settings/taxes", say=_("The rate has ended."), tone="note")
