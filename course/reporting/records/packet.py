"""Makes an audit packet: gathers what was on record and writes it into an archive, a hundred participants at a time."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
from course.content.schema.course import Course
from course.content.schema.module import Module
from course.learning.review import queries as reviews
from course.platform import db
from course.reporting.records import item_statistics, packet_rows, sheets
from course.reporting.records.archive import Archive, Tables, as_csv, as_json
from course.reporting.records.packet_rows import Holdings
from course.reporting.records.question import Question
from course.reporting.records.sheets import Person

LISTED = 500  # participants that the first page lists
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Place:
    """Where the content's files are, and for how many years records are kept."""

    modules: Path
    quizzes: Path
    kept_years: int


@dataclass
class Seen:
    """What the participants' records tell of the content, by count of completions."""

    modules: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # (module, content) -> as recorded
    completions: Counter[tuple[str, str]] = field(default_factory=Counter)
    instructors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    banks: Counter[tuple[str, str]] = field(default_factory=Counter)  # (assessment, content)
    attestations: Counter[str] = field(default_factory=Counter)
    courses: set[str] = field(default_factory=set)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    comments: list[tuple[str, str]] = field(default_factory=list)
    roster: list[Any] = field(default_factory=list)

    def add(self, person: Person) -> None:
        for one in person.requests:
            told = one.completion
            self.courses.add(one.course_id)
            self.instructors[one.course_id, told["version"], told["instructor"] or "none: self-paced"] += 1
            self.attestations[one.attestation] += 1
            for module in told["modules"]:
                self.modules[module["id"], module["digest"]] = module
                self.completions[module["id"], module["digest"]] += 1
        for attempt in person.attempts:
            self.banks[attempt.assessment_id, attempt.content_hash] += 1


class Packet:
    """One packet in the making."""

    def __init__(self, place: Place, held: Holdings, archive: Archive, tables: Tables) -> None:
        self._place, self._held, self._archive, self._tables = place, held, archive, tables
        self._seen, self._catalog = Seen(), catalog()
        self._questions = {one.id: one for one in self._catalog.evaluation}

    def people(self) -> Iterator[None]:
        """Everyone's rows and documents; a step for each batch."""
        for batch in self._held.batches():
            for person in batch:
                self._seen.add(person)
                found = sheets.rows(person)
                self._seen.roster += found["roster.csv"][: LISTED - len(self._seen.roster)]
                for name, rows in found.items():
                    self._tables.add(name, rows)
            self._add_files([one for person in batch for one in person.certificates])
            if self._held.question.course is not None:
                self._add_answers([person.id for person in batch])
            yield

    def _add_files(self, certificates: Sequence[Certificate]) -> None:
        for code, document, credential in packet_rows.files_of(certificates):
            self._archive.add(f"certificates/{code}.pdf", document)
            if credential is not None:
                self._archive.add(f"certificates/{code}.json", credential.encode())

    def _add_answers(self, ids: list[int]) -> None:
        for answers in self._held.answers(ids):
            for question, answer in answers.items():
                known = self._questions.get(question)
                if known is None or known.type != "text":
                    self._seen.answers[question, str(answer)] += 1
                elif str(answer).strip():
                    self._seen.comments.append((question, str(answer)))

    def content(self) -> None:
        """What was taught, as far as the files are still those that it was taught from."""
        there = _on_disk(self._place)
        modules = sorted(self._seen.modules.items())
        signed = reviews.by_digest([module["reviewed_digest"] for _, module in modules])
        db.release()
        for (id_, digest), module in modules:
            now = there.modules.get(id_) if there else None
            whole = now is not None and now.digest == digest
            review = signed.get(module["reviewed_digest"])
            if review is not None and review.at > self._held.as_of:
                review = None
            self._tables.add(
                "content.csv",
                [
                    (
                        id_,
                        module["title"],
                        module["version"],
                        digest,
                        self._seen.completions[id_, digest],
                        review and f"{review.name}, {review.credentials}",
                        review and review.at,
                        f"content/{id_}/" if whole else "no: the files have changed since",
                    )
                ],
            )
            self._tables.add("objectives.csv", [(id_, module["version"], digest, one) for one in module["objectives"]])
            self._tables.add("hours.csv", [(id_, module["version"], digest, module["minutes"], *_sums(now, whole))])
            if whole:
                self._add_folder(self._place.modules / id_, f"content/{id_}")
        self._add_banks(there)
        self._add_folder(self._place.modules / "figures", "content/figures")
        for name in ("courses.yaml", "glossary.yaml", "jurisdictions.yaml"):
            self._archive.add_file(f"content/{name}", self._place.modules / name)

    def _add_banks(self, there: Catalog | None) -> None:
        wanted = set()
        for (id_, digest), count in sorted(self._seen.banks.items()):
            now = there.assessments.get(id_) if there else None
            whole = there is not None and now is not None and there.assessment_digest(now) == digest
            told = ", ".join(f"content/banks/{bank}.yaml" for bank in now.banks) if whole and now else None
            self._tables.add("banks.csv", [(id_, digest, count, told or "no: the files have changed since")])
            wanted |= set(now.banks) if whole and now else set()
        for bank in sorted(wanted):
            self._archive.add_file(f"content/banks/{bank}.yaml", self._place.quizzes / f"{bank}.yaml")

    def _add_folder(self, folder: Path, name: str) -> None:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            self._archive.add_file(f"{name}/{path.relative_to(folder).as_posix()}", path)

    def statistics(self) -> list[str]:
        """A table for each assessment of the courses; returns their names."""
        made: list[str] = []
        for id_ in dict.fromkeys(id_ for course in self._courses() for id_ in course.assessments):
            batches = _released(attempts.submitted_in_batches(id_, self._held.as_of))
            first, every = item_statistics.counted(batches)
            items = quality.items_by_id(every.items)
            db.release()
            made.append(f"items/{id_}.csv")
            self._archive.add(made[-1], as_csv(item_statistics.table(first, every, items)))
        return made

    def rest(self, statistics: list[str]) -> None:
        """What is told of all together: evaluations, instructors, approvals, policies, the page to begin with."""
        seen, add = self._seen, self._tables.add
        asked = {id_: one.question for id_, one in self._questions.items()}
        add("evaluations.csv", [(q, asked.get(q, q), a, n) for (q, a), n in sorted(seen.answers.items())])
        add("comments.csv", sorted((asked.get(question, question), text) for question, text in seen.comments))
        add("instructors.csv", [(*told, count) for told, count in sorted(seen.instructors.items())])
        courses = {self._held.question.course or "", *seen.courses}
        add("approvals.csv", [sheets.approval(one, self._held.as_of) for one in self._held.approvals(courses)])
        add("audit-log.csv", [sheets.event(one) for one in self._held.events_about_content()])
        for name, path in self._tables.finished().items():
            self._archive.add_file(name, path)
        self._archive.add("policies.json", as_json(self._policies()))
        self._archive.add("index.html", self._index(statistics).encode())
        self._archive.finish(
            {
                "question": self._held.question.to_json(),
                "as_of": self._held.as_of.isoformat(),
                "content": self._catalog.digest,
            }
        )

    def _courses(self) -> list[Course]:
        """Those that were completed, as they are now; without what has gone."""
        known = self._catalog.courses
        asked = {*self._seen.courses, self._held.question.course or ""}
        return [known[id_] for id_ in sorted(asked) if id_ in known]

    def _policies(self) -> dict[str, Any]:
        """The rules in force, as the files have them now; what each participant signed, with how many did."""
        content, courses = self._catalog, self._courses()
        rules = dict.fromkeys(id_ for course in courses for id_ in course.assessments)
        return {
            "provider": content.provider.model_dump(mode="json"),
            "attestations": [{"text": text, "signed": n} for text, n in sorted(self._seen.attestations.items())],
            "courses": [course.model_dump(mode="json") for course in courses],
            "assessments": [content.assessments[id_].model_dump(mode="json") for id_ in rules],
            "evaluation": [one.model_dump(mode="json") for one in content.evaluation],
            "records_are_kept_years": self._place.kept_years,
            "contact_minutes": "0.9 × (−22.3 + 0.00209 × words + 2.78 × questions + 15.5 × difficulty), down to the "
            "quarter hour (Mergener 1991); a file may claim less, never more",
            "grading": "an assessment is passed at its pass mark, with every must-pass item right",
        }

    def _index(self, statistics: list[str]) -> str:
        check, course = self._held.last_check(), self._held.course
        return render_template(
            "reporting/records/packet.html",
            question=self._held.question,
            as_of=self._held.as_of,
            course=course,
            provider=self._catalog.provider,
            roster=self._seen.roster,
            counts=self._tables.counts,
            statistics=statistics,
            kept_years=self._place.kept_years,
            check=check,
            columns=sheets.COLUMNS["roster.csv"],
            attestations=sorted(self._seen.attestations),
        )


def make(
    question: Question, as_of: datetime, *, place: Place, file: IO[bytes], folder: Path, progress: Progress
) -> None:
    """Writes the packet to `file`; its tables grow in the empty `folder` first. `progress`: steps done, of how many."""
    held = Holdings(question, as_of, catalog())
    steps = -(-held.count() // packet_rows.PEOPLE) + 3
    progress(0, steps)
    with (
        closing(Archive(file, as_of)) as archive,
        closing(Tables(folder, {**sheets.COLUMNS, **sheets.AFTERWARDS})) as tables,
    ):
        packet = Packet(place, held, archive, tables)
        for done, _ in enumerate(packet.people(), start=1):
            progress(min(done, steps - 3), steps)
        packet.content()
        progress(steps - 2, steps)
        statistics = packet.statistics()
        progress(steps - 1, steps)
        packet.rest(statistics)
    progress(steps, steps)


def _on_disk(place: Place) -> Catalog | None:
    """The content as its files are now, which may have changed since it was read; None where it has faults."""
    try:
        return load(place.modules, place.quizzes)
    except ContentInvalid:
        return None


def _sums(now: Module | None, whole: bool) -> tuple[object, ...]:
    """What the minutes of a module are computed from, where its files are at hand."""
    if now is None or not whole:
        return (None,) * 5
    return now.words, now.questions, now.difficulty, now.computed_minutes, now.claimed_minutes


def _released(batches: Iterator[Any]) -> Iterator[Any]:
    """Lets go of the database while a batch is counted."""
    for batch in batches:
        db.session.expunge_all()
        db.release()
        yield batch
