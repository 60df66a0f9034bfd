"""Giving the pictures of a file addresses, and their names back when it is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self
from uuid import UUID

from tuition.identity import Actor
from tuition.learning import pictures
from tuition.learning.exchange.formats.pictures import Shelf, named_in
from tuition.learning.questions import AnyQuestion, parse
from tuition.platform import files
from tuition.platform.database import Session

Written = tuple[AnyQuestion, Decimal, Iterable[str]]


@dataclass
class Hanging:
    """Where the pictures of one file go. Each is kept when the first text that shows it is."""

    session: Session
    store: files.Store
    actor: Actor
    shelf: Shelf
    course_id: UUID | None = None
    bank_id: UUID | None = None
    _addresses: dict[str, str] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        if kind is not None:
            # What shows them is rolled back.
            for address in self._addresses.values():
                for picture_id in pictures.mentioned(address):
                    await self.store.delete(pictures.key_of(picture_id))

    async def text(self, written: str) -> str:
        """A text with addresses for names."""
        for name in named_in(written):
            looked = self.shelf.taken.get(name)
            if looked is None:
                continue
            if name not in self._addresses:
                made = await pictures.keep_picture(
                    self.session,
                    self.actor,
                    looked,
                    file_name=name.rpartition("/")[2],
                    course_id=self.course_id,
                    bank_id=self.bank_id,
                )
                # Before the row is committed: a picture that is noted is there.
                await self.store.put(pictures.key_of(made.id), looked.data, content_type=looked.content_type)
                self._addresses[name] = pictures.address_of(made.id)
            written = written.replace(name, self._addresses[name])
        return written

    async def questions(self, listed: Sequence[Written]) -> list[Written]:
        """The same of all that questions say."""
        return [(await self._question(body), points, tags) for body, points, tags in listed]

    async def _question(self, body: AnyQuestion) -> AnyQuestion:
        written = body.model_dump_json()
        if not named_in(written):
            return body
        return parse(json.loads(await self.text(written)))
