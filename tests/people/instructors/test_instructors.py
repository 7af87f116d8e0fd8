"""Instructors: who is one, their pages, and whether they were qualified on a day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.people.accounts import queries as people
from course.people.instructors import actions, queries
from course.people.instructors.models import Qualification
from course.people.instructors.qualification_standing import Standing, standing_on
from course.platform import db
from course.platform.access import Permission, granted
from course.platform.audit.models import AuditEvent
from course.platform.decisions import OwnRecord
from course.reporting.retention import actions as retention
from tests import factories
from tests.factories import NOON

DAYS = st.dates(date(2020, 1, 1), date(2027, 1, 1))


def license_(first_day, expires_on, *, name="License", issuer="Board"):
    return Qualification(name=name, issuer=issuer, first_day=first_day, expires_on=expires_on)


class TestStanding:
    def test_without_a_qualification_nobody_is_qualified(self):
        assert standing_on(date(2026, 1, 1), []) is Standing.NONE

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2024, 12, 31), Standing.NONE),
            (date(2025, 1, 1), Standing.QUALIFIED),
            (date(2025, 12, 31), Standing.QUALIFIED),
            (date(2026, 1, 1), Standing.EXPIRED),
        ],
    )
    def test_it_counts_from_its_first_to_its_last_day(self, day, expected):
        assert standing_on(day, [license_(date(2025, 1, 1), date(2025, 12, 31))]) is expected

    def test_a_renewal_counts_and_the_gap_before_it_does_not(self):
        both = [
            license_(date(2024, 1, 1), date(2024, 12, 31)),
            license_(date(2025, 2, 1), None, name="LICENSE", issuer="board"),
        ]
        assert standing_on(date(2025, 1, 15), both) is Standing.EXPIRED
        assert standing_on(date(2025, 2, 1), both) is Standing.QUALIFIED

    def test_another_qualification_does_not_make_up_for_an_expired_one(self):
        both = [license_(date(2024, 1, 1), date(2024, 12, 31)), license_(date(2024, 1, 1), None, name="Diploma")]
        assert standing_on(date(2025, 1, 1), both) is Standing.EXPIRED

    @given(DAYS, st.lists(st.tuples(DAYS, st.none() | DAYS)))
    def test_who_is_qualified_has_one_in_force(self, day, spans):
        found = standing_on(day, [license_(*span) for span in spans])
        in_force = any(first <= day and (last is None or day <= last) for first, last in spans)
        assert (found is Standing.QUALIFIED) == in_force


class TestRole:
    def test_an_administrator_makes_a_person_an_instructor_and_ends_it(self, app, pages, learner, admin):
        mine, path = pages.as_(admin), f"/admin/instructors/{learner.code}"
        assert mine.post(path, {"reason": ""}).status == 422
        assert mine.post(path, {"reason": "Teaches labs."}).status == 303
        with app.app_context():
            assert Permission.INSTRUCT in granted(people.person(learner.id))
        assert "Lena Learner" in mine.get("/admin/instructors/").text
        assert mine.post(path, {"reason": "Has left."}).status == 303
        with app.app_context():
            assert Permission.INSTRUCT not in granted(people.person(learner.id))
            events = db.session.query(AuditEvent).filter_by(event="person:instructor-set").order_by(AuditEvent.id)
            assert [(one.details["after"], one.details["reason"]) for one in events] == [
                (True, "Teaches labs."),
                (False, "Has left."),
            ]

    def test_nobody_decides_it_about_themselves(self, app, admin):
        with app.app_context():
            with pytest.raises(OwnRecord):
                actions.set_instructor(admin, admin, is_instructor=True, reason="x", now=NOON)
            with pytest.raises(OwnRecord):
                factories.qualify(admin, admin, first_day=NOON.date(), expires_on=None)

    def test_a_closed_account_is_no_instructor(self, app, admin, instructor):
        with app.app_context():
            retention.close(instructor, now=NOON)
            assert queries.instructors() == []
            with pytest.raises(actions.AccountClosed):
                actions.set_instructor(admin, instructor, is_instructor=True, reason="x", now=NOON)


class TestQualifications:
    def test_one_is_recorded_and_withdrawn_with_a_reason(self, app, pages, learner, admin):
        mine, path = pages.as_(admin), f"/admin/instructors/{learner.code}"
        fields = {"name": " PT  license ", "issuer": "Board", "number": "", "first_day": "2026-01-01"}
        assert "not before" in mine.post(f"{path}/qualifications/new", fields | {"expires_on": "2025-12-31"}).text
        assert mine.post(f"{path}/qualifications/new", fields | {"expires_on": "2099-12-31"}).status == 303
        with app.app_context():
            (one,) = queries.qualifications_of([learner.id])[learner.id]
            assert (one.name, one.number, one.expires_on) == ("PT license", None, date(2099, 12, 31))
        assert "qualified" in mine.get(path).text
        assert mine.post(f"{path}/qualifications/{one.code}", {"reason": "Another person's."}).status == 303
        assert "no qualification on record" in mine.get(path).text
        assert mine.get(f"{path}/qualifications/{one.code}").status == 404
        with app.app_context(), pytest.raises(actions.WithdrawnAlready):
            actions.withdraw_qualification(admin, one, "Twice.", now=NOON)

    def test_the_list_takes_as_many_statements_for_many_as_for_one(self, app, pages, admin, count_queries):
        mine = pages.as_(admin)

        def count():
            with count_queries() as statements:
                mine.get("/admin/instructors/")
            return len(statements)

        factories.instructor(app, admin, "Anna A", expires_on=date(2021, 1, 1))
        first = count()
        for name in ("Bert B", "Carl C", "Dora D"):
            factories.instructor(app, admin, name)
        assert count() == first <= 5
        assert "qualification expired" in mine.get("/admin/instructors/").text
