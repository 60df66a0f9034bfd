"""The content security policy of pages: scripts are files of ours, styles ours or nonced, nothing inline."""

from __future__ import annotations

from collections.abc import Mapping

_POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "frame-src": "'self'",
    "img-src": "'self' https: data: blob:",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self' 'nonce-{nonce}'",
    "worker-src": "'self' blob:",
}
"""Pictures may come from anywhere over https, because a logo may live on the owner's other site."""


def content_policy(nonce: str, additions: Mapping[str, str]) -> str:
    """The header's value. ``additions`` adds sources to directives; a directive that does not exist is a mistake."""
    unknown = additions.keys() - _POLICY.keys()
    assert not unknown, f"unknown directives: {sorted(unknown)}"
    parts = []
    for directive, sources in _POLICY.items():
        extra = f" {additions[directive]}" if directive in additions else ""
        parts.append(f"{directive} {sources.format(nonce=nonce)}{extra}")
    return "; ".join(parts)
