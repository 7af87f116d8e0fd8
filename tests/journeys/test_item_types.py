"""Every type of item is answered in a real browser on a phone: by keyboard alone, by touch, and without a script."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, expect

from course.assessment.attempts import queries
from course.content.schema.blueprint import Cell
from course.site import site_of
from tests import factories
from tests.content.items import EXAMPLES, LETTERS, OF_ITS_TYPE
from tests.factories import MODULE
from tests.journeys.conftest import served

RIB = "29 mm below the surface and 18 mm from the left edge"
PAIRS = {"One": "The second", "Two": "The first", "Three": "The fourth"}
STEPS = OF_ITS_TYPE["ordering"]["steps"]
NEEDLE = {"Entry": "4", "Angle": "66", "Depth": "44"}


@pytest.fixture
def site(app) -> Iterator[SimpleNamespace]:
    """Serve the product with a bank that has one item of every type, all of them on each form."""
    content = site_of(app).catalog
    paper = {"items": tuple(EXAMPLES), "blueprint": (Cell(items=len(EXAMPLES)),)}
    banks = {**content.banks, MODULE: content.banks[MODULE].model_copy(update=paper)}
    factories.change_site(app, catalog=factories.replaced(content, banks=banks))
    with served(app) as address:
        yield SimpleNamespace(address=address)


@pytest.fixture
def attempt(app, learner):
    return factories.start_attempt(app, learner)


def paper(app, attempt):
    with app.app_context():
        return queries.items_of(attempt)


def missed(app, attempt) -> list[str]:
    """Return the types whose saved answers are incorrect."""
    with app.app_context():
        answers = queries.answers_of(attempt.id)
        return [
            place.item.type
            for place in queries.items_of(attempt)
            if place.position not in answers or place.item.score(answers[place.position].answer) < 1
        ]


FOCUSED = "(e => e.ariaLabel ?? e.labels?.[0]?.innerText ?? e.innerText)(document.activeElement).trim()"


def tab_to(page, *names):
    """Press Tab until a control with one of the names has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(names):
            return
    raise AssertionError(f"the tab key never comes to {names}")


def choose(page, text):
    """Choose an option in the focused group of radio buttons."""
    page.keyboard.press("Space")
    while text not in page.evaluate(FOCUSED):
        page.keyboard.press("ArrowDown")


def by_keyboard(page, type_):
    if type_ in ("single", "hotspot"):
        tab_to(page, *LETTERS.values(), "A:")
        choose(page, RIB if type_ == "hotspot" else "The second")
    elif type_ == "multiple":
        for text in ("The first", "The third"):
            tab_to(page, text)
            page.keyboard.press("Space")
    elif type_ == "reason":
        tab_to(page, "True")
        choose(page, "True")
        tab_to(page, *LETTERS.values())
        choose(page, "The third")
    elif type_ == "matching":
        for prompt, option in PAIRS.items():
            tab_to(page, prompt)
            page.keyboard.type(option)
    elif type_ == "ordering":
        for place, step in enumerate(STEPS):
            tab_to(page, f"Move up: {step}")
            while step not in page.locator("[data-step]").nth(place).inner_text():
                page.keyboard.press("Enter")
    elif type_ == "numeric":
        tab_to(page, "Your answer")
        page.keyboard.type("1,25")
        tab_to(page, "Unit")
        page.keyboard.type("cm")
    else:
        for label, number in NEEDLE.items():
            tab_to(page, label)
            page.keyboard.type(number)


def test_every_type_is_answered_by_keyboard_alone(sign_in, app, learner, attempt):
    person = sign_in(learner, dark=True)
    for place in paper(app, attempt):
        person.go(f"/attempts/{attempt.code}/{place.position}")
        by_keyboard(person.page, place.item.type)
        person.page.keyboard.press("Tab")
        person.page.locator("[data-saved][data-state=saved]").wait_for()
        person.see()
        tab_to(person.page, "Save and")
        with person.page.expect_navigation():
            person.page.keyboard.press("Enter")
    assert missed(app, attempt) == []


def swipe(page, start, end):
    """Put a finger down at one point, move it to another, hold it there and lift it, so that it is not a fling."""
    device = page.context.new_cdp_session(page)
    for n in range(9):
        x, y = (a + (b - a) * n / 8 for a, b in zip(start, end, strict=True))
        kind = "touchMove" if n else "touchStart"
        device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    page.wait_for_timeout(100)
    device.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": end[0], "y": end[1]}]})
    device.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def tap(locator):
    """Tap the element once the page no longer scrolls, because a tap on a moving page is ignored."""
    locator.scroll_into_view_if_needed()
    locator.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    locator.tap()


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def on_screen(section, x, y):
    """Return the screen position of a point in the picture, given in mm."""
    return section.locator("[data-needle-area]").evaluate(
        """(svg, [x, y]) => {
          const [scale, left, top] = svg.dataset.needleArea.split(" ").map(Number);
          const spot = new DOMPoint(left + x * scale, top + y * scale).matrixTransform(svg.getScreenCTM());
          return [spot.x, spot.y];
        }""",
        [x, y],
    )


def by_touch(page, section, type_):
    section.locator("legend").first.scroll_into_view_if_needed()
    if type_ == "ordering":
        for place, step in enumerate(STEPS):
            section.locator("[data-step]").last.scroll_into_view_if_needed()
            grip = section.locator("[data-step]", has_text=step).locator("[data-grip]")
            x, y = middle(section.locator("[data-step]").nth(place))
            swipe(page, middle(grip), (x, y - 10))
    elif type_ == "hotspot":
        letter = section.locator("label.option", has_text=RIB).locator("strong").inner_text()
        tap(section.locator(f"path[data-choice={letter}]"))
        expect(section.locator(f"input[value={letter}]")).to_be_checked()
    elif type_ == "needle":
        section.locator(".numbers").scroll_into_view_if_needed()
        for ring, x, y in (("entry", 4, 3), ("tip", 44, 24.5)):
            swipe(page, middle(section.locator(f"[data-{ring}]")), on_screen(section, x, y))
    else:
        by_hand(section, type_, press=tap)


def by_hand(section, type_, *, press=Locator.click):
    """Answer with the plain form controls, which work without a script."""

    def choose_one(text):
        option = section.locator("label.option", has_text=text)
        press(option)
        expect(option.locator("input")).to_be_checked()

    if type_ == "single":
        choose_one("The second")
    elif type_ == "multiple":
        choose_one("The first")
        choose_one("The third")
    elif type_ == "reason":
        choose_one("True")
        choose_one("The third")
    elif type_ == "matching":
        for prompt, option in PAIRS.items():
            section.get_by_label(prompt, exact=True).select_option(option)
    elif type_ == "ordering":
        for place, step in enumerate(STEPS, start=1):
            section.get_by_label(f"Place of: {step}").select_option(str(place))
    elif type_ == "numeric":
        section.get_by_label("Your answer").fill("12,5")
        section.get_by_label("Your answer").blur()
    elif type_ == "hotspot":
        choose_one(RIB)
    else:
        for label, number in NEEDLE.items():
            section.get_by_label(label).fill(number)


def test_every_type_is_answered_by_touch_on_one_page(sign_in, app, learner, attempt):
    person = sign_in(learner, touch=True)
    person.go(f"/attempts/{attempt.code}/all")
    for place in paper(app, attempt):
        section = person.page.locator(f"#item-{place.position}")
        by_touch(person.page, section, place.item.type)
        section.locator("[data-saved][data-state=saved]").wait_for()
    person.see()
    assert missed(app, attempt) == []


def test_every_type_is_answered_and_shown_again_without_a_script(sign_in, app, learner, attempt):
    person = sign_in(learner, script=False)
    person.go(f"/attempts/{attempt.code}/all")
    for place in paper(app, attempt):
        section = person.page.locator(f"#item-{place.position}")
        assert section.locator(".scripted:visible").count() == 0
        by_hand(section, place.item.type)
    person.press("Save and go to overview")
    assert missed(app, attempt) == []
    person.press("Submit")
    assert person.page.locator(".score").inner_text() == "8 of 8"


def test_moving_a_step_to_a_taken_place_moves_the_other_steps(sign_in, app, learner, attempt):
    person = sign_in(learner)
    place = next(place for place in paper(app, attempt) if place.item.type == "ordering")
    person.go(f"/attempts/{attempt.code}/{place.position}")
    by_hand(person.page, "ordering")
    person.page.get_by_label("Place of: Act").select_option("1")
    assert person.page.locator("[data-words]").all_inner_texts() == ["Act", "Listen", "Feel", "Look"]
    person.page.get_by_role("button", name="Move down: Act").click()
    assert person.page.get_by_text("Act: place 2 of 4.").count() == 1
    person.page.locator("[data-saved][data-state=saved]").wait_for()
    person.page.reload()
    assert person.page.get_by_label("Place of: Act").input_value() == "2"
