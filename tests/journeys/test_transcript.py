"""An external credit, from the upload to an administrator's decision, and an approval, in a real browser."""

import pytest

from tests import factories
from tests.journeys.test_path import create_admin, sign_up
from tests.sampling import sample

PAPER = {"name": "proof.pdf", "mimeType": "application/pdf", "buffer": factories.pdf("paper")}


@pytest.fixture(scope="module")
def admin_made():
    return {}


def send_back(person, name):
    """Send an empty form, which comes back with its errors. The browser reports the status 422 as an error."""
    with person.page.expect_navigation():
        person.page.get_by_role("button", name=name).click()
    assert [fault for fault in person.faults if "422" not in fault] == []
    person.faults.clear()
    person.see()
    assert "There is a problem" in person.text()


@pytest.mark.parametrize(("script", "dark"), sample([(True, True), (False, False)], few=1))
def test_an_external_credit_is_verified_and_counts(walk, admin_made, script, dark):
    person = walk(script=script, dark=dark)
    sign_up(person, "Lena Learner", f"lena{int(script)}@example.org")
    person.go("/profile/licenses/new")
    person.page.get_by_label("State").select_option("CA")
    person.page.get_by_label("Physical therapist (PT)").check()
    person.page.get_by_label("License number").fill("40213")
    person.page.get_by_label("Expiration date").fill("2028-12-31")
    person.page.get_by_label("Renewal period in months").fill("24")
    person.press("Save license")
    with person.page.expect_download() as calendar:
        person.page.get_by_role("link", name="Add my deadlines to my calendar").click()
    assert "BEGIN:VCALENDAR" in calendar.value.path().read_text()

    person.go("/transcript")
    person.press("Add external credit")
    send_back(person, "Save credit")
    person.fill(
        Course_title="Needling the hip", Provider="Elsewhere Seminars", Minutes="300", Completed_on="2026-01-20"
    )
    person.page.get_by_label("Format").select_option("in_person")
    person.page.get_by_label("Certificate or other proof").set_input_files(PAPER)
    person.press("Save credit")
    assert "not verified" in person.text()

    admin = create_admin(walk, admin_made, script=script)
    admin.go("/admin/records-elsewhere/")
    admin.press("Needling the hip")
    admin.page.get_by_label("Verify:").check()
    admin.press("Save decision")
    person.go("/transcript")
    assert "6 hours (300 minutes: 300 in person)" in person.text()
    with person.page.expect_download() as document:
        person.page.get_by_role("link", name="Download PDF").click()
    assert document.value.path().read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(("script", "dark"), sample([(True, True), (False, False)], few=1))
def test_an_approval_is_recorded_and_withdrawn(walk, admin_made, script, dark):
    admin = create_admin(walk, admin_made, script=script)
    admin.page.emulate_media(color_scheme="dark" if dark else "light")
    admin.go("/admin/approvals/new/needling-safety")
    send_back(admin, "Record approval")
    number = f"CA-{int(script)}"
    admin.fill(Approver="Board of California", Approval_number=number, States="CA", First_day="2026-01-01")
    admin.page.get_by_label("Last day").fill("2099-12-31")
    admin.page.get_by_label("Approved speakers").fill("Ada Able")
    admin.press("Record approval")
    assert "The course has changed since it was approved" in admin.text()
    admin.go("/admin/")
    assert "does not cover the current version" in admin.text()
    admin.go("/admin/approvals/next")
    assert "These approvals do not cover the changed files" in admin.text()
    admin.go("/admin/approvals/")
    admin.press(f"Board of California {number}")
    admin.page.get_by_label("Reason").fill("Recorded by mistake.")
    admin.press("Withdraw approval")
    assert "Withdrawn from" in admin.text()
