"""The holder's page of a certificate, and the links that show it to others."""

from urllib.parse import parse_qs, urlsplit

import pytest

from course.certificates.credentials import baking
from course.certificates.issuing import ending, issuing
from course.certificates.issuing.models import Correction, Reason
from course.certificates.sharing import actions
from course.certificates.sharing.models import ShareLink
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.reporting.retention import actions as retention
from tests import factories
from tests.factories import NOON
from tests.pages import headers_of


@pytest.fixture
def certificate(app, learner, admin):
    return factories.issue(app, learner, admin)


@pytest.fixture
def mine(pages, learner):
    return pages.as_(learner)


@pytest.fixture
def address(certificate):
    return f"/certificates/{certificate.code}"


def revoke(app, admin, certificate):
    with app.app_context():
        ending.revoke(certificate, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)


def supersede(app, admin, certificate):
    with app.app_context():
        return issuing.supersede(certificate, Correction.RESCORED, "a key", actor=admin, now=NOON)


class TestPage:
    def test_everything_about_it_is_in_one_place(self, mine, address, certificate):
        page = mine.get(address)
        assert "valid" in page.text
        for href in (
            f"{address}.pdf",
            f"{address}.json",
            f"{address}.png",
            f"{address}.svg",
            f"/verify/{certificate.code}",
            f"{address}/public",
        ):
            assert f'href="{href}"' in page.html
        for heading in ("Share links", "Digital wallet", "Résumé and LinkedIn"):
            assert heading in page.text

    def test_it_is_reached_from_the_list(self, mine, address):
        assert f'href="{address}"' in mine.get("/certificates/").html

    def test_the_resume_line_has_the_facts_of_the_certificate(self, mine, address, certificate):
        line = mine.get(address).tree.findtext(".//textarea[@id='resume']")
        facts = certificate.facts
        for words in (
            facts["course_title"],
            "1.25 contact hours",
            facts["provider_name"],
            "March 2, 2026",
            certificate.code,
        ):
            assert words in line
        assert facts["verify_url"] in line

    def test_linkedin_gets_a_plain_link_without_the_name(self, mine, address, certificate):
        page = mine.get(address)
        [link] = [a.get("href") for a in page.tree.iter("a") if "linkedin" in a.get("href", "")]
        assert urlsplit(link).netloc == "www.linkedin.com"
        assert parse_qs(urlsplit(link).query) == {
            "startTask": ["CERTIFICATION_NAME"],
            "name": [certificate.facts["course_title"]],
            "organizationName": [certificate.facts["provider_name"]],
            "issueYear": ["2026"],
            "issueMonth": ["3"],
            "certUrl": [certificate.facts["verify_url"]],
            "certId": [certificate.code],
        }
        assert "linkedin" not in " ".join(script.get("src", "") for script in page.tree.iter("script"))

    def test_an_expiration_date_goes_to_linkedin_too(self, app, pages, learner, admin):
        factories.set_course(app, valid_months=24)
        certificate = factories.issue(app, learner, admin)
        page = pages.as_(learner).get(f"/certificates/{certificate.code}")
        assert "expirationYear=2028&amp;expirationMonth=3" in page.html
        assert "valid until March 2, 2028" in page.tree.findtext(".//textarea[@id='resume']")

    def test_a_revoked_certificate_states_why_and_cannot_be_shared(self, app, mine, admin, address, certificate):
        revoke(app, admin, certificate)
        page = mine.get(address)
        assert "at the participant's request" in page.text
        assert "Share links" not in page.text
        assert f"{address}.pdf" not in page.html
        assert mine.post(f"{address}/links", {"label": "For my clinic"}).status == 422

    def test_a_superseded_certificate_links_to_its_successor(self, app, mine, admin, address, certificate):
        new = supersede(app, admin, certificate)
        page = mine.get(address)
        assert f'href="/certificates/{new.code}"' in page.html
        assert "Share links" not in page.text

    def test_an_expired_certificate_can_still_be_shared(self, app, pages, learner, admin):
        factories.set_course(app, valid_months=1)
        certificate = factories.issue(app, learner, admin)
        page = pages.as_(learner).get(f"/certificates/{certificate.code}")
        assert "It was valid until April 2, 2026" in page.text
        token = factories.share(app, learner, certificate)
        assert "expired" in pages.get(f"/shared/{token}").text

    def test_strangers_and_administrators_find_nothing(self, pages, other_learner, admin, address):
        for person in (other_learner, admin):
            assert pages.as_(person).get(address).status == 404
            assert pages.as_(person).post(f"{address}/links", {"label": "x"}).status == 404

    def test_it_needs_five_statements_at_most(self, app, mine, learner, address, certificate, count_queries):
        for label in ("one", "two", "three"):
            factories.share(app, learner, certificate, label=label)
        with count_queries() as seen:
            mine.get(address)
        assert len(seen) <= 5, seen


class TestLinks:
    def test_a_link_is_created_listed_and_ended(self, app, pages, mine, address, certificate):
        assert mine.post(f"{address}/links", {"label": " For   my clinic "}).status == 303
        page = mine.get(address)
        assert "For my clinic" in page.text
        url = page.tree.find(".//input[@id='link-1']").get("value")
        assert url.startswith("http://127.0.0.1:8000/shared/")
        shared = urlsplit(url).path
        assert pages.get(shared).status == 200
        assert mine.post(f"{address}/links/{shared.split('/')[-1]}/end").status == 303
        assert pages.get(shared).status == 404
        assert "For my clinic" not in mine.get(address).text.split("Share links")[1]
        with app.app_context():
            events = db.session.query(AuditEvent).filter(AuditEvent.event.like("certificate:share%")).all()
            assert [(row.event, row.details) for row in events] == [
                ("certificate:shared", {"label": "For my clinic"}),
                ("certificate:share-ended", {"label": "For my clinic"}),
            ]

    def test_a_token_has_at_least_128_random_bits(self, app, learner, certificate):
        tokens = {factories.share(app, learner, certificate, label=str(n)) for n in range(5)}
        assert len(tokens) == 5
        assert all(len(token) * 6 >= 128 for token in tokens)

    @pytest.mark.parametrize("label", ["", "   ", "x" * 81])
    def test_without_a_usable_label_no_link_is_created(self, app, mine, address, label):
        page = mine.post(f"{address}/links", {"label": label})
        assert page.status == 422
        assert "There is a problem" in page.text
        with app.app_context():
            assert db.session.query(ShareLink).count() == 0

    def test_the_same_label_twice_creates_one_link(self, app, mine, address):
        mine.post(f"{address}/links", {"label": "Clinic"})
        page = mine.post(f"{address}/links", {"label": "Clinic"})
        assert page.status == 422
        assert "already have a link" in page.text
        with app.app_context():
            assert db.session.query(ShareLink).count() == 1

    def test_the_number_of_links_is_limited(self, app, learner, certificate):
        for n in range(actions.MAX_LINKS):
            factories.share(app, learner, certificate, label=str(n))
        with pytest.raises(actions.TooManyLinks):
            factories.share(app, learner, certificate, label="more")

    def test_a_link_ended_twice_is_recorded_once(self, app, mine, learner, address, certificate):
        token = factories.share(app, learner, certificate)
        for _ in range(2):
            assert mine.post(f"{address}/links/{token}/end").status == 303
        with app.app_context():
            assert db.session.query(AuditEvent).filter_by(event="certificate:share-ended").count() == 1

    def test_no_one_ends_the_link_of_another_person(
        self, app, pages, other_learner, learner, admin, address, certificate
    ):
        token = factories.share(app, learner, certificate)
        other = factories.issue(app, other_learner, admin)
        stranger = pages.as_(other_learner)
        assert stranger.post(f"{address}/links/{token}/end").status == 404
        assert stranger.post(f"/certificates/{other.code}/links/{token}/end").status == 404
        assert pages.get(f"/shared/{token}").status == 200


class TestShared:
    @pytest.fixture
    def token(self, app, learner, certificate):
        return factories.share(app, learner, certificate)

    FILES = ("", "/certificate.pdf", "/badge.json", "/badge.png", "/badge.svg")

    def test_anyone_with_the_link_sees_the_certificate_and_gets_its_files(self, pages, token, certificate, app):
        page = pages.get(f"/shared/{token}")
        for words in ("Lena Learner", certificate.facts["course_title"], "1.25", "March 2, 2026", certificate.code):
            assert words in page.text
        assert pages.client.get(f"/shared/{token}/certificate.pdf").data.startswith(b"%PDF-")
        badge = pages.get(f"/shared/{token}/badge.json").response
        assert badge.json["credentialSubject"]["creditsEarned"] == 1.25
        assert badge.mimetype == "application/vc+ld+json"
        assert baking.from_png(pages.client.get(f"/shared/{token}/badge.png").data) == badge.get_data(as_text=True)
        assert baking.from_svg(pages.client.get(f"/shared/{token}/badge.svg").data) == badge.get_data(as_text=True)

    def test_a_wallet_may_read_the_badge_from_a_page_of_its_own(self, pages, token):
        headers = pages.get(f"/shared/{token}/badge.json", headers={"Accept": "application/vc"}).response.headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Content-Type"] == "application/vc"
        assert "Access-Control-Allow-Origin" not in pages.get(f"/shared/{token}").response.headers

    @pytest.mark.parametrize("file", FILES)
    def test_it_is_not_indexed_or_cached_and_no_other_site_learns_the_link(self, pages, token, file):
        headers = pages.client.get(f"/shared/{token}{file}").headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("file", FILES)
    def test_unknown_ended_and_revoked_links_get_the_same_answer(
        self, app, pages, mine, learner, admin, certificate, address, file
    ):
        ended, kept = (factories.share(app, learner, certificate, label=label) for label in ("a", "b"))
        mine.post(f"{address}/links/{ended}/end")
        revoke(app, admin, certificate)
        answers = [pages.get(f"/shared/{token}{file}") for token in ("nonsense", "x" * 2000, ended, kept, "ж")]
        assert [answer.status for answer in answers] == [404] * 5
        assert len({answer.html for answer in answers}) == 1
        assert len({tuple(headers_of(answer.response)) for answer in answers}) == 1

    def test_a_replaced_certificate_is_shown_by_the_same_link(self, app, pages, admin, token, certificate):
        new = supersede(app, admin, certificate)
        page = pages.get(f"/shared/{token}")
        assert new.code in page.text
        assert certificate.code not in page.text
        assert new.code in pages.get(f"/shared/{token}/badge.json").html

    def test_a_closed_account_shares_nothing(self, app, pages, learner, token):
        with app.app_context():
            retention.close(learner, now=NOON)
        assert pages.get(f"/shared/{token}").status == 404

    def test_a_certificate_of_another_course_or_person_is_not_shown(self, app, pages, other_learner, admin, token):
        other = factories.issue(app, other_learner, admin)
        page = pages.get(f"/shared/{token}")
        assert other.code not in page.text
        assert "Lena Learner" in page.text

    def test_it_reveals_neither_address_nor_license_nor_score(self, pages, learner, token, certificate):
        html = pages.get(f"/shared/{token}").html
        for secret in (learner.email, learner.licenses[0].number, "11 of 11", "Ada Admin", certificate.content_hash):
            assert secret not in html

    def test_titles_and_meta_tags_reveal_nothing_about_the_person(self, pages, token):
        head = pages.get(f"/shared/{token}").tree.find("head")
        assert "Learner" not in " ".join((one.text or "") + str(one.attrib) for one in head.iter())

    def test_page_and_files_need_one_statement(self, pages, token, count_queries):
        for file in self.FILES:
            with count_queries() as seen:
                pages.client.get(f"/shared/{token}{file}")
            assert len(seen) == 1, seen
