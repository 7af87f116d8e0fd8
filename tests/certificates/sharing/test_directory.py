"""What the public sees of a holder's name: the name, initials, or an entry in the directory."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from course.certificates.directory import name_keys
from course.certificates.directory.models import DirectoryName
from course.certificates.issuing import ending, issuing
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.models import Correction, Reason
from course.certificates.sharing import actions, queries
from course.certificates.sharing.models import HiddenName
from course.certificates.sharing.queries import NameVisibility
from course.platform import clock, db
from course.platform.audit.models import AuditEvent
from course.reporting.retention import actions as retention
from course.site import site_of
from tests import factories
from tests.factories import NOON
from tests.pages import Pages, counted


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1))


@pytest.fixture
def certificate(app, learner, admin):
    return factories.issue(app, learner, admin)


@pytest.fixture
def listed(app, learner, certificate):
    factories.show(app, learner, certificate, NameVisibility.LISTED)
    return certificate


def search(pages, name="lea", state="HI", **more):
    return pages.get("/directory/", query_string={"state": state, "name": name, **more})


def found(pages, name="lea", state="HI"):
    return [heading.text for heading in search(pages, name, state).tree.iter("h3")]


def rename(app, certificate, admin, name):
    """Correct the name, and return the new certificate."""

    with app.app_context():
        old = certificates.certificate_of(certificate.code)
        return issuing.supersede(
            old, Correction.NAME, "A typo.", actor=admin, now=NOON, name=factories.name_parts(name).whole
        )


class TestChoice:
    def test_by_default_verification_shows_the_name_and_the_directory_nothing(self, pages, learner, certificate):
        assert "Lena Learner" in pages.get(f"/verify/{certificate.code}").text
        assert found(pages) == []
        page = pages.as_(learner).get(f"/certificates/{certificate.code}/public")
        [checked] = [box for box in page.tree.iter("input") if box.get("checked") is not None]
        assert checked.get("value") == "name"

    def test_initials_hide_the_name_from_page_and_data(self, pages, learner, certificate):
        pages.as_(learner).post(f"/certificates/{certificate.code}/public", {"shown": "initials"})
        page = pages.get(f"/verify/{certificate.code}")
        assert "L. L. (initials only, as the holder chose" in page.text
        assert "Lena" not in page.html
        reply = pages.get(f"/verify/{certificate.code}", headers={"Accept": "application/json"}).response.json
        assert (reply["name"], reply["name_shown_as"]) == ("L. L.", "initials")
        assert "initials" in pages.as_(learner).get(f"/certificates/{certificate.code}/public").text

    def test_the_form_shows_exactly_what_will_be_public(self, pages, learner, certificate):
        page = pages.as_(learner).get(f"/certificates/{certificate.code}/public")
        [card] = page.tree.iter("article")
        words = " ".join(" ".join(card.itertext()).split())
        title = certificate.facts["course_title"]
        assert words == f"Lena Learner {title}, 1.25 contact hours, completed on March 2, 2026"
        pages.as_(learner).post(f"/certificates/{certificate.code}/public", {"shown": "listed"})
        [entry] = search(pages).tree.iter("article")
        assert " ".join(" ".join(entry.itertext()).split()).startswith(words)

    def test_a_listed_holder_is_found_and_can_leave_immediately(self, app, pages, learner, certificate):
        mine = pages.as_(learner)
        mine.post(f"/certificates/{certificate.code}/public", {"shown": "listed"})
        assert found(pages) == ["Lena Learner"]
        mine.post(f"/certificates/{certificate.code}/public", {"shown": "name"})
        assert found(pages) == []
        with app.app_context():
            assert db.session.scalars(select(DirectoryName)).all() == []
            rows = db.session.query(AuditEvent).filter_by(event="certificate:publicity-changed").all()
            assert [(row.details["before"], row.details["after"]) for row in rows] == [
                ("name", "listed"),
                ("listed", "name"),
            ]

    def test_no_one_is_both_listed_and_hidden(self, app, learner, listed):
        factories.show(app, learner, listed, NameVisibility.INITIALS)
        with app.app_context():
            assert db.session.scalars(select(DirectoryName)).all() == []
            assert queries.visibility_of(listed) == NameVisibility.INITIALS
        factories.show(app, learner, listed, NameVisibility.LISTED)
        with app.app_context():
            assert db.session.scalars(select(HiddenName)).all() == []
            assert queries.visibility_of(listed) == NameVisibility.LISTED

    def test_the_same_choice_twice_is_recorded_once(self, app, learner, listed):
        factories.show(app, learner, listed, NameVisibility.LISTED)
        with app.app_context():
            assert db.session.query(AuditEvent).filter_by(event="certificate:publicity-changed").count() == 1

    @pytest.mark.parametrize("choice", ["", "everything"])
    def test_another_choice_changes_nothing(self, app, pages, learner, listed, choice):
        page = pages.as_(learner).post(f"/certificates/{listed.code}/public", {"shown": choice})
        assert page.status == 422
        assert found(pages) == ["Lena Learner"]

    def test_a_revoked_certificate_can_hide_its_name_but_not_be_listed(self, app, pages, learner, admin, certificate):
        with app.app_context():
            ending.revoke(certificate, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)
        address = f"/certificates/{certificate.code}/public"
        assert pages.as_(learner).post(address, {"shown": "listed"}).status == 422
        with pytest.raises(actions.NotShareable):
            factories.show(app, learner, certificate, NameVisibility.LISTED)
        assert pages.as_(learner).post(address, {"shown": "initials"}).status == 303
        assert "Lena" not in pages.get(f"/verify/{certificate.code}").html

    def test_strangers_and_administrators_can_not_choose(self, pages, other_learner, admin, certificate):
        for person in (other_learner, admin):
            answer = pages.as_(person).post(f"/certificates/{certificate.code}/public", {"shown": "listed"})
            assert answer.status == 404


class TestSearch:
    @pytest.mark.parametrize("name", ["lena", "Learner", "LEARNER, Lena", "lena le", "Léarner", "le"])
    def test_any_word_of_the_name_finds_it(self, pages, listed, name):
        assert found(pages, name) == ["Lena Learner"]

    @pytest.mark.parametrize("name", ["earner", "lenas", "lena x", "zz", "%%", "__", "le%"])
    def test_what_no_word_begins_with_finds_nothing(self, pages, listed, name):
        page = search(pages, name)
        assert page.status in (200, 422)
        assert list(page.tree.iter("article")) == [] or name == "le%"

    def test_another_state_finds_nothing(self, pages, listed):
        assert found(pages, state="FL") == []
        assert "No matches" in search(pages, state="FL").text

    @pytest.mark.parametrize(
        ("query", "fault"),
        [
            ({"state": "HI", "name": ""}, "first two letters"),
            ({"state": "HI", "name": "l"}, "first two letters"),
            ({"state": "HI", "name": "..!"}, "first two letters"),
            ({"state": "", "name": "lea"}, "Choose a state"),
            ({"state": "XX", "name": "lea"}, "Choose a state"),
            ({"name": "lea"}, "Choose a state"),
        ],
    )
    def test_an_incomplete_search_is_refused(self, pages, listed, query, fault):
        page = pages.get("/directory/", query_string=query)
        assert page.status == 422
        assert fault in page.text
        assert "Lena" not in page.text

    def test_one_character_is_enough_where_it_is_a_name(self, app, pages, admin):
        person = factories.person(app, "山田太郎")
        factories.show(app, person, factories.issue(app, person, admin), NameVisibility.LISTED)
        assert found(pages, "山") == ["山田太郎"]

    def test_an_entry_shows_name_course_hours_date_and_the_verification_link(self, app, pages, learner, listed):
        page = search(pages)
        [entry] = page.tree.iter("article")
        words = " ".join(entry.itertext())
        for fact in ("Lena Learner", listed.facts["course_title"], "1.25 contact hours", "March 2, 2026"):
            assert fact in words
        assert [a.get("href") for a in entry.iter("a")] == [f"/verify/{listed.code}"]
        for secret in (learner.email, learner.licenses[0].number, "11 of 11", "Ada Admin", str(learner.code)):
            assert secret not in page.html

    def test_it_states_what_a_listing_does_not_prove(self, pages, listed):
        page = search(pages)
        assert "It is not a license" in page.text
        assert "Not being listed means nothing" in page.text
        assert 'href="/states/HI"' in page.html

    def test_the_form_may_be_indexed_but_not_its_results(self, pages, listed):
        assert "X-Robots-Tag" not in pages.get("/directory/").response.headers
        assert search(pages).response.headers["X-Robots-Tag"] == "noindex, nofollow"

    def test_only_valid_certificates_are_listed(self, app, pages, learner, admin, monkeypatch):
        factories.set_course(app, valid_months=1)
        certificate = factories.issue(app, learner, admin)
        factories.show(app, learner, certificate, NameVisibility.LISTED)
        assert found(pages) == ["Lena Learner"]
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=60))
        assert found(pages) == []

    def test_a_revoked_certificate_disappears_immediately(self, app, pages, admin, listed):
        with app.app_context():
            ending.revoke(listed, Reason.AT_REQUEST, "asked", actor=admin, now=NOON)
        assert found(pages) == []

    def test_a_closed_account_disappears_and_a_hidden_name_stays_hidden(self, app, pages, learner, admin, listed):
        other = factories.person(app, "Heidi Hidden")
        hidden = factories.issue(app, other, admin)
        factories.show(app, other, hidden, NameVisibility.INITIALS)
        with app.app_context():
            for person in (learner, other):
                retention.close(person, now=NOON)
        assert found(pages) == []
        assert "Heidi" not in pages.get(f"/verify/{hidden.code}").text

    def test_its_statements_do_not_grow_with_what_is_found(self, app, pages, admin, count_queries):
        for n in range(3):
            person = factories.person(app, f"P{n} Therapist")
            factories.show(app, person, factories.issue(app, person, admin), NameVisibility.LISTED)
        with count_queries() as seen:
            assert len(found(pages, "therapist")) == 3
        assert len(seen) == 1, seen


class TestSuccessor:
    def test_it_keeps_the_choice_and_is_found_by_its_own_name(self, app, pages, learner, admin, listed):
        new = rename(app, listed, admin, "Lena Doe-Learner")
        assert found(pages, "lea") == found(pages, "doe") == found(pages, "lena") == ["Lena Doe-Learner"]
        assert found(pages, "lena learner") == []
        assert new.code in search(pages).html
        assert listed.code not in search(pages).html

    def test_hidden_stays_hidden_on_both(self, app, pages, learner, admin, certificate):
        factories.show(app, learner, certificate, NameVisibility.INITIALS)
        new = rename(app, certificate, admin, "Lena Doe")
        assert "L. D." in pages.get(f"/verify/{new.code}").text
        assert "L. L." in pages.get(f"/verify/{certificate.code}").text

    def test_a_holder_who_is_not_listed_stays_unlisted(self, app, pages, admin, certificate):
        rename(app, certificate, admin, "Lena Doe")
        assert found(pages, "doe") == []


class TestEitherDatabase:
    def test_names_are_found_and_sorted_alike(self, either_app):
        app = either_app
        admin = factories.person(app, "Ada Admin", role="admin")
        people = ["Éva Zander", "eva Abel", "Bjørn Evander", "Łucja Eva", "Zoe Other", "Eve 'Eva' Eva"]
        for name in people:
            person = factories.person(app, name)
            factories.show(app, person, factories.issue(app, person, admin), NameVisibility.LISTED)
        pages = Pages(app)
        assert found(pages, "eva") == ["eva Abel", "Eve 'Eva' Eva", "Łucja Eva", "Éva Zander", "Bjørn Evander"]
        assert found(pages, "bjorn") == ["Bjørn Evander"]

    def test_many_are_paged(self, either_app, monkeypatch):
        app = either_app
        monkeypatch.setattr("course.certificates.sharing.views.PAGE_SIZE", 2)
        admin = factories.person(app, "Ada Admin", role="admin")
        for n in range(3):
            person = factories.person(app, f"P{n} Therapist")
            factories.show(app, person, factories.issue(app, person, admin), NameVisibility.LISTED)
        pages = Pages(app)
        assert found(pages, "therapist") == ["P0 Therapist", "P1 Therapist"]
        page = search(pages, "therapist", page=2)
        assert [heading.text for heading in page.tree.iter("h3")] == ["P2 Therapist"]
        assert "Page 2 of 2" in page.text


def test_the_index_serves_the_search(app, certificate):
    """The index of state and key serves both ends of the range."""
    with app.app_context():
        state = site_of(app).catalog.jurisdictions["HI"]
        with counted() as seen:
            queries.holders(state, name_keys.key("lea"), number=1, size=25, now=NOON)
        plan = db.session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN " + seen[0], ("HI", "lea", "leb", "2026-03-02", 25, 0)
        )
        steps = " ".join(str(row) for row in plan)
        assert "ix_directory_name_state_key (state=? AND key>? AND key<?)" in steps
