"""The parts of a name: signed with the request, and kept with the certificate."""

import unicodedata

import pytest

from course.certificates.corrections import actions as corrections
from course.certificates.corrections import queries as correction_queries
from course.certificates.issuing import queries as register
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Request
from course.people.accounts import name_actions
from course.people.accounts import queries as people
from course.people.accounts.models import User
from course.people.accounts.name_parts import LegalName, NameParts
from course.platform import db
from course.platform.db import unit_of_work
from tests import factories
from tests.factories import COURSE, NOON

NEIL = "Sean José O\u2019Neil-Díaz"


def parts_on(app, code):
    with app.app_context():
        return Facts.from_json(register.certificate_of(code).facts).name_parts


def name(app, person, legal_name):
    with app.app_context():
        name_actions.rename(people.person(person.id), legal_name, now=NOON)


@unit_of_work
def _forget_parts(request_id):
    """Make the request and its person as they were before the parts were asked for."""
    request = db.session.get_one(Request, request_id)
    request.name_parts = db.session.get_one(User, request.user_id).name_parts = None


def sign(pages, person, typed):
    boxes = dict.fromkeys(("attested", "name_right", "license_right"), "y")
    form = {"legal_name": typed, "license": str(person.licenses[0].code)} | boxes
    return pages.as_(person).post(f"/courses/{COURSE}/certificate", form)


@pytest.mark.parametrize(
    "typed",
    [
        NEIL,
        "sean jose o'neil-diaz",
        "Sean José O`Neil-Díaz",
        "Sean José O\u00b4Neil\u2010Díaz",
        "Sean\u00a0José O\u02bcNeil\u2013Díaz ",
        unicodedata.normalize("NFD", NEIL),
    ],
)
def test_the_signature_is_read_as_a_person_reads_it_and_the_profile_has_the_name(app, pages, admin, typed):
    person = factories.person(app, NEIL)
    factories.complete(app, person)
    assert sign(pages, person, typed).status == 303
    with app.app_context():
        assert db.session.query(Request).one().attested_name == NEIL


@pytest.mark.parametrize("typed", ["Sean O'Neil-Díaz", "Sean José ONeil-Díaz", "O'Neil-Díaz Sean José", ""])
def test_another_name_does_not_sign(app, pages, typed):
    person = factories.person(app, NEIL)
    factories.complete(app, person)
    assert sign(pages, person, typed).status == 422


def test_a_certificate_keeps_the_parts_that_were_signed(app, learner, admin):
    request = factories.request(app, learner)
    name(app, learner, NameParts("Lena", "Married").whole)
    certificate = factories.issued(app, request, admin)
    assert certificate.name == "Lena Learner"
    assert parts_on(app, certificate.code) == NameParts("Lena", "Learner")


def test_without_the_parts_no_certificate_is_requested(app, pages, learner):
    factories.complete(app, learner)
    name(app, learner, LegalName("Lena Learner", None))
    assert "which part is your family name" in pages.as_(learner).get(f"/courses/{COURSE}/certificate").text
    assert "which part of your name is your family name" in sign(pages, learner, "Lena Learner").text
    with app.app_context():
        assert db.session.query(Request).count() == 0


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        (NameParts("Lena", "Learner"), NameParts("Lena", "Learner")),
        (NameParts("Lena Maria", "Learner"), None),
        (None, None),
    ],
)
def test_a_request_from_before_gets_parts_only_from_its_person_and_for_the_same_name(app, learner, admin, stated, kept):
    request = factories.request(app, learner)
    with app.app_context():
        _forget_parts(request.id)
    if stated:
        name(app, learner, stated.whole)
    assert parts_on(app, factories.issued(app, request, admin).code) == kept


def test_a_correction_corrects_the_parts(app, learner, admin):
    old = factories.issue(app, learner, admin)
    asked = factories.request_name_correction(app, learner, old, "Lena Lernér")
    with app.app_context():
        new = corrections.accept(correction_queries.correction_of(asked.code), rename=True, actor=admin, now=NOON)
    assert parts_on(app, new.code) == NameParts("Lena", "Lernér")
    with app.app_context():
        assert db.session.get_one(User, learner.id).name_parts == NameParts("Lena", "Lernér")
