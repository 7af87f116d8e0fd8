"""Somebody with an open browser or the email of an account does not get the account by changing its email."""

from datetime import timedelta

import pytest

from course.platform import clock, jobs
from tests.people.email_changes.test_email_changes import NEW, OLD, email_of, mails, path


def test_a_browser_that_was_left_open_is_not_enough(pages, learner, monkeypatch):
    mine = pages.as_(learner)
    later = clock.now() + timedelta(minutes=16)
    mine.client.user = None  # this browser does not sign in again by itself
    monkeypatch.setattr(clock, "now", lambda: later)
    assert mine.post("/profile/email", {"email": NEW}).location.startswith("/confirm-identity")


@pytest.mark.parametrize("page", ["change-email", "undo-email-change"])
def test_forged_altered_and_foreign_links_do_nothing(app, pages, learner, page):
    pages.as_(learner).post("/profile/email", {"email": NEW})
    token = path(mails(app)["email-confirm-change"]).rpartition("/")[2]
    foreign = token if page == "undo-email-change" else path(mails(app)["email-change-asked"]).rpartition("/")[2]
    for forged in ("nonsense", token[:-2], foreign):
        assert pages.get(f"/{page}/{forged}").status == 410
        assert pages.post(f"/{page}/{forged}").status == 410
    assert email_of(app, learner) == OLD


def test_changing_to_a_taken_email_reveals_nothing(app, pages, learner, other_learner):
    seen = []
    for email in (other_learner.email, "free@example.org"):
        mine = pages.as_(learner)
        sent = mine.post("/profile/email", {"email": email})
        pages_seen = [mine.get(address).text.replace(email, "EMAIL") for address in (sent.location, "/profile")]
        seen.append((sent.status, pages_seen))
        to = [(job["template"], job["to"]) for job in mails(app).values()]
        assert (("account-exists", email) in to) is (email == other_learner.email)
        jobs.drain(app)
    assert seen[0] == seen[1]


def test_pages_with_a_secret_link_send_it_nowhere(app, pages, learner):
    pages.as_(learner).post("/profile/email", {"email": NEW})
    for template in ("email-confirm-change", "email-change-asked"):
        answer = pages.get(path(mails(app)[template]))
        assert answer.status == 200
        assert answer.response.headers["Referrer-Policy"] == "no-referrer"
