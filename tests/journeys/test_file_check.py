"""A stranger verifies a file, by dropping it on the page or without scripts."""

import pytest

from course import create_app
from course.platform.config import Config
from course.site import site_of
from tests import factories
from tests.pages import Pages
from tests.sampling import sample

DROP = """([bytes, name]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], name));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        document.querySelector("h1").dispatchEvent(
            new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }
}"""


@pytest.fixture(scope="module")
def files(site, catalog):
    """Return the document and badge of a certificate that was issued on the running site."""
    app = create_app(config_of(site), catalog)
    learner, admin = factories.person(app, "Lena Learner"), factories.person(app, "Ada Admin", role="admin")
    certificate = factories.issue(app, learner, admin)
    client = Pages(app).as_(learner).client
    found = {kind: client.get(f"/certificates/{certificate.code}.{kind}").data for kind in ("pdf", "png")}
    site_of(app).engines.writing.dispose()
    return found


def config_of(site):
    port = site.address.rpartition(":")[2]
    return Config.from_environ({"COURSE_DATA": str(site.data), "PORT": port})


def changed(document):
    copy = bytearray(document)
    copy[40_000] ^= 1
    return bytes(copy)


@pytest.mark.parametrize("dark", sample([True, False], few=1), ids={False: "light", True: "dark"}.get)
def test_a_dropped_document_that_was_changed_is_reported_as_changed(walk, files, dark):
    visitor = walk(dark=dark)
    visitor.go("/verify/")
    assert "You can also drop the file on this page" in visitor.text()
    with visitor.page.expect_navigation():
        visitor.page.evaluate(DROP, [list(changed(files["pdf"])), "certificate.pdf"])
    visitor.see()
    assert visitor.page.get_by_role("heading", name="Changed").is_visible()
    assert "Do not rely on it" in visitor.text()
    visitor.press("View certificate")
    assert "Lena Learner" in visitor.text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_an_issued_file_is_reported_as_unchanged_and_valid(walk, files, script, kind):
    visitor = walk(script=script)
    visitor.go("/verify/")
    field = visitor.page.get_by_label("File")
    field.set_input_files({"name": f"x.{kind}", "mimeType": "application/octet-stream", "buffer": files[kind]})
    visitor.press("Verify file")
    assert "Unchanged and valid" in visitor.text()


def test_a_foreign_badge_and_an_unreadable_file_get_different_headings(walk):
    visitor = walk()
    for data, heading in (
        (b'{"issuer": {"name": "Example Corp"}}', "Not issued here"),
        (b"hello", "File can't be read"),
    ):
        visitor.go("/verify/")
        visitor.faults.clear()
        visitor.page.get_by_label("File").set_input_files({"name": "x", "mimeType": "text/plain", "buffer": data})
        with visitor.page.expect_navigation():
            visitor.page.get_by_role("button", name="Verify file").click()
        visitor.faults.clear()  # the browser reports the status 422 as an error
        visitor.see()
        assert heading in visitor.text()
