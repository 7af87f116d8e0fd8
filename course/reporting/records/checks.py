"""Every check of a certificate's record, by the kind of fault that it finds."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from course.reporting.records import certificate_checks, evidence_checks, history_checks
from course.reporting.records.checked_record import CheckedRecord, Discrepancy, Fault

CHECKS: Mapping[Fault, Callable[[CheckedRecord], Iterable[str]]] = {
    Fault.NUMBER: certificate_checks.number,
    Fault.ROW: certificate_checks.row,
    Fault.DOCUMENT: certificate_checks.document,
    Fault.SIGNATURE: certificate_checks.signature,
    Fault.ATTACHMENT: certificate_checks.attachment,
    Fault.BADGE: certificate_checks.badge,
    Fault.BADGE_FACTS: certificate_checks.badge_facts,
    Fault.STATUS: certificate_checks.status,
    Fault.REQUEST: evidence_checks.request,
    Fault.COMPLETION: evidence_checks.completion,
    Fault.MINUTES: evidence_checks.minutes,
    Fault.DATES: evidence_checks.dates,
    Fault.STUDY: evidence_checks.study,
    Fault.QUIZ: evidence_checks.quiz,
    Fault.EVALUATION: evidence_checks.evaluation,
    Fault.CONTENT: evidence_checks.content,
    Fault.SUCCESSION: history_checks.succession,
    Fault.HOURS: history_checks.hours,
    Fault.LOG: history_checks.log,
}


def discrepancies(record: CheckedRecord) -> Iterator[Discrepancy]:
    """Yield every fault of the record. Data that a check can't read is a fault, too, and stops no other check."""
    subject = f"certificate:{record.certificate.code}"
    for kind, check in CHECKS.items():
        try:
            yield from [Discrepancy(kind, subject, words) for words in check(record)]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            yield Discrepancy(Fault.UNREADABLE, subject, f"{kind.name.lower()}: {error!r}")
