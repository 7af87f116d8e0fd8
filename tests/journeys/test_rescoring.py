"""A wrong key in a real browser: a learner who failed because of it, and a certificate that becomes questionable."""

import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from course import create_app
from course.assessment.attempts import queries as attempts
from course.certificates.issuing import issuing, requesting
from course.content.loader.load import load
from course.platform import clock
from course.platform.config import ROOT, Config
from course.site import site_of
from tests import factories
from tests.factories import COURSE, MODULE
from tests.network import free_port

ITEM, RIGHT, WRONG = "adverse-012", "d", "a"  # a must-pass item, so that it is on every form
KEY = "k" * 40


class Copy:
    """The product with a copy of the content. Its bank can be edited, and the server restarted."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        for part in ("course", "modules", "quizzes"):
            shutil.copytree(ROOT / part, folder / part)
        shutil.copy(ROOT / "wsgi.py", folder)
        self.bank = folder / "quizzes" / f"{MODULE}.yaml"

    def key(self, letter):
        """Write the key of the item into the bank and restart the server."""
        before, item, after = re.split(rf"(?ms)(^- id: {ITEM}\n.*?)(?=^- id:)", self.bank.read_text())
        self.bank.write_text(before + re.sub(r"  key: .\n", f"  key: {letter}\n", item) + after)
        self.stop()
        self.start()

    def start(self):
        env = {"PATH": os.environ["PATH"], "COURSE_DATA": str(self.folder / "data"), "SECRET_KEY": KEY}
        command = [sys.executable, "-m", "course", "serve"]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=env | {"PORT": str(self.port)}, stdout=subprocess.PIPE, text=True
        )
        self.process.stdout.readline()  # the address, printed once the server answers

    def stop(self):
        if process := getattr(self, "process", None):
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=15)

    def app(self):
        """Return the same product in this process, to prepare records in its database."""
        config = Config.from_environ({"COURSE_DATA": str(self.folder / "data"), "SECRET_KEY": KEY})
        return create_app(config, load(self.folder / "modules", self.folder / "quizzes"))


@pytest.fixture
def site(tmp_path):
    copy = Copy(tmp_path)
    copy.key(WRONG)
    yield copy
    copy.stop()


@pytest.fixture
def app(site):
    made = site.app()
    yield made
    site_of(made).engines.writing.dispose()


def answer(app, person, letter):
    """Return an open attempt with this answer to the item and right answers to all others."""
    attempt = factories.start_attempt(app, person, now=clock.now())
    with app.app_context():
        for place in attempts.items_of(attempt):
            given = [letter] if place.item.id == ITEM else place.item.solution
            factories.save_answer(person, attempt.code, place.position, given, serial=1, now=clock.now())
    return attempt


def certify(app, person, admin):
    """Return the number of a certificate based on an answer that the wrong key accepts."""
    factories.study_module(app, person)
    attempt = answer(app, person, WRONG)
    with app.app_context():
        assert factories.taking.submit(person, attempt, now=clock.now()).passed
    factories.evaluate(app, person)
    with app.app_context():
        asked = requesting.request_certificate(
            person,
            factories.catalog().courses[COURSE],
            person.licenses[0],
            attested_name=person.legal_name,
            print_license=True,
            now=clock.now(),
        )
        return issuing.issue(asked, actor=admin, now=clock.now()).code


def preview(admin):
    """Go from the console to the preview of the corrected key's effect."""
    admin.go("/admin/")
    admin.press("Rescoring")
    admin.press(ITEM)


def decide(admin, *, take_passes):
    admin.page.get_by_label("New key").check()
    admin.page.get_by_label("Take passes away").set_checked(take_passes)
    admin.page.get_by_label("Reason").fill("Option d is right.")
    admin.press("Rescore")
    assert "Rescored." in admin.text()


def test_a_learner_who_failed_because_of_a_wrong_key_passes_once_it_is_corrected(app, site, sign_in):
    person, boss = factories.person(app, "Lena Learner"), factories.person(app, "Ada Admin", role="admin")
    attempt = answer(app, person, RIGHT)
    learner, admin = sign_in(person, dark=True), sign_in(boss)
    learner.go(f"/attempts/{attempt.code}/overview")
    learner.press("Submit")
    assert "Not passed yet" in learner.text()
    admin.go("/admin/rescoring/")
    assert "None. Every submitted attempt" in admin.text()

    site.key(RIGHT)
    preview(admin)
    new_key = admin.page.locator("section#new-key").inner_text()
    assert re.search(r"Newly passed\s+Lena Learner", new_key)
    assert re.search(r"Below the pass mark\s+No one", new_key)
    decide(admin, take_passes=False)
    assert "Lena Learner" in admin.text()
    admin.go("/admin/rescoring/")
    assert "None. Every submitted attempt" in admin.text()
    learner.go(f"/attempts/{attempt.code}")
    assert learner.page.locator("h1").inner_text() == "Passed"
    assert "The key of this question was corrected after you answered." in learner.text()


def test_certificates_based_on_a_lost_pass_are_kept_or_reissued(app, site, sign_in, walk):
    boss = factories.person(app, "Ada Admin", role="admin")
    ken, rea = factories.person(app, "Ken Kept"), factories.person(app, "Rea Reissued")
    kept, replaced = certify(app, ken, boss), certify(app, rea, boss)
    site.key(RIGHT)
    admin, stranger = sign_in(boss, script=False), walk(script=False)
    preview(admin)
    assert admin.page.locator("section#new-key").get_by_text("to be kept, reissued or revoked").count() == 2
    decide(admin, take_passes=True)
    admin.go("/admin/rescoring/")
    admin.press("Keep, reissue or revoke them")
    admin.press(kept)
    assert "no longer meets all requirements" in admin.text()
    admin.page.get_by_label("Keep").check()
    admin.page.get_by_label("Reason").fill("The board was informed.")
    admin.press("Save decision")
    assert kept not in admin.text().partition("Kept.")[2]
    stranger.go(f"/verify/{kept}")
    assert stranger.page.locator("h1").inner_text().endswith("Valid")

    fresh = site.app()  # with the corrected bank
    later = clock.now() + timedelta(seconds=1)
    factories.study_module(fresh, rea, now=later)
    attempt = answer(fresh, rea, RIGHT)
    with fresh.app_context():
        assert factories.taking.submit(rea, attempt, now=later).passed
    site_of(fresh).engines.writing.dispose()
    admin.press(replaced)
    assert "you can reissue the certificate" in admin.text()
    admin.page.get_by_label("Reissue").check()
    admin.page.get_by_label("Reason").fill("Passed again.")
    admin.press("Save decision")
    new = re.search(r"Reissued as ([A-Z0-9-]+)\.", admin.text())[1]
    stranger.go(f"/verify/{replaced}")
    assert "an assessment was rescored" in stranger.text()
    stranger.go(f"/verify/{new}")
    assert stranger.page.locator("h1").inner_text().endswith("Valid")
