"""The curriculum in the browser: needle, glossary, search, body map, feedback, and its pages in the console."""

import pytest

from course import create_app
from course.platform.config import Config
from course.site import site_of
from tests import factories
from tests.journeys.test_path import create_admin
from tests.sampling import sample

NEEDLE = "/modules/reading-depth/the-view-of-the-needle"


@pytest.fixture(scope="module")
def admin_made():
    return {}


@pytest.fixture
def admin(walk, admin_made):
    return create_admin(walk, admin_made, script=True)


def place(walker, **numbers):
    for name, value in numbers.items():
        walker.page.locator(f"[data-needle-form] [name={name}]").fill(str(value))


def drag(walker, what, dx, dy):
    ring = walker.page.locator(f"[data-needle-form] [data-{what}]")
    ring.scroll_into_view_if_needed()
    box = ring.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    walker.page.mouse.move(x, y)
    walker.page.mouse.down()
    walker.page.mouse.move(x + dx, y + dy, steps=6)
    walker.page.mouse.up()


def test_a_needle_is_dragged_and_judged_on_a_phone(admin):
    admin.go(NEEDLE)
    field = admin.page.locator("[data-needle-form] [name=depth]")
    before = float(field.input_value())
    drag(admin, "tip", 0, 90)
    assert float(field.input_value()) > before + 20
    assert float(admin.page.locator("[data-needle-form] [name=angle]").input_value()) == pytest.approx(0, abs=2)
    admin.page.locator("[data-needle-form] button").click()
    admin.page.get_by_text("Not safe.").wait_for()
    place(admin, entry=4, angle=66, depth=44)
    tip = admin.page.locator("[data-needle-form] [data-tip]")
    assert float(tip.get_attribute("cx")) > 110
    admin.page.get_by_role("button", name="Check again").click()
    admin.page.get_by_text("The target is reached, and the path is safe.").wait_for()
    admin.see()


def test_a_needle_is_placed_by_numbers_without_a_script(walk, admin, admin_made):
    plain = create_admin(walk, admin_made, script=False)
    plain.go(NEEDLE)
    place(plain, entry=40, angle=0, depth=40)
    with plain.page.expect_navigation():
        plain.page.locator("[data-needle-form] button").click()
    assert "Not safe." in plain.text()
    plain.see()


def test_a_term_is_explained_on_hover_key_and_tap(admin):
    admin.go(NEEDLE)
    word = admin.page.locator("button.term").first
    box = admin.page.locator(f"#{word.get_attribute('popovertarget')}")
    word.hover()
    box.wait_for(state="visible")
    admin.page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    word.focus()
    admin.page.keyboard.press("Enter")
    box.wait_for(state="visible")
    admin.see()


def test_body_map_search_and_glossary_lead_to_the_text(admin):
    admin.go("/modules/")
    with admin.page.expect_navigation():
        admin.page.get_by_label("Head, neck and jaw, front").click()
    admin.page.wait_for_url("**/modules/head-neck-jaw/")
    admin.see()
    admin.go("/search")
    admin.page.get_by_label("Search modules").fill("vertebral artery")
    with admin.page.expect_navigation():
        admin.page.get_by_role("main").get_by_role("button", name="Search").click()
    admin.page.wait_for_url("**q=vertebral**")
    admin.see()
    admin.press("The suboccipital region")
    assert "The triangle" in admin.text()
    admin.go("/glossary")


def test_feedback_states_review_and_hours_in_the_console(admin):
    admin.go(NEEDLE)
    admin.page.get_by_label("Yes", exact=True).check()
    admin.page.get_by_label("What could be better?").fill("More of this.")
    admin.press("Send feedback")
    admin.go("/admin/")
    admin.press("Section feedback")
    assert "More of this." in admin.text()
    admin.go("/admin/hours/")
    admin.go("/admin/states/")
    admin.press("Alabama")
    admin.page.get_by_label("Source address").fill("https://board.example/rule")
    admin.page.get_by_label("Title of the source").fill("Rule of the board")
    admin.page.get_by_label("What you read of it").fill("The whole rule.")
    admin.page.get_by_label("Hours", exact=True).fill("40")
    admin.press("Record check")
    admin.go("/states/AL")
    assert "40 hours" in admin.text()
    assert "Rule of the board" in admin.text()
    assert admin.page.locator("a[href='https://board.example/rule']").count() > 0


def test_an_administrator_makes_another_one_a_reviewer_who_signs(walk, admin, site, catalog):
    app = create_app(Config.from_environ({"COURSE_DATA": str(site.data)}), catalog)
    person = factories.person(app, "Rita Reviewer", role="admin")
    admin.go(f"/admin/people/{person.code}")
    admin.fill(Credentials="PT, license FL 1", How_you_verified_them="Looked up with the board.")
    admin.press("Make a reviewer")
    reviewer = walk(dark=True)
    reviewer.sign_in(app, person)
    site_of(app).engines.dispose()
    reviewer.go("/admin/review/")
    reviewer.press("Head, neck and jaw")
    for summary in reviewer.page.locator("main summary").all():
        summary.click()
    reviewer.see()
    reviewer.page.get_by_label("I have read every section").check()
    reviewer.press("Sign this version")
    assert "Rita Reviewer, PT, license FL 1" in reviewer.text()


@pytest.mark.parametrize("dark", sample([True, False], few=1), ids={False: "light", True: "dark"}.get)
def test_every_section_of_every_module_is_accessible(walk, admin, admin_made, catalog, dark):
    """Run axe on the sections in both themes at 390 px, and check that nothing is wider than the page."""
    walker = create_admin(walk, admin_made, script=True)
    walker.page.emulate_media(color_scheme="dark" if dark else "light")
    for module in catalog.modules.values():
        walker.go(f"/modules/{module.id}/{module.sections[2].id}")
        assert walker.page.evaluate("document.documentElement.scrollWidth") <= 390
