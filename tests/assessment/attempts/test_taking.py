"""Taking an assessment: deadlines, accommodations, gates, feedback, flags, reports, and all questions on one page."""

from datetime import timedelta

import pytest

from course.assessment.attempts import queries, reporting, taking
from course.assessment.attempts.models import Accommodation, Answer, Attempt, ItemReport
from course.content.items.numeric import NumericItem
from course.content.queries import catalog as content
from course.content.schema.assessment import Assessment, Feedback
from course.content.schema.blueprint import Cell
from course.platform import clock, db, jobs
from course.platform.audit.models import AuditEvent
from tests import factories
from tests.factories import MODULE, NOON
from tests.pages import Pages

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def at(monkeypatch):
    """Return a function that sets the clock. It starts at noon."""

    def set_clock(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_clock(NOON)
    return set_clock


@pytest.fixture
def timed(app, learner, at):
    """Start an attempt at noon that has half an hour and a grace period of one minute."""
    factories.set_rules(app, minutes=30, grace_seconds=60)
    return factories.start_attempt(app, learner)


def paper(app, attempt):
    with app.app_context():
        return queries.items_of(attempt)


def state(app, attempt):
    with app.app_context():
        return db.session.get_one(Attempt, attempt.id)


def answers(app, attempt):
    with app.app_context():
        return {position: saved.answer for position, saved in queries.answers_of(attempt.id).items()}


def choice(app, attempt, *, of="single"):
    """Return the position of an item of this type, and the order of its options."""
    return next((place.position, place.order) for place in paper(app, attempt) if place.item.type == of)


def save(pages, learner, attempt, position, value, serial=1, **more):
    return pages.as_(learner).post_json(f"/attempts/{attempt.code}/{position}", {"a": value, "serial": serial} | more)


class TestDeadline:
    def test_it_is_set_before_the_first_item_is_shown(self, app, timed):
        assert state(app, timed).deadline == NOON + 30 * MINUTE

    def test_the_page_shows_the_time_left_without_a_script(self, pages, learner, timed, at):
        at(NOON + 10 * MINUTE)
        assert "20 minutes left until 12:30 UTC" in pages.as_(learner).get(f"/attempts/{timed.code}/1").text

    def test_a_late_save_counts_within_the_grace_period_and_not_after_it(self, app, pages, learner, timed, at):
        position, order = choice(app, timed)
        at(NOON + 31 * MINUTE - SECOND)
        assert save(pages, learner, timed, position, order[0]).status_code == 200
        at(NOON + 31 * MINUTE)
        late = save(pages, learner, timed, position, order[1], serial=2)
        assert (late.status_code, late.json["kind"]) == (409, "TimeIsUp")
        assert answers(app, timed) == {position: [order[0]]}

    def test_after_the_time_is_up_every_page_leads_to_the_result(self, pages, learner, timed, at):
        at(NOON + 32 * MINUTE)
        for page in ("1", "all", "overview"):
            shown = pages.as_(learner).get(f"/attempts/{timed.code}/{page}")
            assert "Your time is up" in shown.text
            assert 'aria-label="Main"' not in shown.html
        page = pages.as_(learner).post(f"/attempts/{timed.code}/all", {"serial1": 1, "here": 1})
        assert page.status == 409
        assert "Your time is up" in page.text

    def test_a_submit_in_the_grace_period_counts_as_of_the_deadline(self, app, pages, learner, timed, at):
        at(NOON + 30 * MINUTE + 20 * SECOND)
        pages.as_(learner).post(f"/attempts/{timed.code}/submit")
        assert state(app, timed).submitted_at == NOON + 30 * MINUTE

    def test_the_worker_submits_the_saved_answers_when_the_browser_is_closed(self, app, pages, learner, timed, at):
        for place in paper(app, timed):
            with app.app_context():
                factories.save_answer(learner, timed.code, place.position, place.item.solution, serial=1, now=NOON)
        at(NOON + 31 * MINUTE - SECOND)
        jobs.drain(app)
        assert state(app, timed).submitted_at is None
        at(NOON + 31 * MINUTE)
        assert jobs.drain(app) == 1
        row = state(app, timed)
        assert (row.submitted_at, row.passed) == (NOON + 30 * MINUTE, True)
        with app.app_context():
            assert db.session.query(AuditEvent).filter_by(event="attempt:expired").one().actor_name == "system"

    def test_a_save_in_the_grace_period_is_scored_even_if_the_worker_came_first(self, app, pages, learner, timed, at):
        position, order = choice(app, timed)
        at(NOON + 30 * MINUTE + 30 * SECOND)
        with app.app_context():
            taking.expire(queries.own_attempt(learner, timed.code), now=clock.now())
        assert save(pages, learner, timed, position, order[0]).status_code == 200
        at(NOON + 31 * MINUTE)
        jobs.drain(app)
        assert state(app, timed).submitted_at
        assert answers(app, timed) == {position: [order[0]]}

    def test_an_attempt_without_a_time_limit_never_expires(self, app, learner, at):
        factories.set_rules(app, minutes=None)
        attempt = factories.start_attempt(app, learner)
        at(NOON + timedelta(days=30))
        assert jobs.drain(app) == 0
        assert state(app, attempt).deadline is None


class TestAccommodations:
    FORM = {"extra_percent": 50, "extra_attempts": 1, "note": "Letter of March 1, in the file."}

    def grant(self, pages, admin, learner, **more):
        return pages.as_(admin).post(f"/admin/people/{learner.code}/accommodation", self.FORM | more)

    def test_extra_time_extends_the_open_attempt(self, app, pages, learner, admin, timed, at):
        at(NOON + 29 * MINUTE)
        assert self.grant(pages, admin, learner).status == 303
        assert state(app, timed).deadline == NOON + 45 * MINUTE
        status = pages.as_(learner).get(f"/attempts/{timed.code}/clock").response.json
        assert status["deadline"] == (NOON + 45 * MINUTE).isoformat()
        at(NOON + 31 * MINUTE)
        assert jobs.drain(app) == 1  # the job of the old deadline finds time left
        assert state(app, timed).submitted_at is None
        at(NOON + 46 * MINUTE)
        jobs.drain(app)
        assert state(app, timed).submitted_at == NOON + 45 * MINUTE

    def test_one_accommodation_applies_to_every_assessment(self, app, pages, learner, admin, at):
        factories.set_rules(app, minutes=20)
        factories.set_rules(app, "thorax-and-upper-back", minutes=41)
        self.grant(pages, admin, learner)
        deadlines = [factories.start_attempt(app, learner, slug).deadline for slug in (MODULE, "thorax-and-upper-back")]
        assert deadlines == [NOON + 30 * MINUTE, NOON + 62 * MINUTE]
        page = pages.as_(learner).get(f"/assessments/{MODULE}").text
        assert "30 minutes from the start, including your 50% extra time" in page
        assert "5 attempts , 5 left, including 1 extra for you" in page

    def test_untimed_removes_the_limit_of_an_open_attempt(self, app, pages, learner, admin, timed, at):
        self.grant(pages, admin, learner, untimed="y")
        assert state(app, timed).deadline is None
        at(NOON + timedelta(days=1))
        jobs.drain(app)
        assert state(app, timed).submitted_at is None
        assert "No time limit for you" in pages.as_(learner).get(f"/assessments/{MODULE}").text

    def test_a_smaller_accommodation_takes_no_time_from_an_open_attempt(self, app, pages, learner, admin, timed):
        self.grant(pages, admin, learner)
        self.grant(pages, admin, learner, extra_percent=0)
        assert state(app, timed).deadline == NOON + 45 * MINUTE

    def test_the_audit_log_has_the_accommodation_before_and_after(self, app, pages, learner, admin, at):
        self.grant(pages, admin, learner)
        self.grant(pages, admin, learner, extra_percent=25)
        with app.app_context():
            first, second = db.session.query(AuditEvent).filter_by(event="person:accommodation-set").all()
        assert first.details["before"] is None
        assert second.details["before"]["extra_percent"] == 50
        assert second.details["after"]["extra_percent"] == 25

    @pytest.mark.parametrize(
        "invalid", [{"extra_percent": "x"}, {"extra_percent": 301}, {"extra_attempts": -1}, {"note": ""}]
    )
    def test_an_invalid_form_sets_nothing(self, app, pages, learner, admin, invalid):
        assert self.grant(pages, admin, learner, **invalid).status == 422
        with app.app_context():
            assert db.session.query(Accommodation).count() == 0


class TestGates:
    def test_missed_sections_must_be_reviewed_before_a_retake(self, app, pages, learner, at):
        factories.set_rules(app, reread=True, wait_hours=0)
        factories.study_module(app, learner)
        attempt = factories.sit(app, learner, right=False)
        with pytest.raises(taking.ReviewFirst):
            factories.start_attempt(app, learner)
        result = pages.as_(learner).get(f"/attempts/{attempt.code}").text
        assert "Review these sections first" in result
        cover = pages.as_(learner).get(f"/assessments/{MODULE}")
        assert "Review these sections first" in cover.text
        assert f"/modules/{MODULE}/what-counts" in cover.html
        factories.study_module(app, learner, now=NOON + MINUTE)
        assert factories.start_attempt(app, learner, now=NOON + 2 * MINUTE).number == 2

    def test_a_quiz_required_first_must_be_passed_first(self, app, pages, learner, at):
        factories.set_rules(app, "state-scope", after=(MODULE,))
        with pytest.raises(taking.PassFirst):
            factories.start_attempt(app, learner, "state-scope")
        assert f"/assessments/{MODULE}" in pages.as_(learner).get("/assessments/state-scope").html
        factories.sit(app, learner)
        assert factories.start_attempt(app, learner, "state-scope").number == 1


class TestFeedback:
    def failed(self, app, learner, **policy):
        factories.set_rules(app, attempts=2, wait_hours=0, reread=False, feedback=Feedback(**policy))
        attempt = factories.start_attempt(app, learner)
        position, order = choice(app, attempt)
        place = paper(app, attempt)[position - 1]
        wrong = factories.wrong_answer(place)
        with app.app_context():
            factories.save_answer(learner, attempt.code, position, wrong, serial=1, now=NOON)
            taking.submit(learner, attempt, now=NOON)
        return attempt, place, wrong

    def test_all_feedback_is_shown_after_each_attempt_by_default(self, app, pages, learner):
        attempt, place, _ = self.failed(app, learner)
        page = pages.as_(learner).get(f"/attempts/{attempt.code}")
        assert "correct answer" in page.text
        assert "Score by objective" in page.text
        assert place.wording.references[0].title in page.text

    def test_until_the_end_only_the_learners_own_answers_are_shown(self, app, pages, learner):
        policy = {"answers": "end", "rationales": "end", "objectives": "never"}
        attempt, place, wrong = self.failed(app, learner, **policy)
        mine = pages.as_(learner)
        page = mine.get(f"/attempts/{attempt.code}")
        assert "correct answer" not in page.text
        assert "incorrect" not in page.text
        assert place.item.rationale[:40] not in page.text
        assert "Score by objective" not in page.text
        assert f'name="given-{place.position}" value="{wrong[0]}" checked' in page.html
        factories.sit(app, learner, right=False)
        assert "✗ your answer" in mine.get(f"/attempts/{attempt.code}").text

    def test_a_score_is_hidden_if_the_course_file_says_never(self, app, pages, learner):
        attempt, _, _ = self.failed(app, learner, score="never")
        assert 'class="score"' not in pages.as_(learner).get(f"/attempts/{attempt.code}").html

    def test_the_start_page_states_the_feedback_policy(self, app, pages, learner):
        factories.set_rules(app, feedback=Feedback(answers="end", rationales="never"))
        page = pages.as_(learner).get(f"/assessments/{MODULE}").text
        assert "you see your own answers, your score, your score by objective." in page
        assert "Once you have passed or have no attempts left, you also see the correct answers." in page

    def test_partial_credit_is_shown_as_a_decimal_number(self, app, pages, learner):
        with_items(app, [item for item in content_of(app).banks[MODULE].items if item.type == "multiple"], 1)
        attempt = factories.start_attempt(app, learner)
        (place,) = paper(app, attempt)
        with app.app_context():
            factories.save_answer(learner, attempt.code, 1, place.item.solution[:1], serial=1, now=NOON)
        with app.app_context():
            points = taking.submit(learner, attempt, now=NOON).points
        assert points.denominator > 1
        shown = f"{float(points):.2f}".rstrip("0")
        assert f"{shown} of 1" in pages.as_(learner).get(f"/attempts/{attempt.code}").text

    def test_a_case_is_shown_once_above_its_items(self, app, pages, learner):
        known = [item for item in content_of(app).banks[MODULE].items if not item.must_pass and not item.case][:2]
        vignette = "A runner feels faint after the third needle."
        case = [type(item)(**item.model_dump() | {"case": "faint", "vignette": vignette}) for item in known]
        with_items(app, case, 2)
        attempt = factories.start_attempt(app, learner)
        mine = pages.as_(learner)
        assert mine.get(f"/attempts/{attempt.code}/all").text.count(vignette) == 1
        assert mine.get(f"/attempts/{attempt.code}/2").text.count(vignette) == 1
        mine.post(f"/attempts/{attempt.code}/submit")
        assert mine.get(f"/attempts/{attempt.code}").text.count(vignette) == 1


class TestFlags:
    def test_a_script_sets_and_removes_a_flag(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        mine = pages.as_(learner)
        for word, on in (("yes", True), ("no", False)):
            assert mine.post_json(f"/attempts/{attempt.code}/2/flag", {"flagged": word}).json == {"flagged": on}
            assert paper(app, attempt)[1].flagged is on

    def test_without_a_script_the_answer_is_saved_with_the_flag(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        position, order = choice(app, attempt)
        data = {f"a{position}": order[0], f"serial{position}": 1, "here": position, "flag": position}
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/all", data)
        assert page.location.endswith(f"/attempts/{attempt.code}/{position}")
        assert answers(app, attempt) == {position: [order[0]]}
        overview = pages.as_(learner).get(f"/attempts/{attempt.code}/overview").text
        assert f"Flagged for review: question {position}" in overview

    def test_a_submitted_attempt_cannot_be_flagged(self, app, pages, learner, at):
        attempt = factories.sit(app, learner)
        assert pages.as_(learner).post_json(f"/attempts/{attempt.code}/1/flag", {"flagged": "yes"}).status_code == 409


class TestUnknownPosition:
    positions = (0, 13, 2**31, 2**63, 10**30)

    def test_it_is_not_found(self, either_app, at):
        user = factories.person(either_app, "Pat Person")
        attempt, mine = factories.start_attempt(either_app, user), Pages(either_app)
        sent = {"text": "Wrong.", "flagged": "yes"}
        for place in (f"{position}{path}" for position in self.positions for path in ("", "/flag", "/report")):
            assert save(mine, user, attempt, place, "a", **sent).status_code in (404, 405), place

    def test_a_flag_at_it_is_ignored(self, pages, learner, timed):
        for position in self.positions:
            data = {"flag": position, "here": 1, "go": "stay"}
            assert pages.as_(learner).post(f"/attempts/{timed.code}/all", data).status == 303


class TestReports:
    def test_a_report_is_listed_and_answered_by_email(self, app, pages, learner, admin, at):
        attempt = factories.start_attempt(app, learner)
        address = f"/attempts/{attempt.code}/3/report"
        assert pages.as_(learner).post(address, {"text": "Two are right."}).location.endswith(f"/{attempt.code}/3")
        with app.app_context():
            (row,) = queries.open_reports()
            assert row.item_id == queries.items_of(attempt)[2].item.id
            reporting.close_report(admin, row.code, "The second is outdated. It is corrected.", now=NOON)
            reporting.close_report(admin, row.code, "Again.", now=NOON)
            assert queries.open_reports() == []
        jobs.drain(app)
        mails = pages.mails().text
        assert "The second is outdated. It is corrected." in mails
        assert "Two are right." in mails
        assert "Again." not in mails

    def test_the_page_has_the_layout_of_an_open_attempt_until_it_is_submitted(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        address = f"/attempts/{attempt.code}/3/report"
        assert 'aria-label="Main"' not in pages.as_(learner).get(address).html
        pages.as_(learner).post(f"/attempts/{attempt.code}/submit")
        assert 'aria-label="Main"' in pages.as_(learner).get(address).html

    def test_a_report_from_the_result_page_leads_back_to_it(self, app, pages, learner, at):
        attempt = factories.sit(app, learner)
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/3/report", {"text": "No."})
        assert page.location.endswith(f"/attempts/{attempt.code}#item-3")

    def test_an_empty_report_is_refused(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/3/report", {"text": " "})
        assert page.status == 422
        assert "Describe the problem" in page.text
        with app.app_context():
            assert db.session.query(ItemReport).count() == 0


class TestAllOnOnePage:
    """One form for all questions, as a browser without scripts uses it."""

    def sent(self, app, attempt, **more):
        data = {f"serial{place.position}": 1 for place in paper(app, attempt)}
        return data | {"here": 0, "go": "overview"} | more

    def test_all_answers_are_saved_together(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        chosen = {p.position: p.order[0] for p in paper(app, attempt) if p.item.type in {"single", "multiple"}}
        data = self.sent(app, attempt, **{f"a{n}": id_ for n, id_ in chosen.items()})
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/all", data)
        assert page.location.endswith("/overview")
        assert answers(app, attempt) == {n: [id_] for n, id_ in chosen.items()}

    def test_an_invalid_answer_is_refused_and_the_others_are_saved(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        first, second = [p for p in paper(app, attempt) if p.item.type == "single"][:2]
        data = {f"a{first.position}": "z", f"a{second.position}": second.order[1]}
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/all", self.sent(app, attempt, **data))
        assert page.status == 422
        assert "Choose one of the answers shown." in page.text
        assert answers(app, attempt) == {second.position: [second.order[1]]}

    def test_text_that_is_not_a_number_stays_in_its_field(self, app, pages, learner, at):
        attempt, place = with_numeric(app, learner)
        data = self.sent(app, attempt, **{f"a{place.position}": "1,234"})
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/all", data)
        assert page.status == 422
        assert 'value="1,234"' in page.html

    def test_an_outdated_page_is_refused_only_for_the_item_that_changed(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        position, order = choice(app, attempt)
        save(pages, learner, attempt, position, order[0], serial=5)
        data = self.sent(app, attempt, **{f"a{position}": order[1]})
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/all", data)
        assert page.status == 409
        assert page.text.count("answered this question in another tab") == 1

    def test_items_that_are_not_in_the_form_stay_unchanged(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        position, order = choice(app, attempt)
        save(pages, learner, attempt, position, order[0])
        pages.as_(learner).post(f"/attempts/{attempt.code}/all", {"here": 0, "go": "overview"})
        assert answers(app, attempt) == {position: [order[0]]}

    @pytest.mark.parametrize("serial", ["x", "0", "99999999999"])
    def test_an_invalid_serial_is_refused(self, app, pages, learner, at, serial):
        attempt = factories.start_attempt(app, learner)
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/all", {"serial1": serial, "here": 1})
        assert page.status == 422

    def test_after_the_submit_it_leads_to_the_result_with_a_message(self, app, pages, learner, at):
        attempt = factories.sit(app, learner)
        mine = pages.as_(learner)
        page = mine.post(f"/attempts/{attempt.code}/all", {"serial1": 9, "a1": "zz", "here": 1})
        assert page.location.endswith(f"/attempts/{attempt.code}")
        assert "This attempt was already submitted." in mine.get(page.location).text

    @pytest.mark.parametrize(
        ("go", "here", "end"),
        [
            ("next", 1, "/2"),
            ("back", 2, "/1"),
            ("back", 1, "/overview"),
            ("7", 1, "/7"),
            ("99", 1, "/overview"),
            ("all", 3, "/all#item-3"),
            ("report", 3, "/3/report"),
            ("stay", 3, "/3"),
            ("stay", 0, "/all#item-1"),
            ("nonsense", 1, "/overview"),
        ],
    )
    def test_each_button_leads_to_its_page(self, app, pages, learner, at, go, here, end):
        attempt = factories.start_attempt(app, learner)
        data = {"here": here, "go": go, f"serial{here or 1}": 1}
        assert pages.as_(learner).post(f"/attempts/{attempt.code}/all", data).location.endswith(end)


def with_items(app, items, length):
    """Replace the bank's items; a form contains `length` of them."""
    known = content_of(app)
    banks = dict(known.banks) | {MODULE: known.banks[MODULE].model_copy(update={"items": tuple(items)})}
    factories.change_site(app, catalog=factories.replaced(known, banks=banks))
    factories.set_rules(app, blueprint=(Cell(items=length),))


def with_numeric(app, learner):
    """Start an attempt whose form contains an item with a calculator. Return both."""
    known = content_of(app).banks[MODULE].items
    last = known[-1]
    item = NumericItem(
        id="calculated",
        objective=last.objective,
        level=last.level,
        difficulty=2,
        stem="How many mm are 3 cm?",
        key="30",
        unit="mm",
        rationale=last.rationale,
        references=last.references,
        must_pass=True,
        calculator=True,
    )
    with_items(app, [*(item for item in known if not item.calculator), item], 10)
    attempt = factories.start_attempt(app, learner)
    return attempt, next(place for place in paper(app, attempt) if place.item.id == "calculated")


def content_of(app):
    with app.app_context():
        return content()


class TestCalculator:
    def test_a_script_gets_the_result_and_no_answer_is_saved(self, app, pages, learner, at):
        attempt, _ = with_numeric(app, learner)
        reply = pages.as_(learner).post_json(f"/attempts/{attempt.code}/calculate", {"expression": "3 × 10"})
        assert reply.json == {"result": "= 30"}
        with app.app_context():
            assert db.session.query(Answer).count() == 0

    @pytest.mark.parametrize("button", [{"calculate": "1"}, {"go": "stay"}], ids=["button", "enter"])
    def test_without_a_script_the_answer_is_saved_and_the_result_is_shown(self, app, pages, learner, at, button):
        attempt, place = with_numeric(app, learner)
        n = place.position
        data = {f"serial{n}": 1, f"a{n}": "30", "here": n, f"expression{n}": "3*10"} | button
        page = pages.as_(learner).post(f"/attempts/{attempt.code}/all", data)
        assert page.status == 200
        assert "= 30" in page.text
        assert 'value="3*10"' in page.html
        assert answers(app, attempt) == {n: {"text": "30", "unit": "mm"}}

    def test_only_items_with_a_calculator_show_it(self, pages, app, learner, at):
        attempt, place = with_numeric(app, learner)
        mine = pages.as_(learner)
        assert "Calculator" in mine.get(f"/attempts/{attempt.code}/{place.position}").text
        assert mine.get(f"/attempts/{attempt.code}/all").text.count("Calculator") == 1


class TestHistory:
    def test_each_answer_has_the_times_it_was_given_and_saved(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        position, order = choice(app, attempt)
        given = NOON - 10 * MINUTE
        save(pages, learner, attempt, position, order[0], given=int(given.timestamp() * 1000), spent=40)
        later = NOON + timedelta(days=1)  # a browser whose clock is wrong
        save(pages, learner, attempt, position, order[1], serial=2, given=int(later.timestamp() * 1000), spent=9)
        with app.app_context():
            rows = queries.history_of(attempt.id)
            assert [(row.choice, row.given_at, row.saved_at, row.spent) for row in rows] == [
                ([order[0]], given, NOON, 40),
                ([order[1]], NOON, NOON, 9),
            ]

    def test_the_clock_returns_the_serials_of_the_saved_answers(self, app, pages, learner, at):
        attempt = factories.start_attempt(app, learner)
        position, order = choice(app, attempt)
        save(pages, learner, attempt, position, order[0], serial=4)
        status = pages.as_(learner).get(f"/attempts/{attempt.code}/clock").response.json
        assert status == {"now": NOON.isoformat(), "deadline": None, "submitted": False, "serials": {str(position): 4}}


class TestStatements:
    """A form of 60 items needs no more statements than one of 10."""

    @pytest.fixture(params=[10, 60])
    def attempt(self, request, app, learner):
        rules = Assessment.model_validate(
            {
                "id": MODULE,
                "title": "Sized",
                "banks": list(content_of(app).banks),
                "pass_mark": 80,
                "blueprint": [{"items": request.param}],
                "attempts": 1,
                "wait_hours": 0,
            }
        )
        if request.param == 10:
            rules = rules.model_copy(update={"banks": (MODULE,)})
        known = content_of(app)
        factories.change_site(
            app, catalog=factories.replaced(known, assessments=dict(known.assessments) | {MODULE: rules})
        )
        return factories.start_attempt(app, learner)

    def test_the_page_of_one_item_needs_five(self, pages, learner, attempt, count_queries):
        mine = pages.as_(learner)
        with count_queries() as seen:
            mine.get(f"/attempts/{attempt.code}/2")
        assert len(seen) <= 5, seen

    def test_the_page_of_all_items_needs_five(self, pages, learner, attempt, count_queries):
        mine = pages.as_(learner)
        with count_queries() as seen:
            mine.get(f"/attempts/{attempt.code}/all")
        assert len(seen) <= 5, seen

    def test_a_save_needs_four_with_one_commit(self, app, pages, learner, attempt, count_queries):
        position, order = choice(app, attempt)
        mine = pages.as_(learner)
        with count_queries() as seen:
            mine.post_json(f"/attempts/{attempt.code}/{position}", {"a": order[0], "serial": 1})
        assert len(seen) <= 4, seen
        assert seen.count("COMMIT") == 1

    def test_a_submit_needs_twelve_without_the_commit(self, pages, learner, attempt, count_queries):
        mine = pages.as_(learner)
        with count_queries() as seen:
            mine.post(f"/attempts/{attempt.code}/submit")
        assert len(seen) - seen.count("COMMIT") <= 12, seen
