"""A license number that looks like a placeholder is accepted once its holder has confirmed it."""

import pytest

from course.certificates.issuing import requesting
from course.people.accounts.models import License
from course.platform import db
from tests.factories import NOON

FORM = {"jurisdiction": "TX", "profession": "PT", "first_licensed": "", "expires_on": ""}
ASKED = "This is the number that my board issued"


@pytest.mark.parametrize(
    ("state", "number"), [("TX", "1234567"), ("NY", "012345"), ("OH", "PT.012345"), ("TX", "1111111")]
)
def test_a_number_that_looks_made_up_is_asked_about_and_then_accepted(app, pages, learner, state, number):
    mine, sent = pages.as_(learner), FORM | {"jurisdiction": state, "number": number}
    page = mine.post("/profile/licenses/new", sent)
    assert (page.status, ASKED in page.text) == (422, True)
    assert mine.post("/profile/licenses/new", sent | {"number_confirmed": "y"}).status == 303
    with app.app_context():
        license_ = db.session.query(License).filter_by(number=number).one()
        assert license_.number_confirmed
        assert requesting.license_fault(license_, NOON) is None
        address = f"/profile/licenses/{license_.code}"
    assert ASKED in mine.get(address).text


def test_other_numbers_are_not_asked_about(pages, learner):
    mine = pages.as_(learner)
    assert ASKED not in mine.get("/profile/licenses/new").text
    assert ASKED not in mine.post("/profile/licenses/new", FORM | {"number": ""}).text


@pytest.mark.parametrize("number", ["0000000", "N/A", "PT#1234567"])
def test_what_no_board_issues_is_refused_even_if_confirmed(pages, learner, number):
    sent = FORM | {"number": number, "number_confirmed": "y"}
    assert pages.as_(learner).post("/profile/licenses/new", sent).status == 422
