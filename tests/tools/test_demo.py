import pytest

from course.assessment.attempts.models import Attempt
from course.certificates.issuing.models import Certificate, Request, Revocation
from course.people.accounts.models import User
from course.platform import db
from course.platform.jobs import Job
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
    folded = pages.as_(admin).get("/admin/requests/").tree.findall(".//td/details/summary")
    assert {one.text for one in folded} == {"12 modules studied, 13 assessments passed"}


def test_the_demo_refuses_a_database_with_real_people(app, learner):
    with pytest.raises(demo.RealPeople):
        demo.populate(app, 40, now=NOON, progress=lambda: None)
    with app.app_context():
        assert db.session.query(User).count() == 1
