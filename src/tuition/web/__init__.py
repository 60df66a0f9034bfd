"""The pages, one file per room. Knows forms and templates and no business: read the form, call one room, render."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.web import identity, learning, money, owner, site, storefront, studio

ROUTERS: list[APIRouter] = [
    *site.ROUTERS,
    *identity.ROUTERS,
    *money.ROUTERS,
    *owner.ROUTERS,
    *learning.ROUTERS,
    *storefront.ROUTERS,
    *studio.ROUTERS,
]
"""Every router of the pages."""
PICTURES: list[APIRouter] = site.PICTURES
"""Routers of pictures, which nothing surrounds."""
