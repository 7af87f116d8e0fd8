"""Where a report stands, for every way it can stand."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.reporting.boards.status import Decision, License, Reported, Stage, Status, apart, judge
from tests.reporting.boards.boards import BOARD, BY_AREA, completion, reported


def test_a_completion_with_all_it_takes_is_ready_and_has_a_last_day():
    one = judge(completion(), BOARD)
    assert (one.status, one.reasons, one.due_on) == (Status.READY, (), date(2026, 5, 31))
    assert not one.is_late(date(2026, 5, 31))
    assert one.is_late(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"license": None}, "No license of FL"),
        ({"course_id": "another"}, "not one that is reported"),
        ({"revoked": True}, "was revoked"),
    ],
)
def test_not_required(values, why):
    one = judge(completion(**values), BOARD)
    assert one.status is Status.NOT_REQUIRED
    assert why in one.reasons[0]


@pytest.mark.parametrize(
    ("board", "values", "why"),
    [
        ({"provider_number": None}, {}, "provider's number"),
        ({"courses": {"needling-safety": {"number": None}}}, {}, "no number with this board"),
        ({}, {"license": License(profession="PTA", number="PTA1", expires_on=None)}, "profession PTA"),
        ({}, {"license": License(profession="PT", number="40213", expires_on=None)}, "not written as those of FL"),
        ({"license_form": None}, {"license": License(profession="PT", number="none", expires_on=None)}, "no digit"),
        ({}, {"license": License(profession="PT", number="PT1", expires_on=date(2026, 3, 1))}, "before the completion"),
        ({}, {"name": "Cher"}, "no first and last part"),
        ({}, {"minutes": {"safety": 60, "scope": 15}}, "no subject-area code for: safety, scope"),
    ],
)
def test_blocked_with_its_reason(board, values, why):
    told = type(BOARD).model_validate(BOARD.model_dump() | board)
    one = judge(completion(**values), told)
    assert one.status is Status.BLOCKED
    assert len(one.reasons) == 1
    assert why in one.reasons[0]


def test_every_reason_is_named_at_once():
    nothing = BOARD.model_copy(update={"provider_number": None, "professions": {}})
    assert len(judge(completion(name="Cher"), nothing).reasons) == 3


def test_a_board_that_takes_a_table_needs_no_codes():
    told = {
        "formats": ("csv",),
        "provider_number": None,
        "professions": {},
        "courses": {"needling-safety": {"number": None}},
    }
    plain = type(BOARD).model_validate(BOARD.model_dump() | told)
    assert judge(completion(name="Cher"), plain).status is Status.READY


def test_the_area_has_a_code():
    assert judge(completion(minutes={"safety": 60}), BY_AREA).status is Status.READY


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.ACCEPTED])
def test_what_the_board_has_is_never_ready(stage):
    assert judge(completion(reported=reported(stage)), BOARD).status == stage.value


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.ACCEPTED])
@pytest.mark.parametrize("values", [{"certificate_id": 2}, {"revoked": True}])
def test_what_the_board_has_of_a_certificate_that_ended_needs_correction(stage, values):
    one = judge(completion(reported=reported(stage), **values), BOARD)
    assert one.status is Status.CORRECTION
    wanted = (Decision.WITHDRAWN,) if "revoked" in values else (Decision.AGAIN, Decision.ACCEPTED)
    assert one.decisions == wanted


def test_a_rejected_one_waits_for_a_word_and_keeps_the_message():
    one = judge(completion(reported=reported(Stage.REJECTED, message="No such license")), BOARD)
    assert (one.status, one.reasons) == (Status.REJECTED, ("No such license",))
    assert judge(completion(reported=reported(Stage.AGAIN)), BOARD).status is Status.READY


def test_one_license_course_and_day_is_reported_for_one_account():
    ready = [judge(completion(certificate_id=n, user_id=n), BOARD) for n in (1, 2)]
    assert [one.status for one in apart(ready, {1: "R", 2: "R"})] == [Status.READY, Status.BLOCKED]
    sent = judge(completion(certificate_id=3, reported=reported(Stage.SENT, certificate_id=3)), BOARD)
    assert [one.status for one in apart([ready[0], sent], {1: "R"})] == [Status.BLOCKED, Status.SENT]
    again = judge(completion(reported=reported(Stage.AGAIN)), BOARD)
    assert [one.status for one in apart([again], {1: "R"})] == [Status.READY]


stages = st.none() | st.builds(
    Reported,
    certificate_id=st.integers(1, 2),
    record=st.just("R"),
    stage=st.sampled_from(Stage),
    message=st.none() | st.just("m"),
)


@given(stages, st.booleans(), st.booleans())
def test_ready_only_what_the_board_does_not_have_and_nobody_revoked(report, revoked, has_license):
    one = completion(reported=report, revoked=revoked)
    one = one if has_license else replace(one, license=None)
    status = judge(one, BOARD).status
    may_be_sent = (report is None or report.stage is Stage.AGAIN) and not revoked and has_license
    assert (status is Status.READY) == may_be_sent
