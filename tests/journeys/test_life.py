"""A certificate is corrected, backdated and renewed, in a real browser on a phone."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests import factories
from tests.factories import COURSE, PROOF
from tests.journeys.conftest import served
from tests.sampling import sample

BOTH = pytest.mark.parametrize("script", sample([True, False], few=1), ids={True: "dark", False: "no-script"}.get)


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    with served(app) as address:
        yield SimpleNamespace(address=address)


@BOTH
def test_a_name_is_corrected_with_proof(app, sign_in, learner, admin, tmp_path, script):
    old = factories.issue(app, learner, admin)
    mine, office = sign_in(learner, script=script, dark=script), sign_in(admin, script=script, dark=script)
    mine.go("/certificates/")
    mine.press("Adverse events and emergency response")
    mine.press("Request a name correction")
    mine.fill(Given_names="Lena", Family_name="Lernér", What_is_wrong="The accent is missing.")
    (tmp_path / "license.pdf").write_bytes(PROOF)
    mine.page.get_by_label("Proof").set_input_files(tmp_path / "license.pdf")
    mine.press("Request correction")
    assert "Waiting for an administrator" in mine.text()

    office.go("/admin/")
    office.press("Name corrections")
    office.press("Lena Lernér")
    with office.page.expect_download() as download:
        office.page.get_by_role("link", name="Download proof").click()
    assert download.value.path().read_bytes() == PROOF
    office.page.get_by_label("I reviewed the proof").check()
    office.press("Approve and reissue")
    assert "replaces the old certificate" in office.page.inner_text("body")

    mine.go(f"/verify/{old.code}")
    assert "because the name was corrected" in mine.text()
    mine.go("/certificates/")
    assert old.code not in mine.text()


@BOTH
def test_a_certificate_is_backdated_by_two_administrators(app, sign_in, learner, admin, script):
    asked = factories.request(app, learner)
    second = factories.person(app, "Bea Board", role="admin")
    first, other = sign_in(admin, script=script, dark=script), sign_in(second, script=script, dark=script)
    first.go(f"/admin/requests/{asked.code}")
    first.press("Issue with an earlier date")
    first.page.get_by_label("Date of issue").fill("2026-03-05")
    first.fill(Reason="The office was closed.")
    first.press("Request approval")
    assert "A different administrator must approve this" in first.text()
    other.go("/admin/backdating/")
    other.press("Lena Learner")
    other.press("Approve and issue")
    other.go("/admin/certificates/")
    assert "dated March 5, 2026" in other.text()


@BOTH
def test_a_course_is_repeated_and_the_old_certificate_stays_valid(app, sign_in, learner, admin, script):
    old = factories.issue(app, learner, admin)
    mine = sign_in(learner, script=script, dark=script)
    mine.go(f"/courses/{COURSE}")
    mine.press("Take the course again")
    assert "Nothing is deleted or reset" in mine.text()
    mine.page.get_by_role("main").get_by_role("button", name="Take the course again").click()
    assert "Only work since then counts" in mine.text()
    assert "Steps complete" not in mine.text()
    assert old.code in mine.text()
    mine.press("Quiz: Adverse events")
    assert "4 left" in mine.text()
    mine.go(f"/verify/{old.code}")
    assert "Valid" in mine.text()
