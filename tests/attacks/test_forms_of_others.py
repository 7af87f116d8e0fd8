"""A form that was opened in one session and is sent in another: nothing is saved for the wrong person."""

import re

import pytest

from course.people.accounts.models import User
from course.people.kept_forms import typed_fields
from course.people.kept_forms.models import KeptForm
from course.people.sessions.models import SignInSession
from course.platform import clock, db
from tests import factories
from tests.factories import PASSWORD
from tests.pages import Page, Pages

BODY = {"jurisdiction": "FL", "profession": "PT", "number": "PT40213"}


@pytest.fixture
def guarded(app):
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def browser(guarded):
    return Pages(guarded)


@pytest.fixture
def ann(app):
    return factories.person(app, "Ann Able", password=PASSWORD)


@pytest.fixture
def ben(app):
    return factories.person(app, "Ben Best", password=PASSWORD)


def token_of(page: Page) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.html)[-1]


def sign_in(browser: Pages, person: User, path: str = "/sign-in") -> Page:
    token = token_of(browser.get(path))
    return browser.post(path, {"csrf_token": token, "email": person.email, "password": PASSWORD})


def sign_out(browser: Pages) -> None:
    assert browser.post("/sign-out", {"csrf_token": token_of(browser.get("/profile"))}).status == 303


def names(app) -> set[str]:
    with app.app_context():
        return {user.legal_name for user in db.session.query(User)}


def value_of(page: Page, name: str) -> str | None:
    return next((box.get("value") for box in page.tree.iter("input") if box.get("name") == name), None)


def test_a_form_that_one_person_left_open_writes_nothing_for_the_next(app, browser, ann, ben):
    sign_in(browser, ann)
    left_open = token_of(browser.get("/profile"))
    licenses = browser.get("/profile/licenses/new")
    sign_out(browser)
    sign_in(browser, ben)
    before = names(app)
    page = browser.post("/profile", {"csrf_token": left_open, "given_name": "Ann", "family_name": "Changed"})
    assert page.status == 400
    assert "opened by another person" in page.text
    assert "signed in as ben@example.org" in page.text
    assert "ann@" not in page.html
    assert browser.post("/profile/licenses/new", {"csrf_token": token_of(licenses)} | BODY).status == 400
    assert names(app) == before
    with app.app_context():
        assert db.session.query(KeptForm).count() == 0
    assert "PT40213" not in browser.get("/profile").text


def test_a_form_whose_session_ended_comes_back_with_what_was_typed(app, browser, ann):
    sign_in(browser, ann)
    form = token_of(browser.get("/profile/licenses/new"))
    sign_out(browser)
    answer = browser.post("/profile/licenses/new", {"csrf_token": form} | BODY)
    assert answer.location == "/sign-in?next=/kept-form"
    assert "You were signed out" in browser.get(answer.location).text
    assert sign_in(browser, ann, answer.location).location == "/kept-form"
    assert browser.get("/kept-form").location == "/profile/licenses/new"
    page = browser.get("/profile/licenses/new")
    assert "What you typed is here again" in page.text
    assert value_of(page, "number") == "PT40213"
    assert "PT40213" not in browser.get("/profile").text
    saved = browser.post("/profile/licenses/new", {"csrf_token": token_of(page)} | BODY)
    assert saved.location == "/profile"
    assert "PT40213" in browser.get("/profile").text
    assert value_of(browser.get("/profile/licenses/new"), "number") == ""


def test_another_person_who_signs_in_does_not_see_what_was_typed(app, browser, ann, ben):
    sign_in(browser, ann)
    form = token_of(browser.get("/profile/licenses/new"))
    sign_out(browser)
    browser.post("/profile/licenses/new", {"csrf_token": form} | BODY)
    sign_in(browser, ben)
    assert browser.get("/kept-form").location == "/home"
    page = browser.get("/profile/licenses/new")
    assert "PT40213" not in page.html
    assert "What you typed" not in page.text


def test_a_session_that_ran_out_keeps_the_form_too(app, browser, ann, monkeypatch):
    sign_in(browser, ann)
    form = token_of(browser.get("/profile/licenses/new"))
    with app.app_context():
        db.session.query(SignInSession).update({"ended_at": clock.now()})
        db.session.commit()
    assert browser.post("/profile/licenses/new", {"csrf_token": form} | BODY).location == "/sign-in?next=/kept-form"
    sign_in(browser, ann, "/sign-in?next=/kept-form")
    assert value_of(browser.get("/profile/licenses/new"), "number") == "PT40213"


def test_a_form_of_an_earlier_session_of_the_same_person_comes_back(app, browser, ann):
    sign_in(browser, ann)
    form = token_of(browser.get("/profile/licenses/new"))
    sign_out(browser)
    sign_in(browser, ann)
    assert browser.post("/profile/licenses/new", {"csrf_token": form} | BODY).location == "/kept-form"
    assert value_of(browser.get("/profile/licenses/new"), "number") == "PT40213"


def test_a_form_without_a_page_of_its_own_is_shown_with_a_button_to_send_it(app, browser, ann):
    sign_in(browser, ann)
    form = token_of(browser.get("/profile"))
    sign_out(browser)
    browser.post("/licenses/mail", {"csrf_token": form, "by_mail": "no"})
    answer = browser.post("/licenses/mail", {"csrf_token": form, "by_mail": "no"})
    sign_in(browser, ann, answer.location)
    page = browser.get("/kept-form")
    assert "By mail" in page.text
    with app.app_context():
        assert db.session.get_one(User, ann.id).license_mails
    browser.post("/licenses/mail", {"csrf_token": token_of(page), "by_mail": "no"})
    with app.app_context():
        assert not db.session.get_one(User, ann.id).license_mails


def test_no_password_is_kept(app, browser, ann):
    sign_in(browser, ann)
    form = token_of(browser.get("/profile/close"))
    sign_out(browser)
    browser.post("/profile/close", {"csrf_token": form, "password": "my secret word", "agreed": "y"})
    with app.app_context():
        assert db.session.query(KeptForm).one().fields == [["agreed", "y"]]


def test_a_forged_token_keeps_nothing(app, browser, ann):
    browser.get("/sign-in")
    assert browser.post("/profile/licenses/new", {"csrf_token": str(ann.code)} | BODY).status == 400
    with app.app_context():
        assert db.session.query(KeptForm).count() == 0


def test_the_store_of_kept_forms_is_bounded(app, browser, ann):
    sign_in(browser, ann)
    form = token_of(browser.get("/profile/licenses/new"))
    sign_out(browser)
    for number in range(9):
        browser.post("/profile/licenses/new", {"csrf_token": form} | BODY | {"number": f"PT{number}"})
    browser.post("/profile/licenses/new", {"csrf_token": form, "number": "9" * typed_fields.MAX_CHARACTERS})
    with app.app_context():
        assert [dict(row.fields)["number"] for row in db.session.query(KeptForm)] == [f"PT{n}" for n in range(4, 9)]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
def test_a_browser_without_cookies_is_told_so(guarded, ann, path):
    page = Pages(guarded)
    token = token_of(page.get(path))
    bare = Pages(guarded).post(path, {"csrf_token": token, "email": ann.email, "password": PASSWORD})
    assert bare.status == 400
    assert "Your browser sends no cookies" in bare.text


def test_a_sign_in_form_that_was_open_before_the_sign_in_changes_nothing(guarded, browser, ann, ben):
    first = token_of(browser.get("/sign-in"))
    sign_in(browser, ben)
    page = browser.post("/sign-in", {"csrf_token": first, "email": ann.email, "password": PASSWORD})
    assert page.status == 400
    assert "signed in as ben@example.org" in page.text
