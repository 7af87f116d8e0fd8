"""The totals for each license and renewal period, and the transcript as a table."""

import csv
import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from course.certificates.issuing.facts import MODES
from course.reporting.transcripts import export
from course.reporting.transcripts.statement import TranscriptEntry, TranscriptLicense, statements

TODAY = date(2026, 3, 2)
OHIO = TranscriptLicense("Ohio, PT 1", 60, date(2026, 12, 31), 24)
FLORIDA = TranscriptLicense("Florida, PT 2", 50, date(2026, 12, 31), 24)

entries = st.lists(
    st.builds(
        TranscriptEntry,
        completed_on=st.dates(date(2015, 1, 1), TODAY),
        title=st.text(min_size=1, max_size=20),
        provider=st.text(max_size=20),
        approvals=st.text(max_size=20),
        minutes=st.dictionaries(st.sampled_from(list(MODES)), st.integers(0, 900), min_size=1),
        standing=st.just("valid"),
        tone=st.just("ok"),
        counts=st.booleans(),
        verified=st.booleans(),
    ),
    max_size=12,
)


def entry(**facts):
    given = {
        "completed_on": TODAY,
        "title": "Course",
        "provider": "Provider",
        "approvals": "",
        "standing": "valid",
        "minutes": {"in_person": 100},
        "tone": "ok",
        "counts": True,
        "verified": True,
    }
    return TranscriptEntry(**given | facts)


@given(entries)
def test_every_entry_is_listed_once_and_counted_once(entries):
    for one in statements([OHIO, FLORIDA], entries, TODAY):
        placed = [entry for period in one.periods for entry in period.entries]
        assert sorted(map(id, placed)) == sorted(map(id, entries))
        counted = sum(sum(period.verified.values()) + sum(period.unverified.values()) for period in one.periods)
        assert counted == sum(entry.total for entry in entries if entry.counts)


@given(entries)
def test_each_entry_is_in_the_period_of_its_day(entries):
    (one,) = statements([OHIO], entries, TODAY)
    assert all(entry.completed_on in period.dates for period in one.periods for entry in period.entries)
    assert [period.dates for period in one.periods] == sorted({period.dates for period in one.periods}, reverse=True)


def test_hours_are_those_of_the_licenses_state():
    ohio, florida = statements([OHIO, FLORIDA], [entry()], TODAY)
    assert (ohio.periods[0].hours(100), florida.periods[0].hours(100)) == ("1.5", "2")


def test_unverified_and_uncounted_entries_are_kept_apart():
    given = [entry(), entry(verified=False, minutes={"live_online": 30}), entry(counts=False)]
    period = statements([OHIO], given, TODAY)[0].periods[0]
    assert sum(period.verified.values()) == 100
    assert period.unverified["live_online"] == 30
    assert len(period.entries) == 3


def test_the_current_period_is_listed_even_without_entries():
    (one,) = statements([OHIO], [entry(completed_on=date(2020, 5, 1))], TODAY)
    assert [len(period.entries) for period in one.periods] == [0, 1]


def test_without_an_expiration_or_renewal_there_is_one_list():
    for license_ in (TranscriptLicense("x", 60, None, 24), TranscriptLicense("x", 60, TODAY, None)):
        (one,) = statements([license_], [entry(), entry(completed_on=date(2001, 1, 1))], TODAY)
        assert [(period.dates, len(period.entries)) for period in one.periods] == [(None, 2)]
    assert statements([], [entry()], TODAY)[0].license is None


@given(entries)
def test_the_table_has_its_columns_and_no_formula(entries):
    rows = list(csv.reader(io.StringIO(export.table(statements([OHIO], entries, TODAY)), newline="")))
    assert tuple(rows[0]) == export.COLUMNS
    assert len(rows) == 1 + len(entries)
    assert all(len(row) == len(export.COLUMNS) for row in rows)
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t"}]


def test_the_columns_of_the_table_do_not_change():
    assert export.COLUMNS == (
        "license",
        "license_expires",
        "period_first",
        "period_last",
        "completed_on",
        "title",
        "provider",
        "approvals",
        "certificate",
        "standing",
        "counts",
        "verified",
        "minutes_self_paced_online",
        "minutes_live_online",
        "minutes_in_person",
        "minutes",
        "hour_minutes",
        "hours",
        "topics",
    )
