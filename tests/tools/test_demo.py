import pytest

from course.assessment.attempts.models import Attempt
from course.certificates.issuing.models import Certificate, Request, Revocation
from course.learning.labs import queries as labs
from course.learning.labs.models import Booking
from course.learning.skills import queries as skills
from course.learning.supervision import queries as supervision
from course.people.accounts.models import User
from course.platform import db
from course.platform.jobs import Job
from course.states.proof.models import Proof
from course.tools import demo
from tests.factories import NOON


def test_the_demo_has_people_at_every_stage_and_a_readable_request_queue(app, pages):
    demo.populate(app, 40, now=NOON, progress=lambda: None)
    with app.app_context():
        assert {row.state for row in db.session.query(Request)} == {"waiting", "issued", "rejected"}
        assert db.session.query(Certificate).count() > 3
        assert db.session.query(Revocation).count() >= 1
        assert {row.passed for row in db.session.query(Attempt)} == {True, False}
        assert db.session.query(Job).filter_by(done_at=None).count() == 0
        admin = db.session.query(User).filter_by(role="admin").first()
        has_a_hands_on_part()
    folded = pages.as_(admin).get("/admin/requests/").tree.findall(".//td/details/summary")
    assert {one.text for one in folded} == {"12 modules studied, 13 assessments passed"}


def test_the_demo_refuses_a_database_with_real_people(app, learner):
    with pytest.raises(demo.RealPeople):
        demo.populate(app, 40, now=NOON, progress=lambda: None)
    with app.app_context():
        assert db.session.query(User).count() == 1


def has_a_hands_on_part():
    ids = {one.email.partition("@")[0]: one.id for one in db.session.query(User)}
    florida, maryland, washington, new_jersey, utah, colorado = (
        ids[f"therapist-{state}"] for state in ("fl", "md", "wa", "nj", "ut", "co")
    )
    attended = {id_: sum(one.minutes for one in mine) for id_, mine in labs.attended_of(ids.values()).items()}
    assert attended[florida] > attended[new_jersey] > attended[colorado] == 0
    signed = skills.evidence_of(ids.values())
    determined = {washington, maryland, florida}
    assert {id_ for id_, evidence in signed.items() if evidence.examinations} == {utah, *determined}
    assert {id_ for id_, evidence in signed.items() if evidence.determinations} == determined
    confirmed = {id_: len(days) for id_, days in supervision.confirmed_days_of(ids.values()).items()}
    assert confirmed == {florida: 30, maryland: 18}
    assert db.session.query(Booking).filter_by(user_id=ids["therapist-sd"]).count() == 1
    assert {row.state for row in db.session.query(Proof)} == {"verified", "refused", "not verified"}
