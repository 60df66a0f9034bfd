"""Playing: sessions, visits without an account, the heartbeat, and the media that a lease lets out."""

from __future__ import annotations

from fastapi import APIRouter

from tuition.api.playing import media, sessions, visits
from tuition.api.playing.batcher import Batcher
from tuition.api.playing.heartbeat import OPERATION, PATH, Heartbeat

ROUTERS: list[APIRouter] = [sessions.router, visits.router, media.router]

__all__ = ["OPERATION", "PATH", "ROUTERS", "Batcher", "Heartbeat"]
