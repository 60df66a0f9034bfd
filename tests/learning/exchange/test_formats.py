"""Reading what other programs write, and writing what comes back equal."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.learning.exchange import samples
from tuition.learning.exchange.formats import cartridge, markdown, qti_legacy, qti_package
from tuition.learning.exchange.formats.moodle import gift
from tuition.learning.exchange.formats.moodle import xml as moodle
from tuition.learning.exchange.values import FoundCourse, FoundFile, FoundLesson, FoundQuestion, Item, Outcome
from tuition.learning.questions import (
    AnyQuestion,
    Cloze,
    Essay,
    Matching,
    MultipleChoice,
    Numeric,
    ShortAnswer,
    TrueFalse,
    parse,
    points_for,
)
from tuition.platform.files import Archive, FileTooLarge, FileUnreadable, parse_xml

HERE = Item("", "lesson", Outcome.IMPORTED)


def bodies(found: list[FoundQuestion]) -> list[AnyQuestion]:
    return [one.body for one in found if one.body is not None]


def everything() -> list[AnyQuestion]:
    return [*bodies(list(gift.read(samples.GIFT))), *bodies(list(moodle.read(samples.MOODLE_XML)))]


def test_gift_has_an_outcome_for_every_question() -> None:
    found = {one.item.name: one for one in gift.read(samples.GIFT)}
    assert {name: one.item.outcome.value for name, one in found.items()} == {
        "Q1": "imported",
        "Q2": "imported",
        "Q3": "converted",
        "Q4": "imported",
        "Q5": "imported",
        "Q6": "imported",
        "Q7": "imported",
        "What two people are entombed in Grant's tomb?": "imported",
        "A text only.": "skipped",
        "Esc": "imported",
        "Broken": "skipped",
        "All wrong": "skipped",
    }
    assert all(one.item.note for one in found.values() if one.item.outcome is not Outcome.IMPORTED)
    assert found["Q1"].tags == ("easy",)
    assert found["Esc"].tags == ("Small",)
    q1, q2, q4, esc = (found[name].body for name in ("Q1", "Q2", "Q4", "Esc"))
    assert isinstance(q1, TrueFalse)
    assert q1.answer
    assert isinstance(q2, MultipleChoice)
    assert [(option.text, option.is_correct) for option in q2.options] == [("yellow", True), ("red", False), ("blue", False)]
    assert q2.options[1].feedback == "wrong, it's yellow"
    assert isinstance(q4, Matching)
    assert [distractor.text for distractor in q4.distractors] == ["nothing"]
    assert isinstance(esc, MultipleChoice)
    assert (esc.text, esc.options[0].text) == ("Is 2 = 2 {set}?", "yes~")


def test_weights_of_gift_are_worth_what_they_say() -> None:
    tomb = next(one.body for one in gift.read(samples.GIFT) if one.item.name.startswith("What two"))
    assert isinstance(tomb, MultipleChoice)
    ids = {option.text: option.id for option in tomb.options}

    def worth(*texts: str) -> Decimal:
        share = tomb.mark({"choices": [ids[text] for text in texts]}).share
        assert share is not None
        return points_for(share, Decimal(2))

    assert (worth("Grant", "Grant's wife"), worth("Grant"), worth("Grant", "No one")) == (Decimal(2), Decimal(1), Decimal(0))


def test_moodle_xml_has_an_outcome_for_every_question() -> None:
    found = {one.item.name: one for one in moodle.read(samples.MOODLE_XML)}
    skipped = {name for name, one in found.items() if one.item.outcome is Outcome.SKIPPED}
    assert (len(found), skipped) == (9, {"Words", "Weird"})
    assert found["Cap"].points == Decimal("2.00")
    assert found["Cap"].tags == ("Default for X", "geo")
    gaps, fall = found["Gaps"].body, found["Fall"].body
    assert isinstance(gaps, Cloze)
    assert [gap.kind for gap in gaps.gaps] == ["number", "choice", "words"]
    assert isinstance(fall, Numeric)
    assert fall.mark({"number": "9.8", "unit": ""}).share == 1


def test_a_question_of_moodle_with_a_picture_says_that_it_is_gone() -> None:
    data = (
        b'<quiz><question type="essay"><name><text>P</text></name><questiontext format="html"><text><![CDATA[<p>See'
        b' <img src="@@PLUGINFILE@@/x.png"> and tell.</p>]]></text><file name="x.png">AAAA</file></questiontext></question>'
        b"</quiz>"
    )
    (found,) = moodle.read(data)
    assert (found.item.outcome, "pictures" in found.item.note) == (Outcome.CONVERTED, True)


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_qti_comes_back_equal(version: str) -> None:
    asked = everything()
    data = qti_package.write([(body, Decimal("2.50"), ("a", "b")) for body in asked], title="All", version=version)
    found = list(qti_package.read(data))
    assert bodies(found) == asked
    assert {one.points for one in found if one.body} == {Decimal("2.50")}
    assert {one.tags for one in found if one.body} == {("a", "b")}


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_qti_that_another_program_changed_counts_as_it_stands(version: str) -> None:
    question = parse(
        {"type": "multiple_choice", "text": "Capital?", "options": [{"text": "Paris", "is_correct": True}, {"text": "Lyon"}]}
    )
    data = qti_package.write([(question, Decimal(1), ())], title="One", version=version)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["items/item-00001.xml"] = files["items/item-00001.xml"].replace(b"Lyon", b"Nice")
    (read,) = bodies(list(qti_package.read(samples.zipped(files))))
    assert isinstance(read, MultipleChoice)
    assert [(option.text, option.is_correct) for option in read.options] == [("Paris", True), ("Nice", False)]


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_what_qti_itself_says_is_worth_the_same(version: str) -> None:
    """Without what stands beside the items: every kind is still the same question, as far as the format reaches."""
    asked = everything()
    data = qti_package.write([(body, Decimal(2), ()) for body in asked], title="All", version=version)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["imsmanifest.xml"] = re.sub(rb'digest="[0-9a-f]+"', b'digest="0"', files["imsmanifest.xml"])
    read = bodies(list(qti_package.read(samples.zipped(files))))
    assert len(read) == len(asked)
    for before, after in zip(asked, read, strict=True):
        assert (after.type, after.text) == (before.type, before.text)
        if isinstance(before, MultipleChoice | TrueFalse | ShortAnswer | Matching | Essay):
            assert after == before


def test_a_cartridge_of_another_program_becomes_a_course() -> None:
    course = cartridge.read(samples.cartridge())
    assert course.title == "The sky"
    assert [(lesson.depth, lesson.kind, lesson.title, lesson.item.outcome.value) for lesson in course.lessons] == [
        (0, "text", "Chapter", "imported"),
        (1, "text", "Stars", "imported"),
        (1, "quiz", "Check", "imported"),
        (1, "text", "More", "converted"),
    ]
    assert course.lessons[1].body == "## Stars\n\nThey **burn**."
    assert [one.item.outcome.value for one in course.lessons[2].questions] == ["imported", "skipped"]
    assert {item.name: item.outcome.value for item in course.loose} == {
        "Tool": "skipped",
        "Lost": "skipped",
        "w/star.png": "skipped",
    }
    assert all(item.note for item in course.loose)


def test_a_cartridge_comes_back_equal() -> None:
    asked = [FoundQuestion(HERE, body, Decimal("1.50")) for body in everything()]
    lessons = [
        FoundLesson(HERE, "One", 0, body="Hello **x** & <y>"),
        FoundLesson(HERE, "Chapter", 0),
        FoundLesson(HERE, "Inside", 1, body="deep\n\n- a\n- b"),
        FoundLesson(HERE, "Quiz", 1, kind="quiz", questions=asked),
        FoundLesson(HERE, "Book", 0, kind="document", file=FoundFile("a/b.pdf", b"%PDF-1.4")),
    ]
    read = cartridge.read(cartridge.write(FoundCourse("All", "About <all>", "en", lessons)))
    assert (read.title, read.description, read.language, read.loose) == ("All", "About <all>", "en", [])
    assert [(one.title, one.depth, one.kind, one.body) for one in read.lessons] == [
        (one.title, one.depth, one.kind, one.body) for one in lessons
    ]
    assert bodies(read.lessons[3].questions) == everything()
    assert {one.points for one in read.lessons[3].questions} == {Decimal("1.50")}
    assert read.lessons[4].file == FoundFile("r0005/b.pdf", b"%PDF-1.4")


def test_qti_1_2_says_what_it_can_by_itself() -> None:
    asked = [(body, Decimal(1)) for body in everything()]
    data, held = qti_legacy.write(asked, identifier="x", title="t")
    read = list(qti_legacy.read_all(parse_xml(data)))
    assert len(read) == len(held) == sum(isinstance(body, MultipleChoice | TrueFalse | ShortAnswer | Essay) for body, _ in asked)
    for one, place in zip(read, held, strict=True):
        before = asked[place][0]
        assert one.body is not None
        assert (one.body.type, one.body.text) == (before.type, before.text)


def test_a_folder_of_markdown_comes_back_equal() -> None:
    lessons = [
        FoundLesson(HERE, "One", 0, body="Hi", is_preview=True),
        FoundLesson(HERE, "عربي: 2", 0, body="مرحبا"),
        FoundLesson(HERE, "Sub", 1, body="body\n\n# not a title", video_url="https://example.org/v"),
        *(FoundLesson(HERE, f"Number {n}", 0, body=str(n)) for n in range(12)),
    ]
    read = markdown.read(markdown.write(FoundCourse("Course", "About", "", lessons)))
    assert (read.title, read.description) == ("Course", "About")
    assert [(one.title, one.depth, one.body, one.is_preview, one.video_url) for one in read.lessons] == [
        (one.title, one.depth, one.body, one.is_preview, one.video_url) for one in lessons
    ]


def test_a_folder_that_somebody_zipped_is_read_as_it_looks() -> None:
    data = samples.zipped(
        {
            "my course/README.md": "# The course\nAbout it.",
            "my course/2-second.md": "Two.",
            "my course/1-first/index.md": "# The first part",
            "my course/1-first/a_lesson.md": "---\ntitle: 'A: lesson'\npreview: true\n---\nText.",
            "my course/1-first/picture.png": b"x",
            "my course/.hidden.md": "no",
            "my course/broken.md": b"\xff\xfe",
        }
    )
    course = markdown.read(data)
    assert (course.title, course.description) == ("The course", "About it.")
    assert [(one.title, one.depth) for one in course.lessons] == [("The first part", 0), ("A: lesson", 1), ("Second", 0)]
    assert {item.name: item.outcome.value for item in course.loose} == {
        "README.md": "imported",
        "1-first/picture.png": "skipped",
        "broken.md": "skipped",
    }


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/../../b", "C:\\windows\\x", "..\\..\\x"],
    ids=["up", "root", "sneaky", "drive", "back"],
)
def test_a_path_that_climbs_out_refuses_the_package(name: str) -> None:
    with pytest.raises(FileUnreadable, match="outside"):
        Archive(samples.zipped({"imsmanifest.xml": b"<x/>", name: b"x"}))


def test_a_link_in_a_package_refuses_it() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FileUnreadable, match="link"):
        Archive(out.getvalue())


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    with pytest.raises(FileTooLarge):
        Archive(samples.bomb())


def test_an_archive_that_lies_about_its_size_is_stopped_while_it_is_read() -> None:
    data = samples.zipped({"x": Random(1).randbytes(100_000)})
    with Archive(data) as archive, pytest.raises(FileTooLarge):
        archive.read("x", limit=10_000)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
def test_half_a_package_is_none(cut: float) -> None:
    data = samples.cartridge()
    with pytest.raises(FileUnreadable):
        cartridge.read(data[: int(len(data) * cut)])


@pytest.mark.parametrize(
    "xml",
    [
        b"<quiz><question>",
        b"not xml",
        b'<!DOCTYPE q [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><quiz>&c;</quiz>',
        b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
        b"<other/>",
    ],
    ids=["cut", "text", "entities", "file", "other"],
)
def test_xml_that_is_broken_or_an_attack_is_refused(xml: bytes) -> None:
    with pytest.raises(FileUnreadable):
        list(moodle.read(xml))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}=~#%:->\\ \n$//[]50aT1.", max_size=120))
def test_no_gift_breaks_the_reader(text: str) -> None:
    for one in gift.read(text):
        assert (one.body is None) == (one.item.outcome is Outcome.SKIPPED)
        assert one.item.outcome is Outcome.IMPORTED or one.item.note


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="{}=~#%:\\ \n12aSHORTNUMERICALMCv_<>&;[]", max_size=150))
def test_no_moodle_cloze_breaks_the_reader(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    data = f'<quiz><question type="cloze"><questiontext><text>{escaped}</text></questiontext></question></quiz>'.encode()
    (one,) = moodle.read(data)
    assert (one.body is None) == (one.item.outcome is Outcome.SKIPPED)
