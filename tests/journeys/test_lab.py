"""A lab in a real browser: the instructor's screen changes its code, and a phone checks in by the QR code."""

import io
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from course.learning.labs import screen_code
from course.platform import clock
from tests import factories
from tests.journeys.conftest import served


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    app.config["WTF_CSRF_ENABLED"] = True
    with served(app) as address:
        yield SimpleNamespace(address=address)
    app.config["WTF_CSRF_ENABLED"] = False


def scan(screen) -> str:
    """Return the path in the QR code, read from a picture of the screen."""
    picture = screen.page.get_by_role("img", name="QR code").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return urlsplit(code.text).path


@pytest.mark.parametrize("script", [True, False], ids=["dark", "no-script"])
def test_a_screen_changes_its_code_and_a_phone_checks_in_and_out_by_it(
    app, sign_in, admin, instructor, learner, script, monkeypatch
):
    monkeypatch.setattr(screen_code, "STEP_S", 5)  # so that the test need not wait for half a minute
    lab = factories.lab(app, admin, instructor, starts_at=clock.now() - timedelta(minutes=5))
    factories.book(app, learner, lab)
    screen, phone = (sign_in(person, script=script, dark=script) for person in (instructor, learner))
    screen.go(f"/instructor/labs/{lab.code}")
    screen.press("Show check-in code")
    digits = screen.page.locator(".score")
    first = digits.inner_text()
    screen.page.wait_for_function("old => document.querySelector('.score')?.innerText !== old", arg=first)
    screen.see()
    assert digits.inner_text() != first
    for verb in ("Check in", "Check out"):
        phone.go(scan(screen))
        phone.press(verb)
    assert "You are checked out." in phone.text()
    assert "0 of 240 minutes" in phone.text()
