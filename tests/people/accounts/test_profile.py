"""The profile: licenses and the legal name."""

import pytest

from course.people.accounts import name_actions, queries
from course.people.accounts.models import User
from course.people.accounts.name_parts import LegalName, NameParts
from course.platform import db
from course.platform.audit.models import AuditEvent
from tests import factories

GOOD = {"jurisdiction": "FL", "profession": "PT", "number": " PT40213 ", "first_licensed": "", "expires_on": ""}


def test_the_audit_log_records_adding_changing_and_removing_a_license(app, pages, learner):
    mine = pages.as_(learner)
    mine.post("/profile/licenses/new", GOOD)
    page = mine.get("/profile")
    assert "Florida: PT PT40213" in page.text
    address = page.html.split("PT40213</h3>")[1].split('href="')[1].split('"')[0]
    mine.post(address, GOOD | {"expires_on": "2027-12-31"})
    assert "Expires December 31, 2027" in mine.get("/profile").text
    mine.post(address + "/remove")
    assert "PT40213" not in mine.get("/profile").text
    with app.app_context():
        events = [row.event for row in db.session.query(AuditEvent).order_by(AuditEvent.id)]
    assert events == ["license:added", "license:changed", "license:removed"]


def test_a_removed_license_can_be_added_again(pages, learner):
    mine = pages.as_(learner)
    mine.post("/profile/licenses/new", GOOD)
    mine.post(f"/profile/licenses/{learner.licenses[0].code}/remove")
    again = GOOD | {"jurisdiction": "HI", "number": learner.licenses[0].number}
    assert mine.post("/profile/licenses/new", again).status == 303
    assert f"Hawaii: PT {learner.licenses[0].number}" in mine.get("/profile").text


def test_the_same_license_twice_is_refused(pages, learner):
    mine = pages.as_(learner)
    mine.post("/profile/licenses/new", GOOD)
    assert mine.post("/profile/licenses/new", GOOD).status == 409


def test_a_license_cannot_expire_before_it_began(pages, learner):
    dates = {"first_licensed": "2020-01-01", "expires_on": "2019-01-01"}
    page = pages.as_(learner).post("/profile/licenses/new", GOOD | dates)
    assert page.status == 422
    assert "can't be before the date first licensed" in page.text


def test_the_audit_log_records_a_change_of_name(app, pages, learner):
    pages.as_(learner).post("/profile", {"given_name": " Lena ", "family_name": " Van   Married "})
    with app.app_context():
        row = db.session.query(AuditEvent).one()
    assert row.details == {
        "before": {"legal_name": "Lena Learner", "parts": {"given": "Lena", "family": "Learner", "suffix": ""}},
        "after": {"legal_name": "Lena Van Married", "parts": {"given": "Lena", "family": "Van Married", "suffix": ""}},
    }


def test_a_name_is_stored_in_composed_form(app, pages, learner):
    pages.as_(learner).post("/profile", factories.name_form("Jose\u0301 \u5c71\u7530"))
    with app.app_context():
        assert db.session.get_one(User, learner.id).legal_name == "Jos\u00e9 \u5c71\u7530"


def test_a_name_with_a_hidden_character_is_refused(app, pages, learner):
    page = pages.as_(learner).post("/profile", factories.name_form("Lena \u202erenraeL"))
    assert page.status == 422
    assert "hidden character (U+202E)" in page.text
    with app.app_context():
        assert db.session.get_one(User, learner.id).legal_name == "Lena Learner"


class TestNameFromBefore:
    """An account from before the parts of names were asked for."""

    @pytest.fixture
    def mine(self, app, pages, learner):
        with app.app_context():
            name_actions.rename(queries.person(learner.id), LegalName("Robert Downey Jr.", None), now=factories.NOON)
        return pages.as_(learner)

    def test_the_profile_asks_for_the_family_name_and_guesses_nothing(self, mine):
        page = mine.get("/profile")
        assert "We print Robert Downey Jr. on your certificates" in page.text
        fields = {one.get("name"): one for one in page.tree.iter("input")}
        assert [fields[name].get("value") for name in ("given_name", "family_name")] == ["", ""]

    def test_the_answer_is_on_record_and_the_printed_name_stays(self, app, mine, learner):
        form = {"given_name": "Robert", "family_name": "Downey", "name_suffix": "Jr."}
        assert mine.post("/profile", form).status == 303
        page = mine.get("/profile")
        assert "Tell us which part" not in page.text
        assert [one.get("value") for one in page.tree.iter("option") if one.get("selected") is not None] == ["Jr."]
        with app.app_context():
            user = db.session.get_one(User, learner.id)
            event = db.session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
        assert (user.legal_name, user.name_parts) == ("Robert Downey Jr.", NameParts("Robert", "Downey", "Jr."))
        assert event.details["before"] == {"legal_name": "Robert Downey Jr.", "parts": None}


def test_somebody_with_one_name_says_so(app, pages, learner):
    mine = pages.as_(learner)
    assert mine.post("/profile", {"one_name": "y", "family_name": "Madonna"}).status == 303
    page = mine.get("/profile").text
    assert "We print Madonna on your certificates" in page
    assert "an administrator has to confirm that you have only one name" in page
