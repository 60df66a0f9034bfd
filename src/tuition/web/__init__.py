"""The pages, one file per room. Knows forms and templates and no business: read the form, call one room, render."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web import appearance, identity

ROUTERS: list[APIRouter] = [appearance.router, *identity.ROUTERS]
"""Every router of the pages."""
