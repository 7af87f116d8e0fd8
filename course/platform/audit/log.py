"""The audit log: who did what to whom and when, with values before and after, in the same transaction as the act."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from course.platform import db, visitor
from course.platform.audit.models import AuditEvent


class Event(StrEnum):
    SIGNED_UP = "person:signed-up"
    SIGNED_IN = "session:started"
    SIGN_IN_FAILED = "session:refused"
    IDENTITY_CONFIRMED = "session:confirmed"
    SIGNED_OUT = "session:signed-out"
    SESSIONS_ENDED = "session:ended"
    PASSWORD_CHANGED = "person:password-changed"  # noqa: S105 - the name of an event
    EMAIL_CONFIRMED = "person:email-confirmed"
    PASSWORD_RESET = "person:password-reset"  # noqa: S105 - the name of an event
    FACTOR_ADDED = "person:second-factor-added"
    FACTOR_REMOVED = "person:second-factor-removed"
    RECOVERY_CODES_MADE = "person:recovery-codes-made"
    RECOVERY_CODE_USED = "person:recovery-code-used"
    FACTORS_REMOVED = "person:second-factors-removed-by-administrator"
    SIGN_IN_CONNECTED = "person:single-sign-on-connected"
    SIGN_IN_DISCONNECTED = "person:single-sign-on-disconnected"
    SIGNED_UP_AGAIN = "person:signed-up-again"  # with an email that has an account
    EMAIL_CHANGE_ASKED = "person:email-change-asked"
    EMAIL_CHANGE_CANCELED = "person:email-change-canceled"
    EMAIL_CHANGED = "person:email-changed"
    EMAIL_CHANGE_UNDONE = "person:email-change-undone"
    PROFILE_CHANGED = "person:profile-changed"
    ONE_NAME_CONFIRMED = "person:one-name-confirmed"
    LICENSE_ADDED = "license:added"
    LICENSE_CHANGED = "license:changed"
    LICENSE_REMOVED = "license:removed"
    INVITED = "person:invited"
    ADMIN_CREATED = "person:admin-created"
    ATTEMPT_STARTED = "attempt:started"
    ATTEMPT_SUBMITTED = "attempt:submitted"
    ATTEMPT_EXPIRED = "attempt:expired"
    ATTEMPT_RESCORED = "attempt:rescored"
    ACCOMMODATION_SET = "person:accommodation-set"
    ITEM_REPORTED = "item:reported"
    REPORT_CLOSED = "item:report-closed"
    ITEM_RESCORED = "item:rescored"
    PANEL_OPENED = "standard:panel-opened"
    PANEL_ROUND = "standard:second-round"
    PANEL_CLOSED = "standard:panel-closed"
    EVALUATION_GIVEN = "evaluation:given"
    CERTIFICATE_REQUESTED = "certificate:requested"
    SHORT_TIME_ACCEPTED = "certificate:short-time-accepted"
    CERTIFICATE_REJECTED = "certificate:rejected"
    CERTIFICATE_ISSUED = "certificate:issued"
    CERTIFICATE_REVOKED = "certificate:revoked"
    CERTIFICATE_KEPT = "certificate:kept"
    CERTIFICATE_SUPERSEDED = "certificate:superseded"
    NAME_SET_IN_LATIN = "certificate:name-set-in-latin"
    TEMPLATE_CHOSEN = "certificate:template-chosen"
    CYCLE_OPENED = "certificate:cycle-opened"
    NAME_CORRECTION_ASKED = "certificate:name-correction-asked"
    NAME_CORRECTION_REJECTED = "certificate:name-correction-rejected"
    BACKDATING_ASKED = "certificate:backdating-asked"
    BACKDATING_DECIDED = "certificate:backdating-decided"
    BULK_STARTED = "certificate:bulk-started"
    BULK_STOPPED = "certificate:bulk-stopped"
    CERTIFICATE_SHARED = "certificate:shared"
    SHARE_ENDED = "certificate:share-ended"
    PUBLICITY_CHANGED = "certificate:publicity-changed"
    ACCOUNT_CLOSED = "person:account-closed"
    APPROVAL_RECORDED = "approval:recorded"
    APPROVAL_WITHDRAWN = "approval:withdrawn"
    OTHER_RECORD_ADDED = "transcript:record-added"
    OTHER_RECORD_CHANGED = "transcript:record-changed"
    OTHER_RECORD_REMOVED = "transcript:record-removed"
    OTHER_RECORD_CHECKED = "transcript:record-checked"
    SESSIONS_LOGGED = "supervision:sessions-logged"
    SUPERVISED_SESSION_CHANGED = "supervision:session-changed"
    SUPERVISED_SESSION_REMOVED = "supervision:session-removed"
    SUPERVISED_SESSION_ANNULLED = "supervision:session-annulled"
    SUPERVISOR_ADDED = "supervision:supervisor-added"
    SUPERVISOR_REMOVED = "supervision:supervisor-removed"
    SUPERVISION_ASKED = "supervision:confirmation-asked"
    SUPERVISION_WITHDRAWN = "supervision:request-withdrawn"
    SUPERVISION_ANSWERED = "supervision:request-answered"
    ROSTER_MADE = "board:roster-made"
    RECEIPT_READ = "board:receipt-read"
    REPORT_CORRECTED = "board:report-corrected"
    RECORDS_CHECKED = "records:checked"
    PACKET_ASKED = "records:packet-asked"
    PACKET_DOWNLOADED = "records:packet-downloaded"
    REVIEWER_SET = "person:reviewer-set"
    INSTRUCTOR_SET = "person:instructor-set"
    QUALIFICATION_RECORDED = "instructor:qualification-recorded"
    QUALIFICATION_WITHDRAWN = "instructor:qualification-withdrawn"
    LAB_CREATED = "lab:created"
    LAB_CHANGED = "lab:changed"
    LAB_CANCELED = "lab:canceled"
    LAB_BOOKED = "lab:signed-up"
    LAB_BOOKING_CANCELED = "lab:sign-up-canceled"
    LAB_PRESENCE = "lab:presence-recorded"
    LAB_LEFT = "lab:checked-out"
    LAB_CLOSED = "lab:closed"
    ATTENDANCE_CHECK_OPENED = "lab:attendance-check-opened"
    ATTENDANCE_CHECK_ANSWERED = "lab:attendance-check-answered"
    CONTENT_REVIEWED = "content:reviewed"
    STATE_CHECKED = "state:checked"
    PROOF_ADDED = "proof:added"
    PROOF_REMOVED = "proof:removed"
    PROOF_CHECKED = "proof:checked"
    SKILL_SIGNED_OFF = "skill:signed-off"
    SKILL_COUNTERSIGNED = "skill:countersigned"
    COMPETENCE_DETERMINED = "competence:determined"
    DETERMINATION_ANNULLED = "competence:determination-annulled"


CHANGE = frozenset({"before", "after"})
LAB_FACTS = frozenset(
    {"course", "title", "mode", "starts_at", "ends_at", "time_zone", "place", "jurisdiction", "capacity", "topics"}
) | {"instructors"}
DETAILS: dict[Event, frozenset[str]] = {
    Event.SIGNED_UP: frozenset({"email"}),
    Event.SIGNED_IN: frozenset({"device", "known_device", "second_factor"}),
    Event.SIGN_IN_FAILED: frozenset({"reason", "address"}),
    Event.IDENTITY_CONFIRMED: frozenset({"second_factor"}),
    Event.SIGNED_OUT: frozenset(),
    Event.SESSIONS_ENDED: frozenset({"sessions", "reason"}),
    Event.PASSWORD_CHANGED: frozenset(),
    Event.EMAIL_CONFIRMED: frozenset({"email"}),
    Event.PASSWORD_RESET: frozenset(),
    Event.FACTOR_ADDED: frozenset({"name"}),
    Event.FACTOR_REMOVED: frozenset({"name"}),
    Event.RECOVERY_CODES_MADE: frozenset(),
    Event.RECOVERY_CODE_USED: frozenset({"left"}),
    Event.FACTORS_REMOVED: frozenset({"factors", "reason"}),
    Event.SIGN_IN_CONNECTED: frozenset({"issuer"}),
    Event.SIGN_IN_DISCONNECTED: frozenset({"issuer"}),
    Event.SIGNED_UP_AGAIN: frozenset(),
    Event.EMAIL_CHANGE_ASKED: CHANGE | {"proof"},
    Event.EMAIL_CHANGE_CANCELED: frozenset(),
    Event.EMAIL_CHANGED: CHANGE,
    Event.EMAIL_CHANGE_UNDONE: CHANGE,
    Event.PROFILE_CHANGED: CHANGE,
    Event.ONE_NAME_CONFIRMED: frozenset({"name", "reason"}),
    Event.LICENSE_ADDED: CHANGE,
    Event.LICENSE_CHANGED: CHANGE,
    Event.LICENSE_REMOVED: CHANGE,
    Event.INVITED: frozenset({"role", "expires_at"}),
    Event.ADMIN_CREATED: frozenset({"email"}),
    Event.ATTEMPT_STARTED: frozenset({"assessment", "number", "content_hash"}),
    Event.ATTEMPT_SUBMITTED: frozenset({"assessment", "number", "points", "scored", "passed"}),
    Event.ATTEMPT_EXPIRED: frozenset({"assessment", "number", "points", "scored", "passed"}),
    Event.ATTEMPT_RESCORED: CHANGE | {"item", "rescoring"},
    Event.ACCOMMODATION_SET: CHANGE,
    Event.ITEM_REPORTED: frozenset({"item", "digest"}),
    Event.REPORT_CLOSED: frozenset({"item", "reply"}),
    Event.ITEM_RESCORED: frozenset(
        {"decision", "reason", "take_passes", "attempts", "passes_gained", "passes_lost", "key_before", "key_after"}
    ),
    Event.PANEL_OPENED: frozenset({"assessment"}),
    Event.PANEL_ROUND: frozenset({"assessment", "raters", "suggested"}),
    Event.PANEL_CLOSED: frozenset({"assessment", "raters", "items", "suggested"}),
    Event.EVALUATION_GIVEN: frozenset({"course"}),
    Event.CERTIFICATE_REQUESTED: CHANGE | {"course", "content_hash"},
    Event.SHORT_TIME_ACCEPTED: CHANGE | {"course", "modules"},
    Event.CERTIFICATE_REJECTED: CHANGE | {"course", "reason"},
    Event.CERTIFICATE_ISSUED: CHANGE | {"course", "content_hash", "document_sha256", "license_checked"},
    Event.CERTIFICATE_REVOKED: CHANGE | {"reason"},
    Event.CERTIFICATE_KEPT: frozenset({"reason", "rescoring"}),
    Event.CERTIFICATE_SUPERSEDED: CHANGE | {"reason", "successor", "document_sha256"},
    Event.NAME_SET_IN_LATIN: CHANGE | {"reason"},
    Event.TEMPLATE_CHOSEN: CHANGE,
    Event.CYCLE_OPENED: frozenset({"course", "cycle"}),
    Event.NAME_CORRECTION_ASKED: CHANGE | {"reason"},
    Event.NAME_CORRECTION_REJECTED: frozenset({"reason"}),
    Event.BACKDATING_ASKED: frozenset({"issue_on", "reason"}),
    Event.BACKDATING_DECIDED: frozenset({"issue_on", "decision"}),
    Event.BULK_STARTED: frozenset({"requests"}),
    Event.BULK_STOPPED: frozenset({"requests"}),
    Event.CERTIFICATE_SHARED: frozenset({"label"}),
    Event.SHARE_ENDED: frozenset({"label"}),
    Event.PUBLICITY_CHANGED: CHANGE,
    Event.ACCOUNT_CLOSED: frozenset({"kept_until"}),
    Event.APPROVAL_RECORDED: frozenset(
        {"course", "approver", "number", "states", "course_version", "content_hash", "first_day", "last_day"}
    ),
    Event.APPROVAL_WITHDRAWN: frozenset({"reason", "withdrawn_from"}),
    Event.OTHER_RECORD_ADDED: frozenset({"title", "provider", "minutes", "completed_on"}),
    Event.OTHER_RECORD_CHANGED: CHANGE,
    Event.OTHER_RECORD_REMOVED: frozenset(),
    Event.OTHER_RECORD_CHECKED: CHANGE | {"note"},
    Event.SESSIONS_LOGGED: frozenset({"sessions", "first"}),
    Event.SUPERVISED_SESSION_CHANGED: CHANGE,
    Event.SUPERVISED_SESSION_REMOVED: frozenset({"before"}),
    Event.SUPERVISED_SESSION_ANNULLED: frozenset({"reason"}),
    Event.SUPERVISOR_ADDED: frozenset({"name"}),
    Event.SUPERVISOR_REMOVED: frozenset({"name"}),
    Event.SUPERVISION_ASKED: frozenset({"supervisor", "sessions", "sends"}),
    Event.SUPERVISION_WITHDRAWN: frozenset(),
    Event.SUPERVISION_ANSWERED: frozenset({"confirmed", "declined", "reason"}),
    Event.ROSTER_MADE: frozenset({"board", "format", "records", "file_sha256"}),
    Event.RECEIPT_READ: frozenset({"board", "accepted", "rejected"}),
    Event.REPORT_CORRECTED: CHANGE | {"board", "reason"},
    Event.RECORDS_CHECKED: frozenset({"looked_at", "faults"}),
    Event.PACKET_ASKED: frozenset({"question"}),
    Event.PACKET_DOWNLOADED: frozenset({"sha256"}),
    Event.REVIEWER_SET: CHANGE | {"proof"},
    Event.INSTRUCTOR_SET: CHANGE | {"reason"},
    Event.QUALIFICATION_RECORDED: frozenset({"name", "issuer", "number", "first_day", "expires_on"}),
    Event.QUALIFICATION_WITHDRAWN: frozenset({"reason"}),
    Event.LAB_CREATED: LAB_FACTS,
    Event.LAB_CHANGED: CHANGE,
    Event.LAB_CANCELED: frozenset({"reason"}),
    Event.LAB_BOOKED: frozenset(),
    Event.LAB_BOOKING_CANCELED: frozenset(),
    Event.LAB_PRESENCE: frozenset({"in_at", "out_at", "how", "replaces", "reason"}),
    Event.LAB_LEFT: frozenset({"out_at"}),
    Event.LAB_CLOSED: frozenset({"needles_out", "needles_in", "needle_note", "incidents", "instructors", "learners"}),
    Event.ATTENDANCE_CHECK_OPENED: frozenset({"minutes"}),
    Event.ATTENDANCE_CHECK_ANSWERED: frozenset(),
    Event.CONTENT_REVIEWED: frozenset({"content_hash", "name", "credentials"}),
    Event.STATE_CHECKED: CHANGE | {"source", "checked_on"},
    Event.PROOF_ADDED: frozenset({"kind", "facts"}),
    Event.PROOF_REMOVED: frozenset(),
    Event.PROOF_CHECKED: CHANGE | {"note"},
    Event.SKILL_SIGNED_OFF: frozenset({"course", "skill", "digest", "passed", "signed_at"}),
    Event.SKILL_COUNTERSIGNED: frozenset({"agreed", "note"}),
    Event.COMPETENCE_DETERMINED: frozenset({"course", "competent"}),
    Event.DETERMINATION_ANNULLED: frozenset({"reason"}),
}


class Actor(Protocol):
    @property
    def id(self) -> Any: ...
    @property
    def legal_name(self) -> Any: ...


def record(
    event: Event, actor: Actor | None, subject: str, *, person_id: int | None, now: datetime, **details: Any
) -> None:
    """Add a row to the open transaction. `actor` None is the system. Raise ValueError if `details` are not DETAILS."""
    if details.keys() != DETAILS[event]:
        raise ValueError(f"{event} needs the details {sorted(DETAILS[event])}, not {sorted(details)}")
    db.session.add(
        AuditEvent(
            at=now,
            actor_id=actor.id if actor else None,
            actor_name=actor.legal_name if actor else "system",
            event=event,
            person_id=person_id,
            subject=subject,
            details=details,
            address=visitor.address(),
        )
    )
