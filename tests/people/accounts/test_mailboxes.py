"""One mailbox has one account, in any spelling of its address, on every page that asks for it."""

import pytest
from sqlalchemy import text

from course import migrate
from course.people.accounts import queries
from course.people.accounts.models import User
from course.platform import db
from course.platform.db import new_engine
from tests import factories
from tests.factories import PASSWORD
from tests.platform.mail.test_addresses import SPELLINGS

GOOD = factories.name_form("Nina New") | {"password": PASSWORD}


@pytest.mark.parametrize("typed", SPELLINGS[1:])
def test_a_second_account_of_a_mailbox_is_not_made(app, pages, typed):
    pages.post("/sign-up", GOOD | {"email": SPELLINGS[0]})
    type(pages)(app).post("/sign-up", GOOD | {"email": typed})
    with app.app_context():
        assert db.session.query(User).count() == 1


@pytest.mark.parametrize("typed", SPELLINGS)
def test_sign_in_and_reset_find_the_account_by_any_spelling(app, pages, typed):
    pages.post("/sign-up", GOOD | {"email": SPELLINGS[3]})
    other = type(pages)(app)
    assert other.post("/sign-in", {"email": typed, "password": PASSWORD}).location == "/home"
    with app.app_context():
        assert queries.find_by_email(typed).email == SPELLINGS[0]


OLD = """
INSERT INTO "user" (id, code, email, legal_name, password_hash, role, is_reviewer, session_epoch, created_at, is_demo)
VALUES (:id, :code, :email, 'A', 'x', 'learner', false, 0, '2026-01-01 00:00:00+00:00', false)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        yield server.create("old")
        server.drop("old")


def test_accounts_of_one_mailbox_from_before_keep_both_their_sign_in(url, make_app, caplog):
    """The one in the plain spelling owns the mailbox, the other one keeps its spelling."""
    migrate.upgrade(url, "0008")
    engine = new_engine(url)
    with engine.begin() as connection:
        for id_, email in enumerate(["ｉna@example.org", "ina@example.org", "zoe@exämple.org", "not an email"], 1):
            connection.execute(text(OLD), {"id": id_, "code": f"{id_:032}", "email": email})
    engine.dispose()
    migrate.upgrade(url)
    with make_app(url).app_context():
        found = {
            typed: queries.find_by_email(typed).id
            for typed in [
                "ｉna@example.org",
                "ina@example.org",
                "INA@example.org",
                "zoe@xn--exmple-cua.org",
                "not an email",
            ]
        }
        assert list(found.values()) == [1, 2, 2, 3, 4]
    assert "accounts 2 and 1 are of one mailbox" in caplog.text
