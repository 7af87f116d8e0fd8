"""Rows of several tables in one statement."""

from sqlalchemy import select

from course.people.accounts.models import License, User
from course.platform.queries import together
from course.states.proof.models import Proof
from tests import factories


def test_rows_of_several_tables_come_in_one_statement_each_as_selected(either_app, count_queries):
    first, second = (factories.person(either_app, name) for name in ("Nora Needle", "Otto Other"))
    proof = factories.add_proof(either_app, first)
    with either_app.app_context(), count_queries() as statements:
        people, proofs, licenses, none = together(
            select(User).where(User.id.in_([first.id, second.id])),
            select(Proof),
            select(License).where(License.user_id == second.id),
            select(Proof).where(Proof.id < 0),
        )
        assert [one.id for one in people] == [first.id, second.id]
        assert [(one.id, one.facts) for one in proofs] == [(proof.id, proof.facts)]
        assert [one.user_id for one in licenses] == [second.id]
        assert none == []
    assert len(statements) == 1
