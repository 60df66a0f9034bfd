"""Terms that changed while somebody was here: they agree to the new ones before they spend or earn again."""

from __future__ import annotations

from sqlalchemy import select

from tuition.identity import errors, legal
from tuition.identity.actions.accounts.joining import record_acceptance
from tuition.identity.actor import Actor
from tuition.identity.models import TermsAcceptance
from tuition.kernel import clock
from tuition.platform.database import AnySession, Session


async def terms_due(session: AnySession, actor: Actor) -> legal.Text | None:
    """The terms of use that a person has yet to agree to; ``None``: they agreed to them, or to a later text.

    Whoever came before the owner published anything agreed to what came with the product, or was told of it by the owner.
    """
    text = await legal.current_text(session, "terms", actor.locale)
    if text.published_at is None:
        return None
    agreed = select(TermsAcceptance.id).where(
        TermsAcceptance.user_id == actor.id,
        TermsAcceptance.kind == text.kind,
        (TermsAcceptance.text_sha256 == text.sha256) | (TermsAcceptance.accepted_at >= text.published_at),
    )
    return None if await session.scalar(agreed.limit(1)) is not None else text


async def require_terms(session: AnySession, actor: Actor) -> None:
    """Refuse somebody who has yet to agree to the present terms. Raises ``TermsChanged``."""
    if await terms_due(session, actor) is not None:
        raise errors.TermsChanged


async def accept_terms(session: Session, actor: Actor, *, text_sha256: str, ip: str = "") -> None:
    """Agree to the present terms, by the hash of what was shown. Twice is once. Raises ``TermsNotAccepted``."""
    text = await legal.current_text(session, "terms", actor.locale)
    if text_sha256 != text.sha256:
        raise errors.TermsNotAccepted
    if await terms_due(session, actor) is not None:
        record_acceptance(session, actor.id, text, ip=ip, at=clock.now())
