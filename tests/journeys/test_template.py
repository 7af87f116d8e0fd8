"""The provider's template, from an edit to a certificate, and a name without a font, in a real browser."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from course.certificates.issuing.pdf import BUILT_IN
from course.site import site_of
from tests import factories
from tests.journeys.conftest import served
from tests.sampling import sample

BOTH = pytest.mark.parametrize("script", sample([True, False], few=1), ids={True: "dark", False: "no-script"}.get)


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    with served(app) as address:
        yield SimpleNamespace(address=address)


@BOTH
def test_an_edited_template_is_previewed_and_chosen_and_an_error_in_it_is_reported(app, sign_in, admin, script):
    folder = site_of(app).templates.folder
    folder.mkdir(parents=True)
    file = folder / "certificate.typ"
    file.write_text(BUILT_IN.path.read_text().replace("[Certificate of completion]", "[Proof of learning]"))
    console = sign_in(admin, script=script, dark=script)
    console.go("/admin/template")
    assert "This is a preview" in console.text()
    pictures = console.page.locator(".sheets img")
    pictures.first.scroll_into_view_if_needed()
    pictures.first.evaluate("picture => picture.decode()")
    assert pictures.first.evaluate("picture => picture.naturalWidth") == 1056
    console.press("Use this template")
    assert "printed with your files as they are now" in console.text()
    file.write_text(file.read_text().replace("#let ink", "#let ink = ("))
    console.go("/admin/")
    console.press("Preview the template")
    assert "certificate.typ, line 2" in console.text()


@BOTH
def test_a_name_without_a_font_is_issued_in_latin_letters(app, sign_in, admin, script):
    request = factories.request(app, factories.person(app, "রাজেশ কুমার"))
    console = sign_in(admin, script=script, dark=script)
    console.go(f"/admin/requests/{request.code}")
    console.fill(Given_names="Rajesh", Family_name="Kumar", How_you_verified="The board's register")
    console.press("Issue with this name")
    assert "Issued to Rajesh Kumar." in console.text()
