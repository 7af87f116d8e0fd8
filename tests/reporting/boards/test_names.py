"""Names in report files: as the person stated them, or not at all."""

from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import update

from course.certificates.issuing.models import Request
from course.people.accounts import name_actions
from course.people.accounts import queries as people
from course.people.accounts.models import User
from course.people.accounts.name_parts import LegalName, NameParts
from course.platform import db
from course.platform.db import unit_of_work
from course.reporting.boards.status import Status
from tests import factories
from tests.factories import NOON
from tests.reporting.boards.boards import BOARD, send, statuses, use

XML_ONLY = BOARD.model_copy(update={"formats": ("xml",)})


@pytest.fixture(autouse=True)
def board(app):
    use(app)


def rename(app, person, name):
    with app.app_context():
        name_actions.rename(people.person(person.id), name, now=NOON)


def certified(app, admin, name: NameParts):
    """Return a person with that name, with a certificate and a license in Florida."""
    person = factories.person(app, "Lena Learner")
    rename(app, person, name.whole)
    factories.add_license(app, person)
    with app.app_context():
        person = people.person(person.id)
    return person, factories.issue(app, person, admin)


def certified_before(app, admin, name):
    """Return a person whose certificate is from before the parts were asked for, and the certificate."""
    person = factories.person(app, name)
    factories.add_license(app, person)
    request = factories.request(app, person)

    @unit_of_work
    def forget():
        db.session.execute(update(Request).where(Request.id == request.id).values(name_parts=None))
        db.session.execute(update(User).where(User.id == person.id).values(name_parts=None))

    with app.app_context():
        forget()
    return person, factories.issued(app, request, admin)


def reported(app, admin):
    """Return (first name, last name) of each person in a new XML file."""
    attendees = fromstring(send(app, admin, "xml").file).iter("attendee")
    return [(one.findtext("first_name") or "", one.findtext("last_name")) for one in attendees]


@pytest.mark.parametrize(
    "name", [NameParts("Robert", "Downey", "Jr."), NameParts("Juan", "de la Cruz"), NameParts("Anh", "Do")]
)
def test_the_family_name_is_reported_whole_and_without_a_suffix(app, admin, name):
    certified(app, admin, name)
    assert reported(app, admin) == [(name.given, name.family)]


def test_a_later_change_of_name_does_not_change_what_is_reported(app, admin):
    person, _ = certified(app, admin, NameParts("Lena", "Learner"))
    rename(app, person, NameParts("Lena", "Married").whole)
    assert reported(app, admin) == [("Lena", "Learner")]


class TestWithoutParts:
    @pytest.fixture
    def old(self, app, admin):
        return certified_before(app, admin, "Robert Downey Jr.")

    def test_the_sheet_takes_the_completion_and_the_xml_file_leaves_it_out(self, app, pages, admin, old):
        _, certificate = old
        one = statuses(app)[certificate.code]
        assert one.status is Status.READY
        assert "family name in “Robert Downey Jr.” is not on record" in one.reasons[0]
        page = pages.as_(admin).get(f"/admin/boards/{BOARD.key}/file").text
        assert "An XML file leaves out 1 of them" in page
        assert "Jr. FL" not in page
        assert b"<attendee>" not in pages.as_(admin).get(f"/admin/boards/{BOARD.key}/test.xml").response.data
        assert send(app, admin, "sheet").records == 1

    def test_a_board_that_takes_xml_alone_is_told_why_it_is_blocked(self, app, old):
        use(app, XML_ONLY)
        one = statuses(app, XML_ONLY)[old[1].code]
        assert (one.status, len(one.reasons)) == (Status.BLOCKED, 1)
        assert "is not on record" in one.reasons[0]

    def test_it_is_reported_once_the_person_has_said_which_part_is_which(self, app, admin, old):
        rename(app, old[0], NameParts("Robert", "Downey", "Jr.").whole)
        assert reported(app, admin) == [("Robert", "Downey")]

    @pytest.mark.parametrize(
        "name", [NameParts("Robert", "Downey").whole, LegalName("R. Downey", NameParts("R.", "Downey"))]
    )
    def test_parts_of_another_name_are_not_taken_for_it(self, app, old, name):
        rename(app, old[0], name)
        assert "is not on record" in statuses(app)[old[1].code].reasons[0]


class TestOneName:
    @pytest.fixture
    def madonna(self, app, admin):
        return certified(app, admin, NameParts("", "Madonna"))

    def test_the_sheet_is_never_blocked(self, app, admin, madonna):
        assert send(app, admin, "sheet").records == 1

    def test_an_administrators_word_lets_the_xml_file_have_it(self, app, pages, admin, madonna):
        person, certificate = madonna
        ada, address = pages.as_(admin), f"/admin/people/{person.code}"
        assert "“Madonna” is one name" in statuses(app)[certificate.code].reasons[0]
        assert ada.post(f"{address}/one-name", {"one_name_proof": " "}).status == 422
        assert "Confirm only name" in ada.get(address).text
        for _ in range(2):  # it is safe to repeat
            assert ada.post(f"{address}/one-name", {"one_name_proof": "Her passport."}).status == 303
        page = ada.get(address).text
        assert "Madonna, confirmed" in page
        assert page.count("person:one-name-confirmed") == 1
        assert reported(app, admin) == [("", "Madonna")]

    def test_the_word_is_for_that_name_only(self, app, pages, admin, madonna):
        person, certificate = madonna
        pages.as_(admin).post(f"/admin/people/{person.code}/one-name", {"one_name_proof": "Her passport."})
        rename(app, person, NameParts("", "Cher").whole)
        assert statuses(app)[certificate.code].reasons == ()
        assert "not confirmed" in pages.as_(admin).get(f"/admin/people/{person.code}").text

    def test_nobody_with_two_names_is_confirmed_as_having_one(self, app, pages, admin):
        person = factories.person(app, "Lena Learner")
        address = f"/admin/people/{person.code}/one-name"
        assert pages.as_(admin).post(address, {"one_name_proof": "x"}).status == 409
