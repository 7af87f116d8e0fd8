"""The instructors' pages at the table: who is on them, what they store, and the determination."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from course.learning.skills import queries
from course.learning.skills.models import SkillSignOff
from course.platform import db
from tests import factories
from tests.factories import NOON
from tests.learning.skills import table
from tests.learning.skills.table import SKILL


@pytest.fixture
def lab(app, admin, ines, learner, other_learner):
    one = factories.lab(app, admin, ines)
    for person in (learner, other_learner):
        factories.book(app, person, one)
    return one


@pytest.fixture
def address(lab):
    return f"/instructor/labs/{lab.code}/skills/{SKILL}"


@pytest.fixture
def fields(catalog, ines, learner):
    skill = catalog.skills.by_id[SKILL]
    boxes = [str(n) for n in range(len(skill.steps))]
    about = {"code": str(uuid4()), "person": str(learner.code), "instructor": str(ines.code), "digest": skill.digest}
    return about | {"steps": boxes, "result": "passed", "note": ""}


def count(app) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count(SkillSignOff.id))).one()


def test_an_instructor_signs_without_a_script(app, ines, learner, pages, lab, address, fields):
    mine = pages.as_(ines)
    page = mine.get(address)
    assert "Lena Learner" in page.text
    assert "Otto Other" in page.text
    assert mine.post(address, fields).status == 303
    assert mine.post(address, fields).status == 303
    with app.app_context():
        (one,) = queries.sign_offs_of([learner.id])[learner.id]
    assert (one.passed, one.row.lab_code, one.row.time_zone) == (True, lab.code, "Pacific/Honolulu")
    overview = mine.get(f"/instructor/labs/{lab.code}/skills").text
    assert "passed by 1 of 2" in overview
    assert "1 of 11 skills passed" in overview


def test_a_script_gets_json_and_the_device_says_when(app, ines, learner, pages, address, fields):
    given = NOON - timedelta(hours=2)
    mine = pages.as_(ines)
    answer = mine.post_json(address, fields | {"given": str(int(given.timestamp() * 1000))})
    assert answer.json == {"code": fields["code"], "passed": True}
    with app.app_context():
        (one,) = queries.sign_offs_of([learner.id])[learner.id]
    assert one.row.received_at > NOON
    assert one.row.signed_at in (given, one.row.received_at)


def test_a_form_with_a_result_that_disagrees_comes_back_as_it_was(app, ines, pages, address, fields):
    page = pages.as_(ines).post(address, fields | {"steps": ["0", "1"], "note": "Slow."})
    assert page.status == 422
    assert "Passed means that every step was seen" in page.text
    assert page.html.count(" checked>") == 2
    assert "Slow." in page.html
    assert count(app) == 0


@pytest.mark.parametrize(
    ("changes", "kind", "status"),
    [
        ({"steps": ["0"]}, "ResultDisagrees", 422),
        ({"steps": ["99"], "result": "failed"}, "ListChanged", 409),
        ({"digest": "old"}, "ListChanged", 409),
        ({"code": "none"}, "ListChanged", 409),
        ({"instructor": str(uuid4())}, "SignedByAnother", 409),
        ({"person": str(uuid4())}, "NotFound", 404),
    ],
)
def test_a_script_learns_why_a_sign_off_was_refused(app, ines, pages, address, fields, changes, kind, status):
    answer = pages.as_(ines).post_json(address, fields | changes)
    assert (answer.json["kind"], answer.status_code, count(app)) == (kind, status, 0)


def test_only_who_teaches_the_lab_signs_and_only_for_who_is_at_the_table(
    app, admin, ines, learner, pages, address, fields
):
    other = factories.instructor(app, admin, "Ivo Instructor")
    as_other = fields | {"instructor": str(other.code)}
    assert pages.as_(other).post(address, as_other).status == 404
    assert pages.as_(learner).get(address).status == 403
    stranger = factories.person(app, "Sara Stranger")
    assert pages.as_(ines).post(address, fields | {"person": str(stranger.code)}).status == 404
    assert count(app) == 0


def test_an_online_lab_has_no_skills(app, admin, ines, pages):
    online = factories.lab(app, admin, ines, mode="live_online")
    assert pages.as_(ines).get(f"/instructor/labs/{online.code}/skills").status == 404


def test_a_course_without_a_hands_on_part_has_no_skills(app, ines, pages, lab, address):
    factories.set_course(app, skills=())
    mine = pages.as_(ines)
    assert "nothing to sign off" in mine.get(f"/instructor/labs/{lab.code}/skills").text
    assert mine.get(address).status == 404


def test_the_page_needs_the_same_number_of_statements_for_many_learners(app, ines, pages, lab, address, count_queries):
    mine = pages.as_(ines)
    with count_queries() as few:
        mine.get(address)
    for name in ("Ann", "Ben", "Cleo", "Dan"):
        person = factories.person(app, f"{name} Learner")
        factories.book(app, person, lab)
        table.sign(app, ines, person)
    with count_queries() as many:
        mine.get(address)
    assert len(many) == len(few) <= 12


def test_an_instructor_signs_a_determination_and_annuls_it(app, ines, learner, pages, lab):
    address = f"/instructor/labs/{lab.code}/people/{learner.code}"
    mine, fields = pages.as_(ines), {"result": "competent", "note": "", "observed": "y"}
    assert "has not passed every skill" in mine.post(address, fields).text
    table.sign_all(app, ines, learner)
    assert "Confirm that you observed" in mine.post(address, fields | {"observed": ""}).text
    answer = mine.post(address, fields)
    assert answer.location.startswith("/instructor/determinations/")
    assert mine.post(answer.location, {"reason": "The wrong lab."}).status == 303
    assert "Ines Instructor annulled" in mine.get(answer.location).text
    assert "annulled" in mine.get(address).text


def test_an_instructor_reads_only_their_own_determinations_here(app, admin, ines, learner, pages):
    table.sign_all(app, ines, learner)
    one = table.determine(app, ines, learner)
    other = factories.instructor(app, admin, "Ivo Instructor")
    assert pages.as_(other).get(f"/instructor/determinations/{one.code}").status == 404


def test_the_worker_is_served_where_it_may_serve_the_pages_of_labs(pages):
    with pages.client.get("/instructor/worker.js") as answer:
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
        assert b"MAX_AGE_MS" in answer.data
