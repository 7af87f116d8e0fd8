"""Answer an item of any type in a browser. The items and their order come from the database."""

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page

from course.content.items import item_of
from course.content.items.base import Item
from tests.factories import PASSWORD
from tests.journeys.conftest import Site

ITEM_QUERY = """
    SELECT content, option_order FROM attempt_item
    JOIN attempt ON attempt.id = attempt_id JOIN item_version ON digest = item_digest
    WHERE code = ? AND position = ?
"""
ANSWERS_QUERY = """
    SELECT position, serial, choice FROM answer JOIN attempt ON attempt.id = attempt_id WHERE code = ? ORDER BY answer.id
"""


@dataclass(frozen=True)
class Asked:
    item: Item
    order: tuple[str, ...]


def sign_up(page: Page, name: str, email: str) -> None:
    """Create an account and sign in, before the email is confirmed."""
    page.goto("/sign-up")
    given, family = name.split()
    page.get_by_label("Given names").fill(given)
    page.get_by_label("Family name", exact=True).fill(family)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Create account").click()
    sign_in(page, email)


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button").click()


def start(page: Page, slug: str = "adverse-events") -> None:
    page.goto(f"/modules/{slug}/quiz")
    with page.expect_navigation():
        page.get_by_role("button", name="Start attempt 1").click()


def rows(site: Site, statement: str, *values: Any) -> list[Any]:
    with sqlite3.connect(site.data / "course.db") as database:
        return database.execute(statement, values).fetchall()


def code_in(page: Page) -> str:
    """Return the code of the attempt on the page, as the database stores it."""
    return re.search(r"/attempts/([0-9a-f-]{36})", page.url)[1].replace("-", "")


def asked(site: Site, code: str, position: int) -> Asked:
    ((content, order),) = rows(site, ITEM_QUERY, code, position)
    return Asked(item_of(json.loads(content)["item"]), tuple(json.loads(order)))


def history(site: Site, code: str) -> dict[int, list[tuple[int, Any]]]:
    """Return every stored (serial, answer) by position, in the order in which they were stored."""
    found: dict[int, list[tuple[int, Any]]] = {}
    for position, serial, answer in rows(site, ANSWERS_QUERY, code):
        found.setdefault(position, []).append((serial, json.loads(answer)))
    return found


def fields(one: Asked, answer: Any) -> list[tuple[str, str]]:
    """Return the form fields of the answer, as pairs of the last part of the name and the value."""
    match one.item.type:
        case "single" | "multiple":
            return [("", id_) for id_ in answer]
        case "hotspot":
            return [("", one.item.lettered(one.order)[id_]) for id_ in answer]
        case "reason":
            return [("-verdict", str(answer["verdict"]).lower()), ("-reason", answer["reason"])]
        case "numeric":
            return [("", answer["text"])] + ([("-unit", answer["unit"])] if one.item.units else [])
        case _:  # matching, ordering, needle
            return [
                (f"-{part}", f"{value:g}" if isinstance(value, float) else str(value)) for part, value in answer.items()
            ]


def give(fieldset: Locator, name: str, values: list[tuple[str, str]]) -> None:
    """Fill the fields whose names begin with `name`."""
    for part, value in values:
        control = fieldset.locator(f'[name="{name}{part}"]')
        kind = control.first.evaluate("control => control.type")
        if kind in {"radio", "checkbox"}:
            fieldset.locator(f'[name="{name}{part}"][value="{value}"]').check()
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)
            control.blur()
