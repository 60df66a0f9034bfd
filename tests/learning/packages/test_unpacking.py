"""Packages arrive: read, unpacked and offered, or refused with the reason and nothing of them kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.learning.packages import samples
from tests.learning.packages.conftest import School
from tuition.kernel import clock
from tuition.learning import courses, packages
from tuition.learning.packages import PackageStatus, Standard
from tuition.learning.packages.actions.bringing import sweep
from tuition.platform import jobs


async def test_scorm_12_says_what_it_opens(school: School) -> None:
    package = await school.bring(samples.single_12(mastery="80"))
    assert (package.status, package.standard, package.edition, package.title) == ("ready", "1.2", "1.2", "Safety at work")
    (item,) = [packages.item_of(row) for row in package.items]
    assert (item.title, item.href, item.mastery, item.is_sco) == ("Safety", "index.html", "80", True)
    assert school.stored == package.file_count == 2
    async with school.database.reading() as session:
        row, shown = await packages.of_lesson(session, school.lesson_id)
        progress = await jobs.progress_of(session, ("package", package.id))
    assert (row.version, shown.id if shown else None, row.is_graded) == (1, package.id, False)
    assert progress is not None
    assert (progress.state, progress.done, progress.total) == ("succeeded", 2, 2)


async def test_scorm_2004_says_what_it_opens(school: School) -> None:
    package = await school.bring(samples.single_2004())
    (item,) = [packages.item_of(row) for row in package.items]
    assert (package.standard, package.edition) == (Standard.SCORM_2004, "2004 4th Edition")
    assert (item.href, item.mastery) == ("content/start.html?lang=en", "0.8")


async def test_items_stand_below_their_titles_in_order(school: School) -> None:
    package = await school.bring(samples.several_12())
    listed = [packages.item_of(row) for row in package.items]
    assert [(one.title, one.depth, one.href, one.is_sco) for one in listed] == [
        ("The chapter", 0, "", True),
        ("First", 1, "a/index.html", True),
        ("Second", 1, "b/index.html", True),
        ("Handout", 0, "handout.html", False),
    ]


async def test_a_package_in_a_folder_and_names_of_any_script_are_found(school: School) -> None:
    written = samples.manifest([samples.item("a", "بداية")], [samples.resource("a", "صفحة%20أولى.html")])
    data = samples.packed({"mine/imsmanifest.xml": written, "mine/صفحة أولى.html": "<p>1", "__MACOSX/mine/x": "junk"})
    package = await school.bring(data)
    assert (package.status, package.file_count) == (PackageStatus.READY, 2)
    assert await school.store.exists(packages.key_of(package.id, "صفحة أولى.html"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK no zip at all", "not a whole zip archive"),
        (samples.packed({"index.html": "<p>"}), "no imsmanifest.xml"),
        (samples.packed({"imsmanifest.xml": "<manifest>"}), "not well-formed XML"),
        (samples.packed({"imsmanifest.xml": '<!DOCTYPE m [<!ENTITY a "a">]><manifest>&a;</manifest>'}), "entities"),
        (samples.packed({"imsmanifest.xml": "<manifest/>"}), "neither SCORM 1.2 nor SCORM 2004"),
        (samples.packed({"imsmanifest.xml": samples.manifest([], [])}), "nothing that can be opened"),
        (samples.packed({"imsmanifest.xml": samples.manifest(["<item>" * 2_000, "</item>" * 2_000], [])}), "levels deep"),
        (
            samples.packed({"imsmanifest.xml": samples.manifest([], ["<manifest>" * 2_000, "</manifest>" * 2_000])}),
            "levels deep",
        ),
        (
            samples.packed({"imsmanifest.xml": samples.manifest([samples.item("a", "A")], [samples.resource("a", "gone.html")])}),
            "“gone.html”, which is missing",
        ),
        (
            samples.packed({"imsmanifest.xml": samples.manifest([samples.item("a", "A")], [])}),
            "which its manifest does not list",
        ),
        (
            samples.packed(
                {"imsmanifest.xml": samples.manifest([samples.item("a", "A")], [samples.resource("a", "https://example.org/")])}
            ),
            "lies on another site",
        ),
        (samples.packed({"imsmanifest.xml": "<manifest/>", "../../outside.html": "x"}), "outside of its folder"),
        (samples.packed({"imsmanifest.xml": "<manifest/>"}, links=["passwd"]), "is a link"),
        (samples.single_12(more={"bomb.bin": bytes(40_000_000)}), "too large"),
    ],
    ids=[
        "none",
        "bare",
        "broken",
        "entities",
        "other",
        "empty",
        "deep",
        "deep manifests",
        "missing",
        "unlisted",
        "foreign",
        "climbing",
        "link",
        "bomb",
    ],
)
async def test_what_cannot_be_played_is_refused_and_leaves_nothing(school: School, data: bytes, said: str) -> None:
    package = await school.bring(data)
    assert package.status == PackageStatus.FAILED
    assert said in package.failure
    assert school.stored == 0
    async with school.database.reading() as session:
        row, shown = await packages.of_lesson(session, school.lesson_id)
    assert (row.version, shown) == (0, None)


async def test_a_worker_that_died_half_way_begins_again(school: School) -> None:
    await school.bring(samples.single_12())
    async with school.database.transaction() as session:
        await session.execute(text("update packages set status = 'unpacking', standard = null, file_count = 0"))
        await session.execute(text("update package_lessons set package_id = null, version = 0"))
        made = await packages.last_brought(session, school.lesson_id)
        assert made is not None
        await school.store.put(f"packages/{made.id}/package.zip", samples.single_12())
        await school.store.put(f"packages/{made.id}/files/half", b"written before it died")
        await jobs.defer(session, "packages.unpack", package_id=str(made.id))
    await jobs.drain(school.database, school.services)
    assert school.stored == 2


async def test_a_new_version_replaces_and_the_former_goes_when_nobody_has_it_open(school: School) -> None:
    first = await school.bring(samples.single_12())
    launched = await school.open()
    second = await school.bring(samples.single_2004())
    async with school.database.reading() as session:
        row, shown = await packages.of_lesson(session, school.lesson_id)
        still = await packages.find_launch(session, packages.token_of(launched.launch.id), now=clock.now())
    assert (row.version, shown.id if shown else None, still.package.id) == (2, second.id, first.id)
    async with school.database.transaction() as session:
        assert await sweep(session, now=clock.now()) == 0
    async with school.database.transaction() as session:
        assert await sweep(session, now=clock.now() + timedelta(days=2)) == 1
    await jobs.drain(school.database, school.services)
    assert school.stored == second.file_count


async def test_a_copy_of_a_course_shows_the_same_package(school: School) -> None:
    package = await school.bring(samples.single_12())
    async with school.database.transaction() as session:
        copy = await courses.duplicate(session, school.teacher, school.course_id)
    async with school.database.reading() as session:
        lesson = next(
            node.lesson for node in await courses.outline(session, copy.id, drafts=True) if node.lesson.title != "Afterwards"
        )
        row, shown = await packages.of_lesson(session, lesson.id)
    assert (row.version, shown.id if shown else None) == (1, package.id)


async def test_only_who_writes_the_course_brings_packages(school: School) -> None:
    async with school.database.transaction() as session:
        for stranger in (school.learner, school.other):
            with pytest.raises(courses.LessonUnknown):
                await packages.begin_file(session, stranger, school.lesson_id, file_name="a.zip", size=3)
            with pytest.raises(courses.LessonUnknown):
                await packages.results_page(session, stranger, school.lesson_id)
