"""A group of people against a state: who may needle after this weekend, and who lacks what."""

import csv
import io

import pytest

from course.states.requirements.judgment import Verdict
from tests import factories
from tests.factories import MODULE
from tests.pages import counted


@pytest.fixture
def show(pages, admin):
    def get(state="FL", **more):
        query = "&".join(f"{name}={value}" for name, value in {"state": state, **more}.items())
        return pages.as_(admin).get(f"/admin/readiness/?{query}")

    return get


@pytest.fixture
def teacher(app, admin):
    return factories.instructor(app, admin)


def cells(page, name):
    """Return the words of each cell in the person's row, or None if the person is not in the table."""
    for row in page.tree.iter("tr"):
        words = [" ".join(" ".join(cell.itertext()).split()) for cell in row]
        if words[0] == name:
            return words
    return None


def test_without_a_state_there_is_only_the_form(pages, admin):
    page = pages.as_(admin).get("/admin/readiness/")
    assert page.status == 200
    assert page.tree.find(".//table") is None


def test_each_requirement_of_the_state_is_a_column_with_its_state_and_what_is_there(show, learner):
    row = cells(show(), learner.legal_name)
    assert "Not yet" in row[1]
    assert any("cannot be met online 0 of 50 hours" in cell for cell in row)


def test_a_course_leaves_those_who_never_opened_it(app, show, learner, other_learner):
    factories.open_sections(app, learner, MODULE)
    page = show(course="dry-needling")
    assert cells(page, learner.legal_name)
    assert cells(page, other_learner.legal_name) is None


def test_a_search_leaves_those_who_match(show, learner, other_learner):
    page = show(q=learner.email)
    assert cells(page, learner.legal_name)
    assert cells(page, other_learner.legal_name) is None


def test_a_lab_to_come_counts_as_if_those_in_it_attended_all_of_it(app, show, admin, teacher, learner, other_learner):
    lab = factories.lab(app, admin, teacher)
    factories.book(app, learner, lab)
    assert "0 of 50 hours" in " ".join(cells(show(), learner.legal_name))
    page = show(lab=lab.code)
    assert "4 of 50 hours" in " ".join(cells(page, learner.legal_name))
    assert cells(page, other_learner.legal_name) is None


def test_of_a_closed_lab_only_what_was_attended_counts(app, show, admin, teacher, learner):
    lab = factories.lab(app, admin, teacher)
    factories.book(app, learner, lab)
    factories.attend(app, learner, lab, last=120)
    factories.close_lab(app, teacher, lab)
    assert "2 of 50 hours" in " ".join(cells(show(lab=lab.code), learner.legal_name))


def test_a_verdict_leaves_those_who_have_it(show, learner):
    assert cells(show(verdict=Verdict.NOT_YET), learner.legal_name)
    assert cells(show(verdict=Verdict.MAY_NEEDLE), learner.legal_name) is None


def test_nobody_may_needle_where_it_is_prohibited(show, learner):
    assert "Prohibited" in cells(show("CA"), learner.legal_name)[1]


@pytest.mark.parametrize("more", [{"state": "XX"}, {"course": "none"}, {"lab": "none"}])
def test_what_is_not_there_is_not_found(show, more):
    assert show(**more).status == 404


def test_many_people_take_as_many_statements_as_few(app, show, learner):
    def count(**more):
        show(**more)
        with counted() as statements:
            show(**more)
        return len(statements)

    one = count(), count(verdict=Verdict.NOT_YET)
    for name in ("Ann", "Ben", "Cleo", "Dan"):
        factories.person(app, f"{name} Learner")
    assert (count(), count(verdict=Verdict.NOT_YET)) == one
    assert one[0] <= 20


def test_the_file_has_a_row_for_each_person_and_no_formula(app, pages, admin, learner):
    factories.person(app, "=1+1 Formula")
    sent = pages.as_(admin).get("/admin/readiness.csv?state=FL").response
    assert sent.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(sent.get_data().decode("utf-8-sig"))))
    assert rows[0][:3] == ["name", "verdict", "next step"]
    assert {row[0] for row in rows} >= {learner.legal_name, "'=1+1 Formula"}
    assert "50 hours, none online" in rows[0]
    assert any(cell == "cannot be met online: 0 of 50 hours" for row in rows for cell in row)
