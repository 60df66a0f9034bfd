"""Forgetting what has expired."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from tuition.identity.models import Challenge, MailedToken, RefreshToken, SignIn, SignInThrottle
from tuition.identity.rules.sign_ins import FORGET_FAILURES_AFTER
from tuition.platform import jobs
from tuition.platform.database import Session

KEEP_MAILED = timedelta(days=30)
KEEP_SIGN_INS = timedelta(days=90)
"""For the person's own list, and for finding out about a theft."""


@jobs.every("23 3 * * *", "identity.forget_expired")
async def forget_expired(session: Session, *, now: datetime) -> None:
    """Delete mailed tokens, unanswered questions, ended sign-ins and counted failures whose time is over."""
    await session.execute(delete(Challenge).where(Challenge.expires_at <= now))
    await session.execute(delete(MailedToken).where(MailedToken.expires_at <= now - KEEP_MAILED))
    await session.execute(delete(RefreshToken).where(RefreshToken.expires_at <= now))
    over = or_(SignIn.ended_at <= now - KEEP_SIGN_INS, SignIn.expires_at <= now - KEEP_SIGN_INS)
    await session.execute(delete(SignIn).where(over))
    await session.execute(delete(SignInThrottle).where(SignInThrottle.last_failed_at <= now - FORGET_FAILURES_AFTER))
