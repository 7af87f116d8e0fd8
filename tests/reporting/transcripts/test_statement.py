"""What everything earned comes to, for each license and period; and the table of it."""

import csv
import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from course.certificates.issuing.facts import MODES
from course.reporting.transcripts import export
from course.reporting.transcripts.statement import Entry, License, statements

TODAY = date(2026, 3, 2)
OHIO = License("Ohio, PT 1", 60, date(2026, 12, 31), 24)
FLORIDA = License("Florida, PT 2", 50, date(2026, 12, 31), 24)

entries = st.lists(
    st.builds(
        Entry,
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
    return Entry(**given | facts)


@given(entries)
def test_nothing_is_lost_and_nothing_counted_twice(entries):
    for one in statements([OHIO, FLORIDA], entries, TODAY):
        placed = [entry for span in one.spans for entry in span.entries]
        assert sorted(map(id, placed)) == sorted(map(id, entries))
        counted = sum(sum(span.verified.values()) + sum(span.unverified.values()) for span in one.spans)
        assert counted == sum(entry.total for entry in entries if entry.counts)


@given(entries)
def test_each_entry_stands_in_the_period_of_its_day(entries):
    (one,) = statements([OHIO], entries, TODAY)
    assert all(entry.completed_on in span.period for span in one.spans for entry in span.entries)
    assert [span.period for span in one.spans] == sorted({span.period for span in one.spans}, reverse=True)


def test_hours_are_those_of_the_licenses_state():
    ohio, florida = statements([OHIO, FLORIDA], [entry()], TODAY)
    assert (ohio.spans[0].hours(100), florida.spans[0].hours(100)) == ("1.5", "2")


def test_what_is_not_verified_and_what_does_not_count_is_kept_apart():
    given = [entry(), entry(verified=False, minutes={"live_online": 30}), entry(counts=False)]
    span = statements([OHIO], given, TODAY)[0].spans[0]
    assert sum(span.verified.values()) == 100
    assert span.unverified["live_online"] == 30
    assert len(span.entries) == 3


def test_todays_period_is_there_though_nothing_was_earned_in_it():
    (one,) = statements([OHIO], [entry(completed_on=date(2020, 5, 1))], TODAY)
    assert [len(span.entries) for span in one.spans] == [0, 1]


def test_without_expiry_or_length_there_is_one_list():
    for license_ in (License("x", 60, None, 24), License("x", 60, TODAY, None)):
        (one,) = statements([license_], [entry(), entry(completed_on=date(2001, 1, 1))], TODAY)
        assert [(span.period, len(span.entries)) for span in one.spans] == [(None, 2)]
    assert statements([], [entry()], TODAY)[0].license is None


@given(entries)
def test_the_table_has_its_columns_and_no_formula(entries):
    rows = list(csv.reader(io.StringIO(export.table(statements([OHIO], entries, TODAY)), newline="")))
    assert tuple(rows[0]) == export.COLUMNS
    assert len(rows) == 1 + len(entries)
    assert all(len(row) == len(export.COLUMNS) for row in rows)
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t"}]


def test_the_tables_columns_stay():
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
    )
