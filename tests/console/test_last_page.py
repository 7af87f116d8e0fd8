"""A page beyond the last of a list says so, and leads back."""

import pytest

from course.certificates.sharing.queries import NameVisibility
from tests import factories

LISTS = (
    "/admin/requests/",
    "/admin/certificates/",
    "/admin/people/",
    "/admin/corrections/",
    "/admin/rescoring/",
    "/admin/packets/",
    "/admin/records-elsewhere/",
    "/admin/mails/",
    "/admin/feedback/",
    "/admin/boards/ce-broker-fl/",
    "/admin/boards/ce-broker-fl/files/",
)


@pytest.mark.parametrize("address", LISTS)
def test_a_page_beyond_the_last_leads_to_the_last(pages, admin, address):
    ada = pages.as_(admin)
    page = ada.get(address, query_string={"page": 3})
    assert page.status == 404
    assert "This list ends on page 1." in page.text
    (back,) = [link.get("href") for link in page.tree.iter("a") if link.text == "Go to the last page"]
    assert ada.get(back).status == 200


def test_the_way_back_keeps_what_was_searched_for(pages, admin, learner):
    page = pages.as_(admin).get("/admin/people/", query_string={"q": "lena & co", "page": 9})
    assert "/admin/people/?q=lena+%26+co&amp;page=1" in page.html


def test_the_directory_says_so_too(app, pages, admin, learner):
    certificate = factories.issue(app, learner, admin)
    factories.show(app, learner, certificate, NameVisibility.LISTED)
    page = pages.get("/directory/", query_string={"state": "HI", "name": "lena", "page": 2})
    assert page.status == 404
    assert "This list ends on page 1." in page.text


@pytest.mark.parametrize(
    "text", ["{}", " {}.", "https://learn.example.org/verify/{}?x=1", "Certificate no. {} of Lena"]
)
def test_a_certificate_number_in_any_form_leads_to_its_certificate(app, pages, learner, admin, text):
    certificate = factories.issue(app, learner, admin)
    ada = pages.as_(admin)
    for number in (certificate.code, certificate.code.lower().replace("-", "\u2013")):
        page = ada.get("/admin/people/", query_string={"q": text.format(number)})
        assert page.location == f"/admin/certificates/{certificate.code}"
