"""A whole quiz by keyboard alone, another without a script, and axe on every quiz page in both themes."""

import pytest

from tests.journeys import answering
from tests.sampling import sample

COUNT = iter(range(1, 100))
FOCUSED = "selector => document.activeElement.matches(selector)"


@pytest.fixture
def start(walk):
    def start_(**how):
        one = walk(**how)
        answering.sign_up(one.page, "Quinn Quiz", f"quinn{next(COUNT)}@example.org")
        answering.start(one.page)
        return one

    return start_


def with_calculator(site, code, position):
    """Give the attempt a wording of the item that offers a calculator."""
    own = "code = ? AND position = ? AND attempt.id = attempt_id"
    answering.rows(
        site,
        f"""INSERT INTO item_version (digest, item_id, content)
            SELECT 'calculator ' || code, item_version.item_id, json_set(content, '$.item.calculator', json('true'))
            FROM attempt, attempt_item, item_version WHERE {own} AND digest = item_digest""",
        code,
        position,
    )
    answering.rows(
        site,
        f"UPDATE attempt_item SET item_digest = 'calculator ' || code FROM attempt WHERE {own}",
        code,
        position,
    )


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_the_calculator_shows_a_result_without_leaving_the_page(start, site, script):
    one = start(script=script)
    with_calculator(site, answering.code_in(one.page), 2)
    one.page.goto(one.page.url.rsplit("/", 1)[0] + "/2")
    one.page.get_by_text("Calculator").click()
    one.page.get_by_label("Expression").fill("2 × (3 + 4)")
    one.page.get_by_label("Expression").press("Enter")
    one.page.locator("[data-result]").get_by_text("= 14").wait_for()
    assert one.page.get_by_label("Expression").input_value() == "2 × (3 + 4)"
    assert one.page.locator("h1").inner_text().startswith("Question 2 ")
    one.see()


def tab_to(page, selector):
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED, selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_a_quiz_is_taken_by_keyboard_alone(start, site):
    one = start()
    page = one.page
    length = page.locator("[data-place]").count()
    for n in range(1, length + 1):
        options = page.locator("[data-fields] input[type=radio], [data-fields] input[type=checkbox]").count()
        if options:
            tab_to(page, "[data-fields] input")
            page.keyboard.press("Space")
            page.get_by_text("✓ Saved").wait_for()
        if n == 1:
            tab_to(page, "[data-flag]")
            with page.expect_response("**/flag"):
                page.keyboard.press("Space")
            page.locator("[data-flag][aria-pressed=true]").wait_for()
            page.locator("[data-place='1'].flagged" + (".answered" if options else "")).wait_for()
        tab_to(page, "[name=go][value=next]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        one.see()
    assert "question 1" in one.text()
    tab_to(page, "main form:not([hidden]) button:not([data-say])")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "submitted and scored" in one.text()
    one.see()


def test_a_quiz_is_taken_without_a_script_on_one_page(start, site):
    one = start(script=False)
    page, code = one.page, answering.code_in(one.page)
    first = answering.asked(site, code, 1)
    answering.give(page.locator("[data-fields]"), "a1", answering.fields(first, first.item.solution))
    one.press("All on one page")
    assert page.url.endswith("/all#item-1")
    length = page.locator("[data-item]").count()
    expected = {1: first.item.solution}
    for n in range(2, length + 1):
        one_item = answering.asked(site, code, n)
        expected[n] = one_item.item.solution
        fieldset = page.locator("[data-fields]").nth(n - 1)
        answering.give(fieldset, f"a{n}", answering.fields(one_item, one_item.item.solution))
    with page.expect_navigation():
        page.locator("[data-flag]").nth(4).click()
    assert page.locator("[data-flag]").nth(4).get_attribute("aria-pressed") == "true"
    assert {n: rows[-1][1] for n, rows in answering.history(site, code).items()} == expected
    one.press("Save and go to overview")
    assert "Flagged for review: question 5" in one.text()
    one.press("question 5")
    one.press("Report a problem")
    page.get_by_label("Problem").fill("Two answers are right.")
    one.press("Send report")
    assert "The answer will come by email" in one.text()
    one.press("Overview and submit")
    one.press(f"Submit {length} of {length} answers")
    assert "Passed" in one.text()


@pytest.mark.parametrize("dark", sample([True, False], few=1), ids={False: "light", True: "dark"}.get)
def test_every_quiz_page_is_accessible(start, dark):
    one = start(dark=dark)
    attempt = one.page.url.removeprefix(one.site.address).rsplit("/", 1)[0]
    for path in ["/assessments/adverse-events", "/assessments/final"]:
        one.go(path)
    for path in ["1", "all", "overview", "1/report"]:
        one.go(f"{attempt}/{path}")
    one.go(f"{attempt}/overview")
    one.press("Submit")
    one.go(f"{attempt}/2/report")
    one.page.get_by_role("button", name="Send report").click()
    one.page.get_by_text("Describe the problem in a few words.").first.wait_for()
