"""The clock follows the server, announces the time at three moments and on request, and ends the attempt in time."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys import answering

COUNT = iter(range(1, 100))


@pytest.fixture
def page(walk):
    one = walk(script=True)
    answering.sign_up(one.page, "Tina Timed", f"timed{next(COUNT)}@example.org")
    answering.start(one.page)
    one.page.walk = one
    return one.page


def limit(site, page, seconds, grace=30):
    """Let the attempt end in that number of seconds."""
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    statement = "UPDATE attempt SET minutes = 15, grace_seconds = ?, deadline = ? WHERE code = ? RETURNING id"
    assert answering.rows(site, statement, grace, deadline.strftime("%Y-%m-%d %H:%M:%S.%f"), answering.code_in(page))


def refresh_clock(page):
    """Let the page ask the server for the time, as it does when its tab comes to the front."""
    with page.expect_response("**/clock"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_it_announces_ten_five_and_one_minutes_only(site, page):
    limit(site, page, 630)
    page.clock.install()
    page.route("**/clock", lambda route: route.abort())  # otherwise the server would correct the page's clock
    page.reload()
    heard = [""]
    for _ in range(19):
        page.clock.run_for(30_500)
        if (text := page.locator("[data-spoken]").inner_text()) != heard[-1]:
            heard.append(text)
    assert heard == ["", "10 minutes left", "5 minutes left", "1 minute left"]


def test_it_announces_the_time_only_on_request(site, page):
    limit(site, page, 890)
    page.reload()
    assert page.locator("[data-spoken]").inner_text() == ""
    page.keyboard.press("Alt+Shift+T")
    page.locator("[data-spoken]").get_by_text("14 minutes left").wait_for()
    assert page.get_by_role("timer").get_attribute("aria-live") == "off"
    assert (
        page.get_by_role("button", name="Announce time remaining").get_attribute("aria-keyshortcuts") == "Alt+Shift+T"
    )
    page.walk.see()


def test_extra_time_appears_in_a_running_attempt(site, page):
    limit(site, page, 61)
    page.reload()
    page.get_by_role("timer").get_by_text("minute").or_(page.get_by_role("timer").get_by_text("seconds")).wait_for()
    limit(site, page, 3600)
    refresh_clock(page)
    page.get_by_text("59 minutes left").wait_for()


def test_at_the_end_the_page_submits_answers_that_could_not_be_sent_before(site, page):
    page.goto(page.url.rsplit("/", 1)[0] + "/all")
    limit(site, page, 8, grace=60)
    page.reload()
    item = page.locator("[data-item]", has=page.locator("label.option input[type=radio]")).first
    position = int(item.get_attribute("data-position"))
    code = answering.code_in(page)
    page.context.set_offline(True)
    item.locator("label.option input").nth(2).check()
    page.get_by_text("Time is up", exact=True).wait_for(timeout=20_000)
    page.wait_for_timeout(700)
    page.context.set_offline(False)
    page.wait_for_url(f"**/attempts/{page.url.split('/')[-2]}", timeout=30_000)
    assert "submitted and scored" in page.inner_text("main")
    assert len(answering.history(site, code)[position]) == 1
    ((submitted, deadline),) = answering.rows(site, "SELECT submitted_at, deadline FROM attempt WHERE code = ?", code)
    assert submitted == deadline


def test_an_attempt_that_was_submitted_in_another_tab_says_so(page):
    page.goto(page.url.rsplit("/", 1)[0] + "/all")
    other = page.context.new_page()
    other.goto(page.url.rsplit("/", 1)[0] + "/overview")
    with other.expect_navigation():
        other.get_by_role("button", name="Submit").click()
    refresh_clock(page)
    page.get_by_text("This attempt was submitted in another tab").wait_for()
    page.locator("label.option input").first.check()
    page.locator("[data-saved]").get_by_text("This attempt was already submitted").wait_for()
