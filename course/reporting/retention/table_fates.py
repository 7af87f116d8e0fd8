"""What becomes of each table's rows about a person who closes their account. A test fails where a table has no fate."""

from collections.abc import Mapping
from enum import StrEnum


class Fate(StrEnum):
    AT_ONCE = "erased when the account is closed"
    AFTER_TERM = "erased when the years are over"
    NAMELESS = "stays; what names the person is overwritten when the years are over"
    STAYS = "stays as it is"


FATES: Mapping[str, Fate] = {
    # how somebody learned, and what they added of their own: no board asks for it
    "seat_time": Fate.AT_ONCE,
    "check_answer": Fate.AT_ONCE,
    "section_feedback": Fate.AT_ONCE,
    "item_report": Fate.AT_ONCE,
    "practice_plan": Fate.AT_ONCE,
    "practice_card": Fate.AT_ONCE,
    "practice_recall": Fate.AT_ONCE,
    "jurisdiction_notice": Fate.AT_ONCE,
    "accommodation": Fate.AT_ONCE,  # it tells of a person's health; each attempt keeps the limits that it had
    "share_link": Fate.AT_ONCE,
    "directory_name": Fate.AT_ONCE,
    "other_record": Fate.AT_ONCE,  # education elsewhere, with its uploads: its providers have the record
    # what a completion rests on
    "reading": Fate.AFTER_TERM,
    "rereading": Fate.AFTER_TERM,
    "evaluation": Fate.AFTER_TERM,
    # rows that others lean on
    "user": Fate.NAMELESS,  # address and password are overwritten at once
    "license": Fate.NAMELESS,
    "certificate_request": Fate.NAMELESS,
    "name_correction": Fate.NAMELESS,  # the uploaded proof goes at once
    # append-only by trigger, and without a name once the row of the person has none
    "answer": Fate.STAYS,
    "attempt": Fate.STAYS,
    "attempt_item": Fate.STAYS,
    "rescored_attempt": Fate.STAYS,
    "course_cycle": Fate.STAYS,
    # append-only by trigger, with names: what a certificate says can be checked for ever, and who did what can be told
    "certificate": Fate.STAYS,
    "revocation": Fate.STAYS,
    "audit_event": Fate.STAYS,
    # what was sent to boards stays as it was sent
    "board_report": Fate.STAYS,
    # decisions about a certificate, which stays
    "hidden_name": Fate.STAYS,  # so the public check goes on showing initials
    "certificate_question": Fate.STAYS,
    "backdating": Fate.STAYS,
    "bulk_line": Fate.STAYS,
    # acts of an administrator's office
    "audit_packet": Fate.STAYS,
    "bulk_issue": Fate.STAYS,
    "jurisdiction_override": Fate.STAYS,
    "review": Fate.STAYS,
    "standard_rating": Fate.STAYS,
}
