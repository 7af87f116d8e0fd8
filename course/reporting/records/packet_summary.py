"""What an audit packet says about all its participants together: content, answers, instructors and policies."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.content.schema.catalog import Catalog
from course.content.schema.course import Course
from course.content.schema.module import Module
from course.reporting.records.packet_rows import Participant, Row
from course.reporting.retention.retention_period import RETENTION_YEARS

MAX_LISTED_PARTICIPANTS = 500  # on the first page; the roster has all
CHANGED = "no: the files have changed since"


@dataclass
class PacketSummary:
    """Counts over the participants' records, which grow batch by batch.

    `modules`: by (module, content digest), as the request has it. `completions` by the same key. `instructors` by
    (course, version, instructor). `banks` by (assessment, content digest). `answers` by (question, answer).
    `comments`: (question, text). `roster`: the first rows of the roster.
    """

    modules: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    completions: Counter[tuple[str, str]] = field(default_factory=Counter)
    instructors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    banks: Counter[tuple[str, str]] = field(default_factory=Counter)
    attestations: Counter[str] = field(default_factory=Counter)
    courses: set[str] = field(default_factory=set)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    comments: list[tuple[str, str]] = field(default_factory=list)
    roster: list[Row] = field(default_factory=list)

    def add(self, participant: Participant, roster: Sequence[Row]) -> None:
        self.roster += roster[: MAX_LISTED_PARTICIPANTS - len(self.roster)]
        for request in participant.requests:
            completion = request.completion
            self.courses.add(request.course_id)
            instructor = completion["instructor"] or "none: self-paced"
            self.instructors[request.course_id, completion["version"], instructor] += 1
            self.attestations[request.attestation] += 1
            for module in completion["modules"]:
                self.modules[module["id"], module["digest"]] = module
                self.completions[module["id"], module["digest"]] += 1
        for attempt in participant.attempts:
            self.banks[attempt.assessment_id, attempt.content_hash] += 1

    def add_evaluation(self, answers: Mapping[str, Any], catalog: Catalog) -> None:
        """Count the answers. Free text becomes a comment, whatever question it answers."""
        types = {question.id: question.type for question in catalog.evaluation}
        for question, answer in answers.items():
            if types.get(question) != "text":
                self.answers[question, str(answer)] += 1
            elif str(answer).strip():
                self.comments.append((question, str(answer)))

    def current_courses(self, requested: str | None, catalog: Catalog) -> list[Course]:
        """Return the requested course and those that were completed, as they are now, if they still exist."""
        ids = {*self.courses, requested or ""}
        return [catalog.courses[id_] for id_ in sorted(ids) if id_ in catalog.courses]

    def rows(self, catalog: Catalog) -> dict[str, list[Row]]:
        """Return the rows of the tables about evaluations and instructors."""
        wording = {question.id: question.question for question in catalog.evaluation}
        return {
            "evaluations.csv": [(q, wording.get(q, q), answer, n) for (q, answer), n in sorted(self.answers.items())],
            "comments.csv": [*sorted((wording.get(question, question), text) for question, text in self.comments)],
            "instructors.csv": [(*key, count) for key, count in sorted(self.instructors.items())],
        }


def hours_row(module: Mapping[str, Any], current: Module | None) -> Row:
    """Return how a module's minutes were computed. `current`: the module on disk, if it still has this content."""
    stated = (module["id"], module["version"], module["digest"], module["minutes"])
    if current is None:
        return (*stated, None, None, None, None, None)
    sizes = (current.words, current.questions, current.difficulty)
    return (*stated, *sizes, current.computed_minutes, current.claimed_minutes)


def policies(summary: PacketSummary, courses: Sequence[Course], catalog: Catalog) -> dict[str, Any]:
    """Return the rules in force, and each attestation with the number of participants who signed it."""
    assessments = dict.fromkeys(id_ for course in courses for id_ in course.assessments)
    return {
        "provider": catalog.provider.model_dump(mode="json"),
        "attestations": [{"text": text, "signed": n} for text, n in sorted(summary.attestations.items())],
        "courses": [course.model_dump(mode="json") for course in courses],
        "assessments": [catalog.assessments[id_].model_dump(mode="json") for id_ in assessments],
        "evaluation": [question.model_dump(mode="json") for question in catalog.evaluation],
        "records_are_kept_years": RETENTION_YEARS,
        "contact_minutes": "0.9 × (−22.3 + 0.00209 × words + 2.78 × questions + 15.5 × difficulty), rounded down to "
        "the quarter hour (Mergener 1991); a file may claim less, never more",
        "grading": "an assessment is passed at its pass mark, with every must-pass item correct",
    }
