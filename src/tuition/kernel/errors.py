"""Refusals. A room raises a ``DomainError``; only the edges know which HTTP status it becomes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self


class ErrorKind(StrEnum):
    """What sort of refusal it is. The edge maps each kind to one status (RFC 9110)."""

    UNAUTHENTICATED = "unauthenticated"
    """Nobody is signed in, or the credentials are wrong (401)."""
    NEEDS_MONEY = "needs_money"
    """It would be possible with money (402)."""
    NEEDS_PERMISSION = "needs_permission"
    """It needs a role, a verified address or a consent (403)."""
    NOT_FOUND = "not_found"
    """It does not exist, or it is not yours: the two look the same (404)."""
    CONFLICT = "conflict"
    """The state of the thing does not allow it (409)."""
    GONE = "gone"
    """It existed and has ended for good (410)."""
    TOO_LARGE = "too_large"
    """A stated limit is exceeded (413)."""
    INVALID = "invalid"
    """The input is well formed and still wrong (422)."""
    TOO_MANY = "too_many"
    """Too often; ``retry_after_s`` among the fields says when to come back (429)."""
    UNAVAILABLE = "unavailable"
    """Something outside does not answer at the moment (503)."""


class Phrase(str):
    """A part of a sentence that is a sentence of the catalogues itself: a reason with figures in it.

    It reads in English, filled in, wherever nobody translates; whoever does takes ``template`` and ``fields``.
    """

    __slots__ = ("fields", "template")

    template: str
    fields: Mapping[str, Any]

    def __new__(cls, template: str, /, **fields: Any) -> Self:
        """The template filled with the fields."""
        made = super().__new__(cls, template.format_map(fields) if fields else template)
        made.template, made.fields = template, fields
        return made


class DomainError(Exception):
    """Something that was asked for cannot be done."""

    # A subclass's docstring is the sentence that a person reads; `{name}` is filled from the fields. It is also the
    # message id of the translation catalogues, so that one text serves the API, the pages and the command line.

    kind: ClassVar[ErrorKind] = ErrorKind.INVALID
    code: ClassVar[str] = "kernel.refused"
    """Stable name for programs: ``room.what_happened``."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(self.sentence)

    @classmethod
    def template(cls) -> str:
        """The untranslated sentence, with its placeholders: the message id of the catalogues."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    @property
    def sentence(self) -> str:
        """The sentence in English, filled in."""
        return self.template().format_map(self.fields)
