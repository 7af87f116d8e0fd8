"""The status of a report in every situation."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.reporting.boards.status import (
    BoardLicense,
    Decision,
    EarlierReport,
    Stage,
    Status,
    block_duplicates,
    report_status,
)
from tests.reporting.boards.boards import BOARD, BY_AREA, completion, reported

XML_ONLY = {"formats": ("xml",)}


def test_a_complete_record_is_ready_and_has_a_due_date():
    one = report_status(completion(), BOARD)
    assert (one.status, one.reasons, one.due_on) == (Status.READY, (), date(2026, 5, 31))
    assert not one.is_late(date(2026, 5, 31))
    assert one.is_late(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"license": None}, "No license in FL"),
        ({"course_id": "another"}, "not reported to this board"),
        ({"revoked": True}, "was revoked"),
    ],
)
def test_not_required(values, why):
    one = report_status(completion(**values), BOARD)
    assert one.status is Status.NOT_REQUIRED
    assert why in one.reasons[0]


@pytest.mark.parametrize(
    ("board", "values", "why"),
    [
        ({"provider_number": None}, {}, "provider number"),
        ({"courses": {"needling-safety": {"number": None}}}, {}, "course number"),
        ({}, {"license": BoardLicense(profession="PTA", number="PTA1", expires_on=None)}, "profession PTA"),
        ({}, {"license": BoardLicense(profession="PT", number="40213", expires_on=None)}, "format of FL licenses"),
        (
            {"license_form": None},
            {"license": BoardLicense(profession="PT", number="none", expires_on=None)},
            "no digit",
        ),
        (
            {},
            {"license": BoardLicense(profession="PT", number="PT1", expires_on=date(2026, 3, 1))},
            "before the completion",
        ),
        (XML_ONLY, {"name_parts": None}, "family name in “Lena Learner” is not on record"),
        (XML_ONLY, {"name": "Cher"}, "“Cher” is one name"),
        ({}, {"minutes": {"safety": 60, "scope": 15}}, "missing for: safety, scope"),
    ],
)
def test_blocked_with_its_reason(board, values, why):
    changed = type(BOARD).model_validate(BOARD.model_dump() | board)
    one = report_status(completion(**values), changed)
    assert one.status is Status.BLOCKED
    assert len(one.reasons) == 1
    assert why in one.reasons[0]


def test_all_reasons_are_listed_together():
    nothing = BOARD.model_copy(update=XML_ONLY | {"provider_number": None, "professions": {}})
    assert len(report_status(completion(name="Cher"), nothing).reasons) == 3


def test_a_board_that_takes_a_table_needs_no_codes():
    values = {
        "formats": ("csv",),
        "provider_number": None,
        "professions": {},
        "courses": {"needling-safety": {"number": None}},
    }
    plain = type(BOARD).model_validate(BOARD.model_dump() | values)
    assert report_status(completion(name="Cher"), plain).status is Status.READY


def test_a_course_with_credit_by_area_is_ready_if_the_area_has_a_code():
    assert report_status(completion(minutes={"safety": 60}), BY_AREA).status is Status.READY


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.ACCEPTED])
def test_a_sent_or_accepted_report_is_not_ready(stage):
    assert report_status(completion(reported=reported(stage)), BOARD).status == stage.value


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.ACCEPTED])
@pytest.mark.parametrize("values", [{"certificate_id": 2}, {"revoked": True}])
def test_a_report_of_an_ended_certificate_needs_correction(stage, values):
    one = report_status(completion(reported=reported(stage), **values), BOARD)
    assert one.status is Status.CORRECTION
    wanted = (Decision.WITHDRAWN,) if "revoked" in values else (Decision.AGAIN, Decision.ACCEPTED)
    assert one.decisions == wanted


def test_a_rejected_report_keeps_its_message_until_it_is_to_be_sent_again():
    one = report_status(completion(reported=reported(Stage.REJECTED, message="No such license")), BOARD)
    assert (one.status, one.reasons) == (Status.REJECTED, ("No such license",))
    assert report_status(completion(reported=reported(Stage.AGAIN)), BOARD).status is Status.READY


def test_a_license_course_and_day_is_reported_for_one_account_only():
    ready = [report_status(completion(certificate_id=n, user_id=n), BOARD) for n in (1, 2)]
    assert [one.status for one in block_duplicates(ready, {1: "R", 2: "R"})] == [Status.READY, Status.BLOCKED]
    sent = report_status(completion(certificate_id=3, reported=reported(Stage.SENT, certificate_id=3)), BOARD)
    assert [one.status for one in block_duplicates([ready[0], sent], {1: "R"})] == [Status.BLOCKED, Status.SENT]
    again = report_status(completion(reported=reported(Stage.AGAIN)), BOARD)
    assert [one.status for one in block_duplicates([again], {1: "R"})] == [Status.READY]


stages = st.none() | st.builds(
    EarlierReport,
    certificate_id=st.integers(1, 2),
    record=st.just("R"),
    stage=st.sampled_from(Stage),
    message=st.none() | st.just("m"),
)


@given(stages, st.booleans(), st.booleans())
def test_ready_means_not_revoked_and_not_yet_with_the_board(report, revoked, has_license):
    one = completion(reported=report, revoked=revoked)
    one = one if has_license else replace(one, license=None)
    status = report_status(one, BOARD).status
    may_be_sent = (report is None or report.stage is Stage.AGAIN) and not revoked and has_license
    assert (status is Status.READY) == may_be_sent
