"""What a person can choose has a name for every id that the states' rules use."""

from course.content.schema.law import Approval, Credential, walk
from course.states.proof.choices import APPROVERS, CREDENTIALS

UNRESTRICTED = "unrestricted-license"  # stated as a fact about a license, with its state


def test_every_credential_and_approver_of_the_law_can_be_chosen(catalog):
    rules = [rule for state in catalog.jurisdictions.values() for rule in walk(state.requirements)]
    credentials = {rule.credential for rule in rules if isinstance(rule, Credential)}
    approvers = {one for rule in rules if isinstance(rule, Approval) for one in rule.by}
    assert len(credentials) > 2
    assert credentials - CREDENTIALS.keys() - {UNRESTRICTED} == set()
    assert approvers - APPROVERS.keys() == set()
