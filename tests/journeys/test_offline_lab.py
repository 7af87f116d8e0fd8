"""A lab in a room without a network: sign-offs of two instructors on two devices arrive later, each once."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from course.learning.skills import queries
from tests import factories
from tests.journeys.conftest import served

SKILL = "sharps-and-count"


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    app.config["WTF_CSRF_ENABLED"] = True
    factories.set_course(app, skills=(SKILL,))
    with served(app) as address:
        yield SimpleNamespace(address=address)


@pytest.fixture
def lab(app, admin, learner, other_learner):
    teachers = [factories.instructor(app, admin, name) for name in ("Ines Instructor", "Ivo Instructor")]
    one = factories.lab(app, admin, teachers[0], instructors=[teacher.id for teacher in teachers])
    for person in (learner, other_learner):
        factories.book(app, person, one)
    return SimpleNamespace(teachers=teachers, address=f"/instructor/labs/{one.code}/skills/{SKILL}")


def open_table(device, lab):
    device.go(lab.address)
    device.page.locator("html[data-kept]").wait_for(timeout=15_000)


def card(page, name):
    found = page.locator("details.card", has=page.locator("summary", has_text=name))
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def sign(page, name, *, error=False):
    one = card(page, name)
    for box in one.locator("[name=steps]").all():
        box.check()
    if error:
        one.locator("[name=errors_seen]").first.check()
    one.get_by_role("button", name="Sign as not passed" if error else "Sign as passed").click()
    return one


def results(app, *people):
    with app.app_context():
        found = queries.sign_offs_of([person.id for person in people])
    return {person.legal_name: [(one.row.instructor_name, one.passed) for one in found[person.id]] for person in people}


def test_sign_offs_in_a_room_without_a_network_arrive_once(app, sign_in, lab, learner, other_learner):
    first, second = (sign_in(teacher) for teacher in lab.teachers)
    for device in (first, second):
        open_table(device, lab)
        device.page.context.set_offline(True)

    page = first.page
    one = sign(page, "Lena Learner", error=True)
    expect(one.locator("[data-kept]")).to_contain_text("not passed. Saved on this device, not sent yet.")
    sign(page, "Otto Other")
    expect(page.locator("[data-waiting]")).to_contain_text("2 sign-offs are kept on this device")
    page.reload()  # without a network
    expect(page.locator("[data-waiting]")).to_contain_text("2 sign-offs are kept on this device")
    expect(card(page, "Lena Learner").locator("[data-kept]")).to_contain_text("not sent yet")
    sign(page, "Lena Learner")  # a second attempt
    expect(page.locator("[data-waiting]")).to_contain_text("3 sign-offs are kept on this device")
    page.reload()  # the same kept page once more
    sign(page, "Lena Learner", error=True)
    expect(page.locator("[data-waiting]")).to_contain_text("4 sign-offs are kept on this device")
    sign(second.page, "Otto Other")
    expect(second.page.locator("[data-waiting]")).to_contain_text("1 sign-off is kept on this device")
    assert results(app, learner, other_learner) == {"Lena Learner": [], "Otto Other": []}

    # The first request reaches the server, but its reply is lost, so the device sends it again.
    lost = iter([True])

    def lose(route):
        if route.request.method == "POST" and next(lost, False):
            route.fetch()
            route.abort()
        else:
            route.fallback()

    page.context.route(f"**{lab.address}", lose)
    first.faults.clear()  # requests that failed without a network
    for device in (first, second):
        device.page.context.set_offline(False)
        expect(device.page.locator("[data-waiting]")).to_be_empty(timeout=20_000)
    expect(card(page, "Lena Learner").locator("[data-kept]")).to_contain_text("✓ Saved.")
    assert next(lost, None) is None
    page.reload()
    expect(page.locator("[data-stored]")).to_have_count(5)
    assert [passed for _, passed in results(app, learner)["Lena Learner"]] == [False, True, False]
    assert sorted(results(app, other_learner)["Otto Other"]) == [("Ines Instructor", True), ("Ivo Instructor", True)]

    phone = sign_in(learner)
    phone.go("/skills/")
    for box in phone.page.locator("[name=sign_offs]").all():
        box.check()
    phone.press("Countersign selected")
    assert "Countersigned: 3 sign-offs." in phone.text()


def test_what_an_instructor_signed_waits_while_another_person_uses_the_device(app, sign_in, lab, learner):
    device = sign_in(lab.teachers[0])
    open_table(device, lab)
    page = device.page
    page.context.set_offline(True)
    sign(page, "Lena Learner")
    expect(page.locator("[data-waiting]")).to_contain_text("1 sign-off is kept")
    device.sign_in(app, lab.teachers[1])
    page.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_contain_text("You are signed out. 1 sign-off is kept")
    page.goto(lab.address)
    expect(page.locator("[data-waiting]")).to_be_empty()
    page.locator("html[data-kept]").wait_for()
    assert results(app, learner) == {"Lena Learner": []}
    device.sign_in(app, lab.teachers[0])
    page.goto("/instructor/")  # this page sends them, too
    expect(page.locator("[data-waiting]")).to_be_empty(timeout=20_000)
    page.locator("html[data-kept]").wait_for()
    page.goto(lab.address)
    expect(page.locator("[data-stored]")).to_have_count(1)
    assert results(app, learner) == {"Lena Learner": [("Ines Instructor", True)]}


def test_boxes_that_disagree_with_the_result_and_double_presses_store_nothing(app, sign_in, lab, learner):
    device = sign_in(lab.teachers[0], dark=True)
    open_table(device, lab)
    one = card(device.page, "Lena Learner")
    one.locator("[name=steps]").first.check()
    device.see()
    one.get_by_role("button", name="Sign as passed").click()
    expect(one.locator("[data-error]")).to_contain_text("every step was seen")
    one.get_by_role("button", name="Sign as not passed").dblclick()
    expect(one.locator("[data-kept]")).to_contain_text("✓ Saved.")
    assert results(app, learner) == {"Lena Learner": [("Ines Instructor", False)]}
