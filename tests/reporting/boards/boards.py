"""Boards with codes, and people who are licensed there. The codes are invented for the tests."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Flask

from course.certificates.issuing.models import Certificate
from course.content.queries import catalog
from course.content.schema.boards import Board
from course.people.accounts.models import User
from course.reporting.boards import actions, queries
from course.reporting.boards.models import Roster
from course.reporting.boards.status import BoardLicense, Completion, EarlierReport, ReportStatus, Stage, Status
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON

LATER = NOON + timedelta(days=3)
BOARD = Board(
    key="ce-broker-fl",
    name="CE Broker, Florida",
    state="FL",
    formats=("sheet", "xml", "csv"),
    provider_number="50-4321",
    professions={"PT": "PHT", "PTA": None},
    courses={COURSE: {"number": "20-987654", "publishing_number": "7"}},
    license_form="PTA?[0-9]+",
    days=90,
)
BY_AREA = BOARD.model_copy(
    update={
        "courses": {COURSE: BOARD.courses[COURSE].model_copy(update={"by_area": True})},
        "subject_areas": {"safety": "SAF"},
    }
)


def completion(**values: Any) -> Completion:
    defaults: dict[str, Any] = {
        "certificate_id": 1,
        "code": "AAAA-BBBB",
        "user_id": 1,
        "course_id": COURSE,
        "cycle": 1,
        "name": "Lena Learner",
        "completed_on": date(2026, 3, 2),
        "revoked": False,
        "license": BoardLicense(profession="PT", number="PT40213", expires_on=None),
        "one_name_confirmed": False,
    }
    values = defaults | values
    return Completion(**{"name_parts": factories.name_parts(values["name"])} | values)


def reported(stage: Stage, **values: Any) -> EarlierReport:
    return EarlierReport(**{"certificate_id": 1, "record": "R", "stage": stage, "message": None} | values)


def use(app: Flask, *boards: Board, upload_key: str = "secret-key") -> None:
    known = {board.key: board for board in boards or (BOARD,)}
    factories.change_site(app, catalog=replace(site_of(app).catalog, boards=known))
    factories.change_site(app, config=replace(site_of(app).config, board_upload_key=upload_key))


def holder(app: Flask, name: str, admin: User, number: str | None = None) -> Certificate:
    """Return the certificate of a new person with a license in Florida."""
    person = factories.person(app, name)
    factories.add_license(app, person, number)
    return factories.issue(app, person, admin)


def statuses(app: Flask, board: Board = BOARD) -> dict[str, ReportStatus]:
    """Return the statuses by certificate number."""
    with app.app_context():
        return {one.completion.code: one for one in queries.report_statuses(catalog().boards[board.key])}


def status_of(app: Flask, certificate: Certificate) -> Status:
    return statuses(app)[certificate.code].status


def send(app: Flask, admin: User, format_: str = "xml", *, board: Board = BOARD) -> Roster:
    with app.app_context():
        found = catalog().boards[board.key]
        shown = queries.digest(queries.ready_completions(found))
        (made,) = actions.create_files(found, format_, shown=shown, actor=admin, now=LATER)
        return queries.roster_of(made.code, with_file=True)


def mirrored(data: bytes, **messages: str) -> bytes:
    """Return the receipt of a roster. `messages` by license number; every other record is accepted."""
    text = data.decode()
    for part in text.split("<attendee>")[1:]:
        number = part.split("<license>")[1].split("<")[0]
        answered = part.replace("</attendee>", f"<Message>{messages.get(number, '')}</Message></attendee>", 1)
        text = text.replace(part, answered, 1)
    return text.encode()
