"""Answers survive a lost connection, a closed tab, a second tab and a second device."""

import pytest

from tests.journeys import answering

COUNT = iter(range(1, 100))


@pytest.fixture
def person(walk):
    one = walk(script=True)
    one.email = f"lost{next(COUNT)}@example.org"
    answering.sign_up(one.page, "Lost Connection", one.email)
    answering.start(one.page)
    return one


def first_choice(page):
    """Go to a question with options and return their inputs."""
    page.goto(page.url.rsplit("/", 1)[0] + "/all")
    return first_choice_shown(page)


def first_choice_shown(page):
    return page.locator("[data-item]", has=page.locator("label.option input[type=radio]")).first


def choose(item, n):
    item.locator("label.option input").nth(n).click()


def is_chosen(item, n):
    return item.locator("label.option input").nth(n).is_checked()


def test_an_answer_survives_a_lost_connection_a_closed_tab_and_other_tabs(person, walk):
    page = person.page
    item = first_choice(page)
    address = page.url
    page.context.set_offline(True)
    choose(item, 0)
    item.get_by_text("Saved in this browser, not sent yet").wait_for()
    page.get_by_text("1 answer kept in this browser. We will send").wait_for()
    choose(item, 1)
    page.get_by_text("2 answers kept in this browser").wait_for()
    page.context.set_offline(False)
    item.get_by_text("✓ Saved").wait_for(timeout=20_000)
    page.get_by_text("2 answers kept in this browser are saved now.").wait_for()
    page.reload()
    assert is_chosen(first_choice(page), 1)

    other = person.context.new_page()
    other.goto(address)
    choose(first_choice(other), 2)
    other.get_by_text("✓ Saved").wait_for()
    page.get_by_text("answered this question in another tab").wait_for()
    assert is_chosen(item, 2)

    page.context.set_offline(True)
    choose(item, 0)
    item.get_by_text("Saved in this browser, not sent yet").wait_for()
    page.close()
    other.close()
    person.context.set_offline(False)
    person.page = person.context.new_page()
    person.page.goto("/home")
    person.page.get_by_text("1 answer kept in this browser is saved now.").wait_for()
    person.page.goto(address)
    item = first_choice(person.page)
    assert is_chosen(item, 0)

    device = walk(script=True)
    answering.sign_in(device.page, person.email)
    device.page.goto(address)
    choose(first_choice(device.page), 3)
    device.page.get_by_text("✓ Saved").wait_for()
    choose(item, 1)
    item.get_by_text("answered this question in another tab").wait_for()
    assert is_chosen(item, 3)


def test_an_answer_given_while_signed_out_waits_for_the_next_sign_in_of_its_owner(person):
    page = person.page
    item = first_choice(page)
    address = page.url
    page.context.clear_cookies()
    choose(item, 2)
    page.get_by_text("Sign in again").wait_for()
    answering.sign_up(page, "Somebody Else", "else@example.org")
    with page.expect_response("**/attempts/**") as refused:
        page.goto("/home")
    assert refused.value.status == 404
    page.context.clear_cookies()
    answering.sign_in(page, person.email)
    page.get_by_text("1 answer kept in this browser is saved now.").wait_for()
    page.goto(address)
    assert is_chosen(first_choice(page), 2)


def test_an_answer_that_a_busy_server_refused_is_sent_until_it_is_saved(person):
    page = person.page
    item = first_choice(page)
    refusals = iter([503, 500, 429])

    def answer(route):
        status = next(refusals, None)
        if route.request.method == "POST" and status:
            route.fulfill(status=status, json={"error": "Not saved yet."})
        else:
            route.fallback()

    page.context.route(f"**{item.get_attribute('data-item')}", answer)
    choose(item, 1)
    item.get_by_text("Saved in this browser, not sent yet").wait_for()
    item.get_by_text("✓ Saved").wait_for(timeout=20_000)
    assert next(refusals, None) is None
    page.reload()
    assert is_chosen(first_choice(page), 1)


def test_offline_answers_of_two_tabs_are_both_kept_and_the_later_one_counts(person, site):
    page = person.page
    item = first_choice(page)
    address, code = page.url, answering.code_in(page)
    other = person.context.new_page()
    other.goto(address)
    person.context.set_offline(True)
    choose(item, 0)
    item.get_by_text("Saved in this browser, not sent yet").wait_for()
    choose(first_choice_shown(other), 1)
    first_choice_shown(other).get_by_text("Saved in this browser, not sent yet").wait_for()
    person.context.set_offline(False)
    first_choice_shown(other).get_by_text("✓ Saved").wait_for(timeout=20_000)
    page.reload()
    assert is_chosen(first_choice_shown(page), 1)
    position = int(first_choice_shown(page).get_attribute("data-position"))
    assert [serial for serial, _ in answering.history(site, code)[position]] == [1, 2]
