"""The dates of a license: which years are accepted, and whose today the date first licensed is compared with."""

from datetime import UTC, date, datetime

import pytest

from course.people.accounts import queries
from course.people.accounts.models import License
from course.platform import clock, db
from tests import factories

FORM = {"jurisdiction": "GU", "profession": "PT", "number": "PT40213", "first_licensed": "", "expires_on": ""}
EVENING = datetime(2026, 3, 2, 20, tzinfo=UTC)  # 06:00 on March 3 in Guam, 10:00 on March 2 in Hawaii


@pytest.fixture
def mine(pages, learner, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return pages.as_(learner)


@pytest.mark.parametrize("name", ["first_licensed", "expires_on"])
def test_a_year_of_two_digits_is_refused_with_a_hint(mine, name):
    page = mine.post("/profile/licenses/new", FORM | {name: "0026-05-31"})
    assert (page.status, "Enter the year with four digits, such as 2026." in page.text) == (422, True)


@pytest.mark.parametrize("day", ["2035-01-01", "2026-03-04"])
def test_nobody_is_first_licensed_in_the_future(mine, day):
    page = mine.post("/profile/licenses/new", FORM | {"first_licensed": day})
    assert (page.status, "Enter a date that is not in the future." in page.text) == (422, True)


@pytest.mark.parametrize(("state", "status"), [("GU", 303), ("MP", 303), ("HI", 422), ("AS", 422), ("NY", 422)])
def test_today_is_the_day_in_the_place_of_the_license(app, mine, state, status):
    sent = FORM | {"jurisdiction": state, "first_licensed": "2026-03-03"}
    assert mine.post("/profile/licenses/new", sent).status == status
    with app.app_context():
        dates = [
            row.first_licensed for row in db.session.query(License).filter_by(jurisdiction=state, number="PT40213")
        ]
        assert dates == ([date(2026, 3, 3)] if status == 303 else [])


def test_without_a_license_today_is_the_day_where_it_begins_first(app):
    person = factories.person(app, "Nora New", licensed=False)
    with app.app_context():
        assert queries.latest_today(person, datetime(2026, 3, 2, 9, 59, tzinfo=UTC)) == date(2026, 3, 2)
        assert queries.latest_today(person, datetime(2026, 3, 2, 10, tzinfo=UTC)) == date(2026, 3, 3)


def test_with_two_licenses_today_is_the_later_day(app, learner):
    factories.add_license(app, learner, state="GU")
    with app.app_context():
        person = queries.person_of(learner.code)
        assert queries.latest_today(person, EVENING) == date(2026, 3, 3)
