"""Bulk issue in a real browser, with the workers of the server."""

import pytest

from course import create_app
from course.platform.config import Config
from course.site import site_of
from course.tools.bench import issuing
from tests import factories
from tests.factories import NOON

COUNT = 30


@pytest.fixture
def admin(site, walk, request):
    """Return an administrator's signed-in browser, with COUNT open requests. `request.param`: with scripts or not."""
    app = create_app(Config.from_environ({"COURSE_DATA": str(site.data)}))
    boss = factories.person(app, f"Ada{request.param} Boss", role="admin")
    factories.request(app, factories.person(app, f"Maya{request.param} Reed"))
    with app.app_context():
        issuing.waiting(COUNT - 1, NOON, name=f"Waiting{request.param}")
    one = walk(script=request.param, dark=request.param)
    one.sign_in(app, boss)
    site_of(app).engines.writing.dispose()
    return one


def start_bulk_issue(admin):
    admin.go("/admin/requests/")
    admin.press("Bulk issue")
    admin.press(f"Issue {COUNT} certificates")


@pytest.mark.parametrize("admin", [True], indirect=True)
def test_progress_is_shown_until_all_are_issued(admin):
    start_bulk_issue(admin)
    admin.page.get_by_text(f"{COUNT} issued. Finished on").wait_for(timeout=60_000)
    admin.page.get_by_role("button", name="Cancel remaining").wait_for(state="detached")
    admin.see()
    admin.go("/admin/requests/")
    assert "No certificate requests" in admin.text()


@pytest.mark.parametrize("admin", [False], indirect=True)
def test_without_scripts_a_link_reloads_the_page(admin):
    start_bulk_issue(admin)
    for _ in range(200):
        if f"{COUNT} issued. Finished on" in admin.text():
            break
        if admin.page.get_by_role("link", name="Refresh").count():
            admin.press("Refresh")
        admin.page.wait_for_timeout(200)
    assert f"{COUNT} issued. Finished on" in admin.text()
