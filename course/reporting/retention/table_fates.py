"""What happens to each table's rows about a person who closes their account. A test requires a fate for every table."""

from collections.abc import Mapping
from enum import StrEnum


class Fate(StrEnum):
    ERASED_AT_CLOSING = "erased when the account is closed"
    ERASED_LATER = "erased when the retention period is over"
    ANONYMIZED = "kept; the person's name and numbers are overwritten when the retention period is over"
    KEPT = "kept unchanged"


FATES: Mapping[str, Fate] = {
    # How the person learned and what they added. No board asks for it.
    "kept_form": Fate.ERASED_AT_CLOSING,
    "sign_in_session": Fate.ERASED_AT_CLOSING,
    "seat_time": Fate.ERASED_AT_CLOSING,
    "check_answer": Fate.ERASED_AT_CLOSING,
    "section_feedback": Fate.ERASED_AT_CLOSING,
    "item_report": Fate.ERASED_AT_CLOSING,
    "practice_plan": Fate.ERASED_AT_CLOSING,
    "practice_card": Fate.ERASED_AT_CLOSING,
    "practice_recall": Fate.ERASED_AT_CLOSING,
    "jurisdiction_notice": Fate.ERASED_AT_CLOSING,
    "accommodation": Fate.ERASED_AT_CLOSING,  # health data; each attempt keeps the limits that it had
    "share_link": Fate.ERASED_AT_CLOSING,
    "directory_name": Fate.ERASED_AT_CLOSING,
    "kept_file": Fate.ERASED_AT_CLOSING,  # erased after two hours anyway
    "other_record": Fate.ERASED_AT_CLOSING,  # external credits with their documents; their providers have the record
    "proof": Fate.ERASED_AT_CLOSING,  # what the person stated toward a state's requirements
    "lab_booking": Fate.ERASED_AT_CLOSING,  # places in coming labs are given up first
    # How the person signed in.
    "passkey": Fate.ERASED_AT_CLOSING,
    "authenticator_app": Fate.ERASED_AT_CLOSING,
    "recovery_code": Fate.ERASED_AT_CLOSING,
    "external_identity": Fate.ERASED_AT_CLOSING,
    "email_change": Fate.ERASED_AT_CLOSING,
    # The evidence for a completion.
    "reading": Fate.ERASED_LATER,
    "rereading": Fate.ERASED_LATER,
    "section_opening": Fate.ERASED_LATER,
    "evaluation": Fate.ERASED_LATER,
    # Supervised sessions, which a board may ask for, with what supervisors stated about themselves.
    "supervised_session": Fate.ERASED_LATER,
    "session_annulment": Fate.ERASED_LATER,
    "supervision_request": Fate.ERASED_LATER,
    "supervisor": Fate.ERASED_LATER,
    # What instructors saw the person do. An instructor's own rows are about learners and go with those.
    "skill_sign_off": Fate.ERASED_LATER,
    "skill_countersignature": Fate.ERASED_LATER,
    "determination": Fate.ERASED_LATER,
    "determination_annulment": Fate.ERASED_LATER,
    "lab_presence": Fate.ERASED_LATER,
    "attendance_answer": Fate.ERASED_LATER,
    # Rows that other rows refer to.
    "user": Fate.ANONYMIZED,  # email and password are overwritten at closing
    "license": Fate.ANONYMIZED,
    "certificate_request": Fate.ANONYMIZED,
    "name_correction": Fate.ANONYMIZED,  # the uploaded proof is erased at closing
    # Append-only by trigger, and anonymous as soon as the person's row is.
    "answer": Fate.KEPT,
    "attempt": Fate.KEPT,
    "attempt_item": Fate.KEPT,
    "rescored_attempt": Fate.KEPT,
    "course_cycle": Fate.KEPT,
    # Append-only by trigger, with names, so that a certificate can always be verified and every action has an actor.
    "certificate": Fate.KEPT,
    "revocation": Fate.KEPT,
    "audit_event": Fate.KEPT,
    # What was sent to boards.
    "board_report": Fate.KEPT,
    # Decisions about a certificate, which is kept.
    "hidden_name": Fate.KEPT,  # so that the public page continues to show initials
    "certificate_question": Fate.KEPT,
    "backdating": Fate.KEPT,
    "bulk_line": Fate.KEPT,
    # By what a person taught others, whose records name them.
    "instructor_qualification": Fate.KEPT,
    "lab_instructor": Fate.KEPT,
    # What a person did as an administrator.
    "audit_packet": Fate.KEPT,
    "bulk_issue": Fate.KEPT,
    "jurisdiction_override": Fate.KEPT,
    "review": Fate.KEPT,
    "standard_rating": Fate.KEPT,
}
