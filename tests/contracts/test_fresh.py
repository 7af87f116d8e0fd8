"""What needs a proof of identity from the last quarter of an hour, besides a session."""

from datetime import timedelta

from flask import Flask

from course.platform.access import FRESH_FOR

FRESH = {
    "backdating_admin.ask",
    "backdating_admin.confirm",
    "boards_admin.completion",
    "boards_admin.file",
    "boards_admin.make",
    "bulk_admin.start",
    "corrections_admin.accept",
    "email_changes.change",
    "email_changes_admin.change",
    "factors.add_passkey",
    "factors.authenticator",
    "factors.passkey_options",
    "factors.recovery_codes",
    "factors.remove_authenticator",
    "factors.remove_passkey",
    "factors_admin.factors",
    "instructors_admin.add",
    "instructors_admin.instructor",
    "instructors_admin.withdraw",
    "issuing_admin.accept_short_time",
    "issuing_admin.choose_template",
    "issuing_admin.issue",
    "issuing_admin.issue_in_latin",
    "issuing_admin.reissue",
    "issuing_admin.reject",
    "issuing_admin.revoke",
    "people.confirm_one_name",
    "people.end_sessions",
    "people.set_reviewer",
    "quality_admin.table",
    "records_admin.again",
    "records_admin.ask",
    "records_admin.ask_about",
    "records_admin.download",
    "rescoring_admin.preview",
    "rescoring_admin.question",
    "single_sign_on.disconnect",
    "skills_admin.determination",
    "skills_instructor.determination",
    "skills_instructor.determine",
}


def test_what_issues_revokes_exports_or_changes_roles_asks_again_who_one_is(app: Flask):
    marked = {name for name, view in app.view_functions.items() if getattr(view, "fresh", False)}
    assert FRESH - marked == set()


def test_a_proof_of_identity_lasts_a_quarter_of_an_hour():
    assert timedelta(minutes=15) == FRESH_FOR
