"""Parts of sentences that are sentences: English where nobody translates, the reader's language where somebody does."""

from __future__ import annotations

import copy
import pickle

from tests.metering.cinema import euro
from tuition import payments
from tuition.catalog import FieldInvalid
from tuition.commerce import NothingToRefund, Refusal
from tuition.kernel import Phrase
from tuition.learning.enrollments import LessonLocked, Lock, LockReason
from tuition.web.locales.extraction import phrases
from tuition.web.rendering import reading_as, refusal, spoken
from tuition.web.rendering.reader import Reader

ARABIC = Reader("ar")


def test_a_phrase_is_its_english_text_wherever_nobody_translates() -> None:
    phrase = Phrase("at most {most} characters", most=500)
    assert (phrase, phrase.template, dict(phrase.fields)) == (
        "at most 500 characters",
        "at most {most} characters",
        {"most": 500},
    )
    assert Phrase("50 % off {x}") == "50 % off {x}"
    for twin in (copy.copy(phrase), copy.deepcopy(phrase), pickle.loads(pickle.dumps(phrase))):
        assert (twin, twin.template) == (phrase, phrase.template)


def test_a_reason_with_figures_is_said_in_the_reader_s_language_with_their_figures() -> None:
    error = FieldInvalid(field="tags", reason=Phrase("at most {most} characters", most=20_000))
    assert "at most 20000 characters" in error.sentence
    with reading_as(ARABIC):
        said = refusal(error)
    assert "الحد الأقصى" in said
    assert "at most" not in said
    with reading_as(Reader("en")):
        assert "20,000" in refusal(error)
        assert "€3.50 was paid." in refusal(NothingToRefund(reason=Phrase("{paid} was paid.", paid=euro(350))))


def test_reasons_that_are_looked_up_are_translated_too() -> None:
    with reading_as(ARABIC):
        for error in (
            NothingToRefund(reason=Refusal.ALL_USED.sentence),
            LessonLocked(reason=Phrase("it opens on a later day."), lock=Lock(LockReason.NOT_YET), opens_at=None, first=None),
        ):
            assert not any("a" <= letter <= "z" for letter in refusal(error)), refusal(error)
        declined = payments.why_declined("card_declined", "Do not honour")
        assert spoken(declined) == "رفض مصرفك البطاقة."
        assert spoken(payments.why_declined("code_of_theirs", "Do not honour {x}")) == "Do not honour {x}"


def test_phrases_are_found_where_they_are_made() -> None:
    source = b'reasons = {1: Phrase("one {thing}", thing=1)}\nraise Refused(reason=Phrase("two") if x else Phrase("three"))\n'
    assert [found[2] for found in phrases(source)] == ["one {thing}", "two", "three"]
