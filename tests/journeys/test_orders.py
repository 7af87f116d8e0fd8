"""An administrator issues many certificates at once and watches, in a real browser, with the workers of the server."""

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
    """Signed in, while so many wait. `request.param`: whether the browser runs scripts."""
    app = create_app(Config.from_environ({"COURSE_DATA": str(site.data)}))
    boss = factories.person(app, f"Ada{request.param} Boss", role="admin")
    factories.request(app, factories.person(app, f"Maya{request.param} Reed"))
    with app.app_context():
        issuing.waiting(COUNT - 1, NOON, name=f"Waiting{request.param}")
    one = walk(script=request.param, dark=request.param)
    one.sign_in(app, boss)
    site_of(app).engines.writing.dispose()
    return one


def order(admin):
    admin.go("/admin/requests/")
    admin.press("Issue many")
    admin.press(f"Issue {COUNT} certificates")


@pytest.mark.parametrize("admin", [True], indirect=True)
def test_progress_is_seen_until_all_are_issued(admin):
    order(admin)
    admin.page.get_by_text(f"{COUNT} issued. Finished").wait_for(timeout=60_000)
    admin.page.get_by_role("button", name="Stop the rest").wait_for(state="detached")
    admin.see()
    admin.go("/admin/requests/")
    assert "Nobody waits" in admin.text()


@pytest.mark.parametrize("admin", [False], indirect=True)
def test_without_scripts_the_page_is_loaded_again_by_its_link(admin):
    order(admin)
    for _ in range(200):
        if f"{COUNT} issued. Finished" in admin.text():
            break
        if admin.page.get_by_role("link", name="Look again").count():
            admin.press("Look again")
        admin.page.wait_for_timeout(200)
    assert f"{COUNT} issued. Finished" in admin.text()
