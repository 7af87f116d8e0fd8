"""The parts of a section page other than its text: needle, glossary, feedback, related modules, clips."""

import shutil

import pytest

from course.content.loader.load import load
from course.learning.study import contact_time, queries
from course.learning.study.models import SeatTime
from course.platform import db
from course.platform.config import ROOT
from course.platform.db import unit_of_work
from course.site import site_of
from tests import factories
from tests.contracts.test_content import with_clip
from tests.factories import MODULE, NOON

NEEDLE = "/modules/reading-depth/the-view-of-the-needle"
CHECK = f"{NEEDLE}/checks/reading-check-place-rhomboid"


def test_a_needle_is_placed_by_three_numbers_and_judged(pages, learner):
    mine = pages.as_(learner)
    assert 'name="angle"' in mine.get(NEEDLE).html
    mine.post(CHECK, {"entry": "40", "angle": "0", "depth": "40"})
    page = mine.get(NEEDLE).text
    assert "Not safe. The needle enters the pleura." in page
    assert "The tip is in the lung" in page
    mine.post(CHECK, {"entry": "4", "angle": "66", "depth": "44"})
    assert "The target is reached, and the path is safe." in mine.get(NEEDLE).text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"entry": "999", "angle": "0", "depth": "5"}, "between 0 and 80 mm"),
        ({"entry": "abc", "angle": "0", "depth": "5"}, "Enter a number"),
        ({"entry": "nan", "angle": "0", "depth": "5"}, "Enter a number"),
        ({"entry": "10", "angle": "abc", "depth": "5"}, "Enter a number"),
        ({"entry": "10", "angle": "90", "depth": "5"}, "between -85 and 85"),
        ({"entry": "10", "angle": "0", "depth": "nan"}, "Enter a number"),
        ({"entry": "10", "angle": "0"}, "Enter the depth"),
    ],
)
def test_a_placement_that_makes_no_sense_is_refused(pages, learner, data, words):
    answer = pages.as_(learner).post_json(CHECK, data)
    assert answer.status_code == 422
    assert words in answer.get_json()["error"]


def test_a_script_gets_the_feedback_on_a_needle_without_the_page(pages, learner):
    answer = pages.as_(learner).post_json(CHECK, {"entry": "40", "angle": "0", "depth": "40"})
    assert "Not safe." in answer.get_json()["html"]


def test_a_term_is_explained_at_first_use_and_listed_in_the_glossary(pages, learner):
    html = pages.as_(learner).get(NEEDLE).html
    assert html.count('popovertarget="term-pleura"') == 1
    assert html.count('id="term-pleura"') == 1
    assert 'id="pleura"' in pages.get("/glossary").html


def test_each_person_has_one_feedback_per_section_and_administrators_see_it(pages, learner, admin):
    mine = pages.as_(learner)
    mine.post(f"{NEEDLE}/feedback", {"helpful": "no", "comment": "The figure is small."})
    mine.post(f"{NEEDLE}/feedback", {"helpful": "yes", "comment": "Better now."})
    console = pages.as_(admin).get("/admin/feedback/").text
    assert "Better now." in console
    assert "The figure is small." not in console
    assert "What the needle sees Reading depth: surface and cross-sectional anatomy 1 0" in console


def test_feedback_without_an_answer_is_refused(pages, learner):
    answer = pages.as_(learner).post(f"{NEEDLE}/feedback", {"comment": "x"})
    assert answer.status == 422
    assert "Choose yes or no." in answer.text


def test_related_modules_share_topics(pages, catalog):
    page = pages.get("/modules/reading-depth/").text
    assert "Related modules" in page
    for other, terms in catalog.related(catalog.modules["reading-depth"]):
        assert other.title in page
        assert all(term.id in other.topics for term in terms)


def test_the_median_time_is_shown_for_twenty_learners_or_more(app, pages, admin):
    people = [factories.person(app, f"P{n} Person", licensed=False) for n in range(20)]
    with app.app_context():
        module = site_of(app).catalog.modules[MODULE]
        for n, person in enumerate(people):
            for section in module.sections:
                factories.read_section(person, module, section)
            if n < 19:
                add_time(person, module, 600 + n)
        assert contact_time.median_minutes(queries.studied_seconds(MODULE, len(module.sections))) is None
        add_time(people[19], module, 6000)
        assert contact_time.median_minutes(queries.studied_seconds(MODULE, len(module.sections))) == pytest.approx(
            10.16, 0.01
        )
    page = pages.as_(admin).get("/admin/hours/").text
    assert "10 min" in page
    assert "fewer than 20 learners" in page


def add_time(person, module, seconds):
    @unit_of_work
    def add():
        db.session.add(
            SeatTime(
                user_id=person.id,
                module_id=module.id,
                section_id=module.sections[0].id,
                seconds=seconds,
                first_at=NOON,
                last_at=NOON,
            )
        )

    add()


def test_a_clip_is_served_in_parts_to_people_who_may_study(app, pages, learner, tmp_path):
    for name in ("modules", "quizzes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    with_clip(tmp_path)
    config = factories.replaced(site_of(app).config, modules=tmp_path / "modules")
    factories.change_site(app, config=config)
    factories.change_site(app, catalog=load(tmp_path / "modules", tmp_path / "quizzes"))
    clip = f"/modules/{MODULE}/media/rib.webm"
    mine = pages.as_(learner)
    with mine.client.get(clip, headers={"Range": "bytes=0-3"}) as part:
        assert (part.status_code, part.data) == (206, b"\x1aE\xdf\xa3")
    with mine.client.get(f"/modules/{MODULE}/media/rib.vtt") as captions:
        assert captions.data.startswith(b"WEBVTT")
    assert mine.get(f"/modules/{MODULE}/media/module.yaml").status == 404
    assert pages.as_(None).get(clip).status == 303
