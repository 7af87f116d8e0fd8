"""Verifying a number: the status first, then only the facts to compare with the document."""

from urllib.parse import quote
from uuid import UUID

import pytest

from course.certificates.issuing import ending, issuing, queries
from course.certificates.issuing.models import Certificate, Correction, Reason
from course.people.accounts.models import User
from course.platform import db
from tests import factories
from tests.pages import headers_of

WORDS_OF_EVERY_PAGE = {"learner", "issued", "license", "none", "on record"}
SHOWN_FACTS = ("name", "course_title", "provider_name", "provider_number", "code")

UNISSUED = "AAAA-AAAA-AAAA-AAAA"
MALFORMED = (
    "nonsense",
    "x" * 3000,
    "%00",
    "AAAA/AAAA",
    "AAAA-AAAA-AAAA-AAAA/",
    "Ж" * 16,
    "%ff%fe",
    "AAAA%00AAAA",
    "a b",
    "<b>",
)


@pytest.fixture
def certificate(app, learner, admin):
    return factories.issue(app, learner, admin)


def test_status_comes_first_and_then_the_facts(pages, certificate):
    page = pages.get(f"/verify/{certificate.code}")
    assert page.text.index("Valid") < page.text.index("Lena Learner")
    for fact in ("1.25 (of 60 minutes)", "Self-paced online", "March 2, 2026", certificate.code):
        assert fact in page.text


SPELLINGS = {
    "lower case": str.lower,
    "no dashes": lambda code: code.replace("-", ""),
    "spaces": lambda code: code.replace("-", " "),
    "full stop": lambda code: code + ".",
    "slash": lambda code: code + "/",
    "bracket": lambda code: code + ")",
    "angle": lambda code: code + ">",
    "en dashes": lambda code: code.replace("-", "\N{EN DASH}"),
    "zero width space": lambda code: code + "\u200b",
    "whole address": lambda code: f"https://learn.example.org/verify/{code}",
    "whole address with a query": lambda code: f"https://learn.example.org/verify/{code}?a=b#c",
    "whole address, escaped": lambda code: quote(f"https://learn.example.org/verify/{code}", safe=""),
    "sentence": lambda code: f"Her number is {code}, I think.",
}


@pytest.mark.parametrize("typed", SPELLINGS.values(), ids=SPELLINGS.keys())
class TestSpelling:
    def test_a_number_in_the_address_is_found(self, pages, certificate, typed):
        page = pages.get("/verify/" + quote(typed(certificate.code)), follow_redirects=True)
        assert (page.status, "Lena Learner" in page.text) == (200, True)

    def test_a_system_finds_it_too(self, pages, certificate, typed):
        path = "/verify/" + quote(typed(certificate.code))
        reply = pages.get(path, headers={"Accept": "application/json"}, follow_redirects=True).response
        assert (reply.status_code, reply.json["number"]) == (200, certificate.code)

    @pytest.mark.parametrize("field", ["code", "number"])
    def test_a_number_typed_into_the_form_leads_to_its_address(self, pages, certificate, typed, field):
        page = pages.get("/verify/", query_string={field: typed(certificate.code)})
        assert (page.status, page.location) == (303, f"/verify/{certificate.code}")

    def test_the_holder_finds_it(self, pages, learner, certificate, typed):
        typed_ = typed(certificate.code).replace("https://learn.example.org/verify/", "")
        page = pages.as_(learner).get("/certificates/" + quote(typed_), follow_redirects=True)
        assert (page.status, certificate.code in page.text) == (200, True)

    def test_an_administrator_finds_it(self, pages, admin, certificate, typed):
        console = pages.as_(admin)
        page = console.get("/admin/people/", query_string={"q": typed(certificate.code)})
        assert (page.status, page.location) == (303, f"/admin/certificates/{certificate.code}")


class TestSeveralNumbers:
    @pytest.fixture
    def both(self, app, certificate, other_learner, admin):
        return certificate.code, factories.issue(app, other_learner, admin).code

    def test_the_page_says_so_and_links_to_each(self, pages, both):
        for page in (
            pages.get("/verify/", query_string={"code": " and ".join(both)}),
            pages.get(f"/verify/{quote(', '.join(both))}"),
        ):
            assert page.status == 422
            assert "The text contains 2 certificate numbers" in page.text
            assert {f"/verify/{code}" for code in both} <= {link.get("href") for link in page.tree.iter("a")}
            assert "Lena Learner" not in page.text

    def test_a_system_is_told_too(self, pages, both):
        reply = pages.get(f"/verify/{' '.join(both)}", headers={"Accept": "application/json"}).response
        assert (reply.status_code, reply.json) == (422, {"status": "ambiguous", "numbers": list(both)})

    def test_an_administrator_is_told_too(self, pages, admin, both):
        page = pages.as_(admin).get("/admin/people/", query_string={"q": " ".join(both)})
        assert (page.status, "several certificate numbers" in page.text) == (422, True)


def test_both_databases_find_a_number_in_a_text(either_app):
    learner, admin = factories.person(either_app, "Lena"), factories.person(either_app, "Ada", role="admin")
    code = factories.issue(either_app, learner, admin).code
    with either_app.app_context():
        assert queries.find_by_code(f"See https://x.org/verify/{code}.").code == code
        assert queries.find_by_code("See page 2.") is None


def test_it_reveals_nothing_else(app, pages, learner, certificate):
    """Of all texts about the person and the certificate, only the listed facts are on the page."""
    html = pages.get(f"/verify/{certificate.code}").html
    shown = " ".join(str(certificate.facts[name]) for name in SHOWN_FACTS)
    kept_back = {words for words in texts_about(app, learner, certificate) if words not in shown} - WORDS_OF_EVERY_PAGE
    assert {words for words in kept_back if words in html} == set()


def texts_about(app, user, certificate):
    """Return every text of at least four letters in the rows about the person and the certificate."""
    with app.app_context():
        rows = [db.session.get_one(User, user.id), user.licenses[0], db.session.get_one(Certificate, certificate.id)]
        rows.append(queries.request_behind(rows[-1]))
        values = [getattr(row, column.key) for row in rows for column in type(row).__mapper__.columns]
    return {text for value in values for text in leaves(value) if len(text) >= 4}


def leaves(value):
    if isinstance(value, dict | list):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in leaves(one)]
    return [str(value)] if isinstance(value, str | UUID) else []


@pytest.mark.parametrize("code", MALFORMED)
def test_unknown_and_malformed_numbers_get_the_same_answer(pages, code):
    unknown, malformed = pages.get(f"/verify/{UNISSUED}"), pages.get(f"/verify/{code}")
    assert (unknown.status, malformed.status) == (404, 404)
    assert malformed.html == unknown.html
    assert headers_of(malformed.response) == headers_of(unknown.response)


@pytest.mark.parametrize("code", [UNISSUED, *MALFORMED])
def test_a_number_typed_into_the_form_leads_to_the_same_answer(pages, code):
    answer = pages.get(f"/verify/?code={code}", follow_redirects=True)
    assert (answer.status, answer.text) == (404, pages.get(f"/verify/{UNISSUED}").text)


@pytest.mark.parametrize("path", ["", UNISSUED, "certificate"])
def test_no_answer_is_indexed_or_cached(pages, certificate, path):
    headers = pages.get(f"/verify/{certificate.code if path == 'certificate' else path}").response.headers
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_every_number_takes_one_statement(pages, certificate, count_queries):
    for code in (certificate.code, UNISSUED, "nonsense"):
        with count_queries() as seen:
            pages.get(f"/verify/{code}")
        assert len(seen) == 1, (code, seen)


class TestForSystems:
    JSON = {"Accept": "application/json"}

    def ask(self, pages, code):
        return pages.get(f"/verify/{code}", headers=self.JSON).response

    def test_the_same_facts_as_data(self, pages, certificate):
        facts, page = certificate.facts, pages.get(f"/verify/{certificate.code}").text
        reply = self.ask(pages, certificate.code).json
        assert reply == {
            "status": "valid",
            "number": certificate.code,
            "name": "Lena Learner",
            "name_shown_as": "name",
            "course": facts["course_title"],
            "contact_hours": 1.25,
            "delivery": [{"mode": "Self-paced online", "contact_hours": 1.25}],
            "hands_on": "none: this course contains no hands-on training",
            "completed_on": "2026-03-02",
            "issued_on": "2026-03-02",
            "valid_until": None,
            "provider": {"name": facts["provider_name"], "number": facts["provider_number"]},
            "approvals": [],
            "proves": "completed education; this is not a license, and state law decides who may needle",
        }
        for words in (
            reply["number"],
            reply["name"],
            reply["course"],
            "1.25",
            "March 2, 2026",
            reply["provider"]["name"],
        ):
            assert words in page

    def test_approvals_have_state_number_and_approver(self, app, pages, learner, admin):
        factories.approve(app, admin)
        certificate = factories.issue(app, learner, admin)
        reply = self.ask(pages, certificate.code).json["approvals"]
        assert reply == [{"state": "HI", "number": "HI-77", "approver": "Board of Hawaii"}]
        assert "HI HI-77" in pages.get(f"/verify/{certificate.code}").text

    def test_a_revoked_certificate_states_when_and_why(self, app, pages, admin, certificate):
        with app.app_context():
            ending.revoke(certificate, Reason.AT_REQUEST, "asked by phone", actor=admin, now=factories.NOON)
        reply = self.ask(pages, certificate.code).json
        assert reply["status"] == "revoked"
        assert reply["revoked"] == {"on": "2026-03-02", "reason": "at the participant's request"}
        assert "phone" not in str(reply)

    def test_a_superseded_certificate_names_its_successor(self, app, pages, admin, certificate):
        with app.app_context():
            new = issuing.supersede(certificate, Correction.RESCORED, "a key", actor=admin, now=factories.NOON)
        reply = self.ask(pages, certificate.code).json
        assert reply["status"] == "superseded"
        assert reply["superseded_by"]["number"] == new.code
        assert reply["superseded_by"]["reason"] == "an assessment was rescored"
        assert reply["superseded_by"]["url"].endswith(f"/verify/{new.code}")

    def test_an_expired_certificate_states_its_last_day(self, app, pages, learner, admin):
        factories.set_course(app, valid_months=1)
        reply = self.ask(pages, factories.issue(app, learner, admin).code).json
        assert (reply["status"], reply["valid_until"]) == ("expired", "2026-04-02")

    @pytest.mark.parametrize("code", MALFORMED)
    def test_unknown_and_malformed_numbers_get_the_same_answer(self, pages, code):
        unknown, malformed = self.ask(pages, UNISSUED), self.ask(pages, code)
        assert (malformed.status_code, malformed.json) == (404, {"status": "unknown"})
        assert headers_of(malformed) == headers_of(unknown)

    def test_caches_keep_page_and_data_apart(self, pages, certificate):
        for headers in ({}, self.JSON):
            answer = pages.get(f"/verify/{certificate.code}", headers=headers).response
            assert "Accept" in answer.vary
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("ended", ["revoked", "superseded"])
def test_an_ended_certificate_offers_no_file(app, pages, admin, certificate, ended):
    with app.app_context():
        if ended == "revoked":
            ending.revoke(certificate, Reason.AT_REQUEST, "asked", actor=admin, now=factories.NOON)
        else:
            issuing.supersede(certificate, Correction.RESCORED, "a key", actor=admin, now=factories.NOON)
    page = pages.get(f"/verify/{certificate.code}")
    assert page.tree.find(".//h1/..").get("class") == "verdict revoked"
    assert not any(end in page.html for end in (".pdf", ".json", ".png", "/shared/"))


def test_titles_and_meta_tags_reveal_nothing_about_the_person(pages, certificate):
    tree = pages.get(f"/verify/{certificate.code}").tree
    head = " ".join(str(element.attrib) + (element.text or "") for element in tree.find("head").iter())
    assert not any(words in head for words in ("Lena", "Learner", certificate.code, certificate.facts["course_title"]))
