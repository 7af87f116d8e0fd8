"""What the log says about attempts and failures, and what it must not say."""

import json
import logging
import os
import subprocess
import sys

import pytest

from course import create_app
from course.platform import logs
from course.platform.access import public
from course.platform.config import ROOT, BadSetting, Config
from course.site import site_of
from tests import factories
from tests.pages import Pages

HOME = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}


class Lines(logging.Handler):
    """Keeps the lines as the server would print them, while the request is still open."""

    def __init__(self):
        super().__init__()
        self.setFormatter(logs.JsonLines())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))

    @property
    def read(self):
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def written():
    lines, logger = Lines(), logging.getLogger("course")
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(lines)
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def broken(app, make_app):
    """Return an app with a page that fails."""
    failing = make_app(site_of(app).config.database)

    @failing.get("/broken/<token>")
    @public
    def broken(token):
        raise RuntimeError("broken on purpose")

    failing.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    return failing


def test_a_closed_page_is_logged_with_who_what_and_where_from(pages, learner, written):
    pages.as_(learner).get("/admin/", **HOME)
    line = written.read[-1]
    assert (line["status"], line["route"], line["method"]) == (403, "/admin/", "GET")
    assert (line["address"], line["person"]) == ("192.0.2.7", str(learner.code))
    assert line["level"] == "warning"
    assert line["time"].endswith("+00:00")


def test_a_forged_form_is_logged(app, learner, written):
    app.config["WTF_CSRF_ENABLED"] = True
    Pages(app).as_(learner).post("/profile", {"legal_name": "Forged Name"})
    assert written.read[-1]["status"] == 400
    assert "Forged" not in written.lines[-1]


@pytest.mark.parametrize("path", ["/reset-password/{}", "/invitations/{}", "/mailbox/{}", "/shared/{}"])
def test_a_guessed_link_is_logged_without_the_guess(pages, written, path):
    guess = "n0tAT0kenAtAll"
    page = pages.get(path.format(guess))
    if page.status != 200:  # the page for a new password tells only once the form is sent
        assert written.read[-1]["status"] in {404, 410}
    assert guess not in "".join(written.lines)


def test_a_request_for_another_host_is_logged(config, catalog, app, written):
    public_app = create_app(factories.replaced(config, public_url="https://learn.example.org"), catalog)
    public_app.test_client().get("/", headers={"Host": "evil.example"})
    assert written.read[-1]["status"] == 421
    site_of(public_app).engines.dispose()


def test_a_failure_has_a_reference_on_the_page_and_in_the_log(broken, written):
    page = Pages(broken).get("/broken/s3cretT0ken")
    (line,) = written.read
    assert page.status == 500
    assert line["request"] in page.text
    assert page.response.headers["X-Request-ID"] == line["request"]
    assert "broken on purpose" in line["traceback"]
    assert line["route"] == "/broken/<token>"
    assert "s3cretT0ken" not in "".join(written.lines)
    assert "broken on purpose" not in page.html


def test_a_failure_has_a_reference_in_json(broken, written):
    reply = broken.test_client().get("/broken/x", headers={"Accept": "application/json"})
    assert reply.json["reference"] == written.read[-1]["request"]


def test_what_people_send_never_makes_a_line_of_its_own(app, written):
    with app.test_request_context():
        logs.log.warning("name: %s", 'x\n{"level": "info"}\u2028')
    assert "\n" not in written.lines[-1]
    assert written.lines[-1].isascii()


def test_ordinary_pages_are_logged_only_if_wanted(config, catalog, app, written):
    app.test_client().get("/healthz")
    assert written.lines == []
    talking = create_app(factories.replaced(config, access_log=True), catalog)
    talking.test_client().get("/healthz?secret=1", **HOME)
    line = written.read[-1]
    assert (line["message"], line["route"], line["status"], line["address"]) == (
        "answered",
        "/healthz",
        200,
        "192.0.2.7",
    )
    assert "secret" not in written.lines[-1]
    site_of(talking).engines.dispose()


def test_a_wrong_setting_of_the_access_log_is_refused(tmp_path):
    with pytest.raises(BadSetting, match="ACCESS_LOG: "):
        Config.from_environ({"COURSE_DATA": str(tmp_path), "ACCESS_LOG": "yes"})


def test_a_process_writes_json_lines_to_stderr(tmp_path):
    code = "import logging; from course.platform import logs; logs.configure(); logging.getLogger('x').warning('hello')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )
    assert json.loads(done.stderr)["message"] == "hello"
