"""A section needs part of its reading time, and its page says how long to wait."""

import shutil
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from course.content.loader.load import ContentInvalid, load
from course.content.queries import section_of
from course.content.schema.course import ReadingTimeRule
from course.learning.study import actions, queries, reading_time
from course.platform.config import ROOT
from course.site import site_of
from tests import factories
from tests.factories import COURSE, MODULE, NOON

SECTION = f"/modules/{MODULE}/what-counts"


def set_rule(app, **rule):
    factories.change_site(app, catalog=replace(site_of(app).catalog, reading_time=ReadingTimeRule(**rule)))


@pytest.fixture
def answered(app, learner):
    with app.app_context():
        module, section = section_of(MODULE, "what-counts")
        for check in section.checks:
            actions.answer_check(learner, module, section, check, check.solution, now=NOON)
    return module, section


def test_the_page_says_how_long_to_wait_and_keeps_the_answers(pages, learner, answered):
    mine = pages.as_(learner)
    first = mine.get(SECTION).text
    third = answered[1].reading_minutes * 60 // 3
    assert f"You can complete this section in {reading_time.in_words(third)}." in first
    early = mine.post(f"{SECTION}/studied")
    assert early.status == 422
    assert "You can complete this section in" in early.text
    assert "Correct." in early.text


def test_a_section_can_be_completed_after_a_third_of_its_reading_time(app, learner, answered):
    module, section = answered
    third = timedelta(seconds=section.reading_minutes * 20)
    with app.app_context():
        actions.open_section(learner, module, section, now=NOON)
        with pytest.raises(actions.TooEarly, match=r"in 1 second\."):
            actions.finish_section(learner, module, section, now=NOON + third - timedelta(seconds=1))
        actions.finish_section(learner, module, section, now=NOON + third)
        (done,) = queries.studied_of([learner.id])[learner.id][MODULE]["what-counts"]
        assert done.seconds == section.reading_minutes * 20


def test_a_night_between_opening_and_completing_counts_as_the_reading_time(app, learner, answered):
    module, section = answered
    with app.app_context():
        actions.open_section(learner, module, section, now=NOON)
        actions.finish_section(learner, module, section, now=NOON + timedelta(hours=20))
        (done,) = queries.studied_of([learner.id])[learner.id][MODULE]["what-counts"]
        assert done.seconds == section.reading_minutes * 60


def test_a_completed_section_is_completed_again_without_waiting(app, pages, learner):
    factories.study_module(app, learner)
    mine = pages.as_(learner)
    assert "You have completed this section." in mine.get(SECTION).text
    assert "You can complete" not in mine.get(SECTION).text
    assert mine.post(f"{SECTION}/studied").status == 303


def test_the_course_file_can_turn_the_wait_off(app, pages, learner, answered):
    set_rule(app, finish_after=0)
    mine = pages.as_(learner)
    assert "You can complete this section in" not in mine.get(SECTION).text
    assert mine.post(f"{SECTION}/studied").status == 303


@pytest.mark.parametrize("share", ["-1/3", "4/3", "soon", "1/0"])
def test_a_share_that_is_none_is_refused_with_its_place(tmp_path, share):
    for folder in ("modules", "quizzes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    file = tmp_path / "modules/courses.yaml"
    file.write_text(file.read_text().replace("finish_after: 1/3", f"finish_after: {share}"))
    with pytest.raises(ContentInvalid, match=r"courses\.yaml"):
        load(tmp_path / "modules", tmp_path / "quizzes")


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (240, "4 minutes")]
)
def test_a_wait_is_said_in_words(seconds, words):
    assert reading_time.in_words(seconds) == words


class TestTimeOfAModule:
    def test_less_than_half_is_short_and_half_is_not(self, catalog):
        module = catalog.modules[MODULE]
        half = sum(section.reading_minutes for section in module.sections) * 30
        first, *others = [section.id for section in module.sections]
        for seconds, short in ((half, False), (half - 1, True)):
            time = reading_time.module_time(module, {first: seconds} | dict.fromkeys(others, 0))
            assert time.is_short(ReadingTimeRule()) is short
        assert not time.is_short(ReadingTimeRule(flag_below=Fraction(0)))

    def test_nothing_is_said_about_sections_from_before_time_was_recorded(self, catalog):
        module = catalog.modules[MODULE]
        seconds = dict.fromkeys((section.id for section in module.sections), 600)
        assert reading_time.module_time(module, seconds | {module.sections[0].id: None}) is None


class TestTheCertificate:
    @pytest.fixture
    def asked(self, app, learner):
        """A request by somebody who took just a third of the reading time."""
        with app.app_context():
            module, now = site_of(app).catalog.modules[MODULE], NOON - timedelta(hours=5)
            for section in module.sections:
                actions.open_section(learner, module, section, now=now)
                for check in section.checks:
                    actions.answer_check(learner, module, section, check, check.solution, now=now)
                now += timedelta(seconds=section.reading_minutes * 20)
                actions.finish_section(learner, module, section, now=now)
        return factories.request_after_study(app, learner)

    def test_the_evidence_says_what_is_on_record(self, pages, admin, asked, catalog):
        total = sum(section.reading_minutes for section in catalog.modules[MODULE].sections)
        page = pages.as_(admin).get(f"/admin/requests/{asked.code}").text
        assert f"{total // 3} of {total} minutes of reading time on record, 0 active minutes measured" in page
        assert "little time on record" in pages.as_(admin).get("/admin/requests/").text

    def test_it_is_not_issued_before_an_administrator_gives_a_reason(self, pages, admin, asked):
        mine = pages.as_(admin)
        refused = mine.post("/admin/requests/issue", {"request": str(asked.code)})
        assert "Too little time is on record" in mine.get(refused.location).text
        assert mine.post(f"/admin/requests/{asked.code}/short-time", {"short_reason": " "}).status == 422
        mine.post(f"/admin/requests/{asked.code}/short-time", {"short_reason": "Teaches this subject."})
        page = mine.get(f"/admin/requests/{asked.code}").text
        assert "Teaches this subject." in page
        done = mine.post("/admin/requests/issue", {"request": str(asked.code)})
        assert "1 certificate issued." in mine.get(done.location).text

    def test_a_bulk_issue_leaves_it_out_and_says_so(self, app, pages, admin, asked):
        mine = pages.as_(admin)
        page = mine.get("/admin/orders/").text
        assert "1 request has little time on record" in page
        assert "Nothing to issue" in page
        assert mine.post("/admin/orders/", {"course": COURSE}).status == 409
        mine.post(f"/admin/requests/{asked.code}/short-time", {"short_reason": "Teaches this subject."})
        assert mine.post("/admin/orders/", {"course": COURSE}).status == 303
