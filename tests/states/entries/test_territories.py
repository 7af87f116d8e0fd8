"""Territories: a license can be from one, and nothing about their law is said."""

from datetime import UTC, datetime

import pytest

from course.certificates.issuing import queries
from course.certificates.issuing.facts import Facts
from course.content.schema.territory import TERRITORIES
from course.platform import clock
from course.platform.dates import date_in
from tests import factories
from tests.factories import COURSE, NOON

CODES = ["AS", "GU", "MP", "PR", "VI"]


def test_the_five_territories_can_be_chosen_for_a_license(pages, learner):
    mine = pages.as_(learner)
    page = mine.get("/profile/licenses/new")
    assert sorted(TERRITORIES) == CODES
    for code in CODES:
        assert f'value="{code}">{TERRITORIES[code].name}</option>' in page.html
        assert (
            mine.post("/profile/licenses/new", {"jurisdiction": code, "profession": "PT", "number": "PT40213"}).status
            == 303
        )
    assert "Guam: PT PT40213" in mine.get("/profile").text


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_a_territory_says_that_nothing_is_on_file(pages, code):
    page = pages.get(f"/states/{code}")
    assert page.status == 200
    assert "Nothing is on file" in page.text
    assert "permitted" not in page.text.lower()
    assert pages.get(f"/states/{code.lower()}").location.endswith(f"/states/{code}")


def test_the_list_of_states_leads_to_the_territories(pages):
    page = pages.get("/states/")
    assert all(f'href="/states/{code}"' in page.html for code in CODES)


@pytest.mark.parametrize("one", TERRITORIES.values(), ids=CODES)
def test_each_has_a_time_zone(one):
    assert date_in(one.time_zone, NOON)


def test_a_certificate_for_a_license_of_guam_is_dated_in_guam_and_counts_no_hours_there(app, pages, learner, admin):
    guam = factories.license_in(app, learner, "GU")
    factories.complete(app, learner)
    mine = pages.as_(learner)
    assert "Guam: nothing on file" in mine.get(f"/courses/{COURSE}").text
    signed = dict.fromkeys(("license_right", "name_right", "attested", "print_license"), "y")
    signed |= {"license": str(guam.code), "legal_name": learner.legal_name}
    assert mine.post(f"/courses/{COURSE}/certificate", signed).status == 303
    code = factories.request_code(app, learner)
    page = pages.as_(admin).get(f"/admin/requests/{code}")
    assert "The licensing board of Guam issues licenses in Guam." in page.text
    assert pages.as_(admin).post("/admin/requests/issue", {"request": str(code), "license_checked": "y"}).status == 303
    facts = _facts(app, learner)
    assert (facts.license_state_name, facts.time_zone, facts.approvals) == ("Guam", "Pacific/Guam", ())
    assert facts.completed_on == date_in("Pacific/Guam", NOON)
    assert mine.get("/transcript").status == mine.get("/transcript.csv").status == 200
    assert pages.as_(admin).get(f"/admin/people/{learner.code}").status == 200


def _facts(app, person):
    with app.app_context():
        (certificate,) = queries.every_award(person.id)
        return Facts.from_json(certificate.facts)


@pytest.mark.parametrize("now", [datetime(2026, 3, 3, 4, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)])
def test_the_day_that_the_form_of_a_check_proposes_is_accepted(pages, admin, monkeypatch, now):
    """At the first moment it is still March 2 in Hawaii, where the administrator has a license."""
    monkeypatch.setattr(clock, "now", lambda: now)
    proposed = pages.as_(admin).get("/admin/states/FL").html.split('id="checked_on"')[1].split('value="')[1][:10]
    assert proposed == ("2026-03-02" if now.hour < 10 else "2026-03-03")
    page = pages.as_(admin).post("/admin/states/FL", {"checked_on": proposed})
    assert "Enter today's date or an earlier one." not in page.text
