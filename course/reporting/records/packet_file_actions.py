"""Writing the file of an audit packet: what was on record goes into an archive, a hundred participants at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from flask import render_template

from course.assessment.attempts import queries as attempts
from course.assessment.quality import queries as quality
from course.certificates.issuing.models import Certificate
from course.content.loader.load import ContentInvalid, load
from course.content.queries import catalog
from course.content.schema.catalog import Catalog
from course.learning.review import queries as reviews
from course.learning.review.models import ModuleReview
from course.platform import db
from course.reporting.records import item_statistics, packet_queries, packet_rows, packet_summary
from course.reporting.records.archive import Archive, Tables, as_csv, as_json
from course.reporting.records.packet_columns import PACKET_TABLES, PARTICIPANT_TABLES
from course.reporting.records.packet_queries import PacketRecords
from course.reporting.records.packet_request import PacketRequest
from course.reporting.records.packet_summary import CHANGED, PacketSummary
from course.reporting.retention.retention_period import RETENTION_YEARS
from course.site import site

COMMON_CONTENT_FILES = ("courses.yaml", "glossary.yaml", "jurisdictions.yaml")
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class PacketDraft:
    """A packet that is being written."""

    records: PacketRecords
    archive: Archive
    tables: Tables
    summary: PacketSummary = field(default_factory=PacketSummary)


def write_packet(
    request: PacketRequest, as_of: datetime, *, file: IO[bytes], folder: Path, on_progress: OnProgress
) -> None:
    """Write the packet to `file`. Equal records give equal bytes.

    The tables grow in `folder`, which is empty at first. `on_progress` is called with the finished steps and all
    steps.
    """
    records = PacketRecords(request, as_of, catalog())
    steps = -(-records.max_participants() // packet_queries.PARTICIPANTS_PER_BATCH) + 3
    on_progress(0, steps)
    with (
        closing(Archive(file, as_of)) as archive,
        closing(Tables(folder, {**PARTICIPANT_TABLES, **PACKET_TABLES})) as tables,
    ):
        draft = PacketDraft(records, archive, tables)
        for done, _ in enumerate(_add_participants(draft), start=1):
            on_progress(min(done, steps - 3), steps)
        _add_content(draft)
        on_progress(steps - 2, steps)
        statistics = _add_statistics(draft)
        on_progress(steps - 1, steps)
        _add_summary(draft, statistics)
    on_progress(steps, steps)


def _add_participants(draft: PacketDraft) -> Iterator[None]:
    """Add everyone's rows and documents. Yield after each batch."""
    for batch in draft.records.batches():
        for participant in batch:
            rows_by_table = packet_rows.rows(participant)
            draft.summary.add(participant, rows_by_table["roster.csv"])
            for name, rows in rows_by_table.items():
                draft.tables.add(name, rows)
        _add_certificates(draft, [one for participant in batch for one in participant.certificates])
        if draft.records.request.course is not None:
            for answers in draft.records.answers([participant.id for participant in batch]):
                draft.summary.add_evaluation(answers, catalog())
        yield


def _add_certificates(draft: PacketDraft, certificates: Sequence[Certificate]) -> None:
    for code, document, credential in packet_queries.certificate_files(certificates):
        draft.archive.add(f"certificates/{code}.pdf", document)
        if credential is not None:
            draft.archive.add(f"certificates/{code}.json", credential.encode())


def _add_content(draft: PacketDraft) -> None:
    """Add what was taught, if the files on disk are still those that it was taught from."""
    on_disk, folder = _content_on_disk(), site().config.modules
    reviewed = reviews.by_digest([module["reviewed_digest"] for module in draft.summary.modules.values()])
    db.release()
    for _, module in sorted(draft.summary.modules.items()):
        _add_module(draft, module, reviewed.get(module["reviewed_digest"]), on_disk)
    _add_banks(draft, on_disk)
    _add_folder(draft, folder / "figures", "content/figures")
    for name in COMMON_CONTENT_FILES:
        draft.archive.add_file(f"content/{name}", folder / name)


def _content_on_disk() -> Catalog | None:
    """Return the content as its files are now, which may differ from what the process runs; None if it is invalid."""
    try:
        return load(site().config.modules, site().config.quizzes)
    except ContentInvalid:
        return None


def _add_module(
    draft: PacketDraft, module: Mapping[str, Any], review: ModuleReview | None, on_disk: Catalog | None
) -> None:
    id_, digest = module["id"], module["digest"]
    current = on_disk.modules.get(id_) if on_disk else None
    if current is not None and current.digest != digest:
        current = None
    if review is not None and review.at > draft.records.as_of:
        review = None
    row = (
        id_,
        module["title"],
        module["version"],
        digest,
        draft.summary.completions[id_, digest],
        review and f"{review.name}, {review.credentials}",
        review and review.at,
        f"content/{id_}/" if current else CHANGED,
    )
    draft.tables.add("content.csv", [row])
    draft.tables.add("objectives.csv", [(id_, module["version"], digest, one) for one in module["objectives"]])
    draft.tables.add("hours.csv", [packet_summary.hours_row(module, current)])
    if current:
        _add_folder(draft, site().config.modules / id_, f"content/{id_}")


def _add_banks(draft: PacketDraft, on_disk: Catalog | None) -> None:
    banks: set[str] = set()
    for (id_, digest), count in sorted(draft.summary.banks.items()):
        current = on_disk.assessments.get(id_) if on_disk else None
        if on_disk is None or current is None or on_disk.assessment_digest(current) != digest:
            draft.tables.add("banks.csv", [(id_, digest, count, CHANGED)])
            continue
        files = ", ".join(f"content/banks/{bank}.yaml" for bank in current.banks)
        draft.tables.add("banks.csv", [(id_, digest, count, files)])
        banks |= set(current.banks)
    for bank in sorted(banks):
        draft.archive.add_file(f"content/banks/{bank}.yaml", site().config.quizzes / f"{bank}.yaml")


def _add_folder(draft: PacketDraft, folder: Path, name: str) -> None:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        draft.archive.add_file(f"{name}/{path.relative_to(folder).as_posix()}", path)


def _add_statistics(draft: PacketDraft) -> list[str]:
    """Add the item statistics of every assessment of the courses. Return the names of the files."""
    names: list[str] = []
    courses = draft.summary.current_courses(draft.records.request.course, catalog())
    for id_ in dict.fromkeys(id_ for course in courses for id_ in course.assessments):
        batches = _released(attempts.submitted_in_batches(id_, draft.records.as_of))
        first, every = item_statistics.counted(batches)
        items = quality.items_by_id(every.items)
        db.release()
        names.append(f"items/{id_}.csv")
        draft.archive.add(names[-1], as_csv(item_statistics.table(first, every, items)))
    return names


def _released(batches: Iterator[Any]) -> Iterator[Any]:
    """Yield the batches with the database connection released, so that it is free while they are counted."""
    for batch in batches:
        db.session.expunge_all()
        db.release()
        yield batch


def _add_summary(draft: PacketDraft, statistics: Sequence[str]) -> None:
    """Add the tables about all participants together, the policies, the first page and the manifest."""
    records, summary, archive = draft.records, draft.summary, draft.archive
    for name, rows in summary.rows(catalog()).items():
        draft.tables.add(name, rows)
    approvals = records.approvals({records.request.course or "", *summary.courses})
    draft.tables.add("approvals.csv", [packet_rows.approval_row(one, records.as_of) for one in approvals])
    draft.tables.add("audit-log.csv", [packet_rows.event_row(one) for one in records.events_about_content()])
    for name, path in draft.tables.finished().items():
        archive.add_file(name, path)
    courses = summary.current_courses(records.request.course, catalog())
    archive.add("policies.json", as_json(packet_summary.policies(summary, courses, catalog())))
    archive.add("index.html", _first_page(draft, statistics).encode())
    archive.finish(
        {
            "question": records.request.to_json(),
            "as_of": records.as_of.isoformat(),
            "content": catalog().digest,
        }
    )


def _first_page(draft: PacketDraft, statistics: Sequence[str]) -> str:
    records = draft.records
    return render_template(
        "reporting/records/packet.html",
        packet_request=records.request,
        as_of=records.as_of,
        course=records.course,
        provider=catalog().provider,
        roster=draft.summary.roster,
        counts=draft.tables.counts,
        statistics=statistics,
        kept_years=RETENTION_YEARS,
        check=records.last_check(),
        columns=PARTICIPANT_TABLES["roster.csv"],
        attestations=sorted(draft.summary.attestations),
    )
