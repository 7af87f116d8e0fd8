"""The learner checks license and name before requesting; administrators check them before issuing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from course.certificates.issuing import queries, requesting
from course.people.accounts import actions as accounts
from course.people.accounts import queries as people
from course.platform import clock, db
from course.platform.audit.models import AuditEvent
from tests import factories
from tests.factories import COURSE


def change_license(app, user, **changes):
    with app.app_context():
        one = people.own_license(user, user.licenses[0].code)
        kept = {
            name: getattr(one, name)
            for name in ("jurisdiction", "profession", "number", "first_licensed", "expires_on", "renewal_months")
        }
        accounts.save_license(user, one, **kept | changes, now=clock.now())


def others(app, user):
    """Return another person with the same license."""
    with app.app_context():
        mine = people.own_license(user, user.licenses[0].code)
        return [one.legal_name for one in people.also_held_by([mine])[mine.id]]


def sign(mine, user, **changes):
    form = {
        "legal_name": user.legal_name,
        "attested": "y",
        "name_right": "y",
        "license_right": "y",
        "license": str(user.licenses[0].code),
    }
    return mine.post(f"/courses/{COURSE}/certificate", form | changes)


class TestRequest:
    def test_the_page_shows_name_and_license_as_they_will_be_printed(self, app, pages, learner):
        factories.complete(app, learner)
        change_license(app, learner, expires_on=date(2099, 5, 1))
        page = pages.as_(learner).get(f"/courses/{COURSE}/certificate").text
        assert f"Physical therapist, Hawaii, {learner.licenses[0].number}, expires May 1, 2099" in page
        assert "Name on the certificate Lena Learner" in page

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"number": "000000"}, "looks like a placeholder"),
            ({"number": "applied for"}, "contains digits"),
            ({"expires_on": date(2020, 1, 1)}, "This license expired on January 1, 2020"),
        ],
    )
    def test_an_unusable_license_is_refused_before_anything_is_requested(self, app, pages, learner, changes, words):
        factories.complete(app, learner)
        change_license(app, learner, **changes)
        page = sign(pages.as_(learner), learner)
        assert page.status == 422
        assert words in page.text
        with app.app_context():
            assert queries.count_waiting() == 0

    def test_its_last_day_ends_in_its_own_time_zone(self, app, learner):
        change_license(app, learner, expires_on=date(2026, 3, 1))
        with app.app_context():
            one = people.own_license(learner, learner.licenses[0].code)
            still_there = factories.NOON - timedelta(hours=3)  # 23:00 on March 1 in Honolulu
            assert requesting.license_fault(one, still_there) is None
            assert requesting.license_fault(one, factories.NOON) is not None

    def test_the_rule_applies_without_the_page_too(self, app, learner):
        change_license(app, learner, number="none")
        with app.app_context():
            fresh = people.person_of(learner.code)
        with pytest.raises(requesting.NotAsOnTheLicense):
            factories.request(app, fresh)

    def test_a_placeholder_is_refused_in_the_profile(self, app, pages, learner):
        form = {"jurisdiction": "FL", "profession": "PT", "number": "123456"}
        page = pages.as_(learner).post("/profile/licenses/new", form)
        assert page.status == 422
        assert "looks like a placeholder" in page.text


class TestTheSameNumberElsewhere:
    @pytest.fixture
    def double(self, app, learner, other_learner):
        number = learner.licenses[0].number.lower()
        change_license(app, other_learner, number=f"{number[:2]}-{number[2:]}")
        return factories.request(app, learner)

    def test_administrators_are_warned_and_led_to_the_other_account(self, app, pages, admin, other_learner, double):
        mine = pages.as_(admin)
        assert "number on another account" in mine.get("/admin/requests/").text
        page = mine.get(f"/admin/requests/{double.code}")
        assert "Another account has the same license number" in page.text
        assert f"/admin/people/{other_learner.code}" in page.html

    def test_the_learner_sees_nothing_of_it(self, pages, learner, double):
        mine = pages.as_(learner)
        for path in (f"/courses/{COURSE}", "/profile", "/home"):
            assert "Otto" not in mine.get(path).text

    def test_the_same_number_of_another_state_is_another_license(self, either_app):
        lena, otto = (factories.person(either_app, name) for name in ("Lena Learner", "Otto Other"))
        change_license(either_app, otto, number=lena.licenses[0].number, jurisdiction="FL")
        assert others(either_app, lena) == []
        change_license(either_app, otto, jurisdiction="HI")
        assert others(either_app, lena) == ["Otto Other"]


@pytest.mark.parametrize("checked", [True, False])
def test_the_license_lookup_is_kept_in_the_audit_log(app, pages, learner, admin, checked):
    asked = factories.request(app, learner)
    mine = pages.as_(admin)
    assert "I looked up the license with the board on" in mine.get(f"/admin/requests/{asked.code}").text
    mine.post("/admin/requests/issue", {"request": str(asked.code)} | ({"license_checked": "y"} if checked else {}))
    with app.app_context():
        kept = db.session.scalars(select(AuditEvent).filter_by(event="certificate:issued")).one().details
    assert kept["license_checked"] == (clock.now().date().isoformat() if checked else None)
