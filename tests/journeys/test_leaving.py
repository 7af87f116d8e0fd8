"""A board report from the list to the receipt, and the closing of an account, in a real browser on a phone."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from course.reporting.boards.status import Status
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import served
from tests.reporting.boards import boards
from tests.reporting.retention.test_closing import with_password
from tests.sampling import sample

BOTH = pytest.mark.parametrize("script", sample([True, False], few=1), ids={True: "dark", False: "no-script"}.get)


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    """Serve the product with a board that has codes."""
    boards.use(app)
    with served(app) as address:
        yield SimpleNamespace(address=address)


@BOTH
def test_a_completion_is_sent_to_the_board_and_its_receipt_is_read(app, sign_in, admin, tmp_path, script):
    lena = boards.holder(app, "Lena Learner", admin)
    boards.holder(app, "Mia More", admin, number="40213")
    console = sign_in(admin, script=script, dark=script)
    console.go("/admin/boards/")
    console.press("CE Broker, Florida")
    assert "does not have the format of FL licenses" in console.text()
    console.press("Create file")
    console.page.get_by_label("CE Broker roster (.xml)").check()
    console.press("Create file with 1 completion")
    with console.page.expect_download() as download:
        console.page.get_by_role("link", name="Download file").click()
    receipt = tmp_path / "receipt.xml"
    sent = download.value.path().read_bytes()
    receipt.write_bytes(boards.mirrored(sent).replace(b"<Message>", b"<Message>No such license"))
    console.page.get_by_label("Receipt (.xml)").set_input_files(receipt)
    console.press("Upload receipt")
    assert "0 accepted, 1 rejected." in console.text()
    console.press("Lena Learner")
    console.page.get_by_label("Send again").check()
    console.fill(Evidence="The number was corrected.")
    console.press("Save decision")
    assert boards.status_of(app, lena) is Status.READY


@BOTH
def test_an_account_is_closed_from_the_profile(app, sign_in, learner, admin, script):
    with_password(app, learner)
    factories.issue(app, learner, admin)
    mine = sign_in(learner, script=script, dark=script)
    mine.go("/profile")
    mine.press("Close my account")
    mine.page.get_by_label("I have read").check()
    mine.fill(Your_password=PASSWORD)
    mine.press("Close my account")
    assert "Your account is closed" in mine.text()
    assert mine.page.get_by_role("link", name="Sign in").count() == 1
