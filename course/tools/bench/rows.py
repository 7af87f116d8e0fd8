"""The rows of the report and their goals, which were set from measurements of other learning platforms."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from course.content.schema.catalog import Catalog
from course.content.schema.knowledge_check import NeedleCheck
from course.site import site_of
from course.tools.bench.crowd import QUIZ, Crowd, Learner
from course.tools.bench.load import HttpRequest

GUNICORN, HELLO = "gunicorn hello", "hello, our server"
EMPTY_PAGE, EMPTY_POST = "empty page", "empty POST"
SQLITE, POSTGRESQL = "SQLite commits", "PostgreSQL updates"
SAVE, START, SUBMIT = "answer save", "start of an attempt", "submit, 10 to 12 items"


@dataclass(frozen=True)
class Share:
    """The goal of at least this share of another row's rate, with 8 connections."""

    least: float
    of: str


@dataclass(frozen=True)
class Within:
    """The goal that this share of the replies comes within `max_ms`, with that number of connections."""

    share: float
    max_ms: float
    connections: int


Goal = Share | Within

GOALS: dict[str, Sequence[Goal]] = {
    "module page": [Share(0.16, GUNICORN), Share(0.5, EMPTY_PAGE), Within(0.95, 20, 8)],
    "quiz page": [Share(0.12, GUNICORN)],
    SAVE: [
        Share(0.25, GUNICORN),
        Share(0.4, EMPTY_POST),
        Share(0.25, SQLITE),
        Share(0.15, POSTGRESQL),
        Within(0.99, 50, 8),
        Within(0.99, 50, 32),
    ],
    START: [Within(0.5, 6, 1)],
    SUBMIT: [Within(0.5, 8, 1), Within(0.95, 50, 8)],
    "certificate, stored": [Share(0.2, GUNICORN)],
    "verification page": [Share(0.2, GUNICORN), Share(0.5, EMPTY_PAGE)],
    "sign-in page": [Share(0.25, GUNICORN)],
}


def repeatable(app: Flask, crowd: Crowd) -> dict[str, list[HttpRequest]]:
    """Return the requests that can be sent any number of times, by row."""
    needle, content = _needle(site_of(app).catalog), site_of(app).catalog
    module = f"/modules/{QUIZ}/{content.modules[QUIZ].sections[0].id}"
    everyone = crowd.learners
    return {
        EMPTY_PAGE: [HttpRequest("GET", "/bench/empty") for _ in everyone],
        EMPTY_POST: [HttpRequest("POST", "/bench/empty", bodies=["a=b"]) for _ in everyone],
        "module page": [HttpRequest("GET", module, one.cookie) for one in everyone],
        "quiz page": [HttpRequest("GET", _place(one), one.cookie) for one in everyone],
        SAVE: [HttpRequest("POST", _place(one), one.cookie, _choices(one)) for one in everyone],
        "needle judged": [HttpRequest("POST", needle, one.cookie, _placements(one)) for one in everyone],
        "search": [HttpRequest("GET", "/search?q=vertebral+artery") for _ in everyone],
        "state page": [HttpRequest("GET", "/states/FL") for _ in everyone],
        "sign-in page": [HttpRequest("GET", "/sign-in") for _ in everyone],
        "verification page": [HttpRequest("GET", f"/verify/{crowd.certificate}") for _ in everyone],
        "certificate, stored": [
            HttpRequest("GET", f"/certificates/{crowd.certificate}.pdf", crowd.owner) for _ in everyone
        ],
    }


def start(learner: Learner, assessment_id: str) -> HttpRequest:
    return HttpRequest("POST", f"/assessments/{assessment_id}", learner.cookie, [f"csrf_token={learner.csrf}"], 303)


def submit(learner: Learner, code: object) -> HttpRequest:
    return HttpRequest("POST", f"/attempts/{code}/submit", learner.cookie, [f"csrf_token={learner.csrf}"], 303)


def _place(learner: Learner) -> str:
    return f"/attempts/{learner.attempt}/{learner.position}"


def _choices(learner: Learner) -> list[str]:
    """Return the bodies of saves, each with another answer than the one before."""
    return [f"csrf_token={learner.csrf}&serial={{serial}}&a={option}" for option in learner.options]


def _placements(learner: Learner) -> list[str]:
    return [f"csrf_token={learner.csrf}&entry={entry}&angle=0&depth=20" for entry in (30, 40)]


def _needle(content: Catalog) -> str:
    """Return the address of the first check in which a needle is placed."""
    return next(
        f"/modules/{module.id}/{section.id}/checks/{check.id}"
        for module in content.modules.values()
        for section in module.sections
        for check in section.checks
        if isinstance(check, NeedleCheck)
    )
