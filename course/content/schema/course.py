"""Courses, their provider and their evaluation: the types of modules/courses.yaml."""

from fractions import Fraction
from typing import Literal

from pydantic import Field

from course.content.base import Content, Id, Text
from course.content.schema.assessment import Assessment


class Provider(Content):
    """The organization that issues certificates.

    `signer` is the person who is responsible for certificates, with title, as boards require. If `certify_unreviewed`
    is false, no certificate is issued while a module of the course awaits clinical review.
    """

    name: Text
    number: Text | None
    address: Text | None
    contact: Text | None
    signer: Text | None = None
    certify_unreviewed: bool = True
    state_check_days: int = Field(default=180, ge=1)


class ReadingTimeRule(Content):
    """Shares of the reading time, from 0 to 1, that the server's clock has to see. 0 turns a rule off.

    A section can be completed after `finish_after` of its reading time. A module with less than `flag_below` of its
    reading time is flagged: an administrator has to give a reason before a certificate is issued.
    """

    finish_after: Fraction = Field(default=Fraction(1, 3), ge=0, le=1)
    flag_below: Fraction = Field(default=Fraction(1, 2), ge=0, le=1)


class Course(Content):
    """A course, and what it requires for its certificate.

    `hands_on_minutes` and `live_minutes`: attended in labs of the course, in person and live online. `skills`: ids of
    modules/skills.yaml, each signed off by an instructor. `supervised_sessions`: confirmed by their supervisors.
    `determination`: an instructor has to find the learner competent. `valid_months` after completion a certificate
    expires; None: it never does.
    """

    id: Id
    title: Text
    summary: Text
    version: Text
    modules: tuple[Id, ...] = Field(min_length=1)
    assessments: tuple[Id, ...] = Field(min_length=1)
    hands_on_minutes: int = Field(ge=0)
    certificate: Literal["on_approval", "at_once"]
    instructor: Text | None
    valid_months: int | None = Field(default=None, ge=1)
    live_minutes: int = Field(default=0, ge=0)
    skills: tuple[Id, ...] = ()
    supervised_sessions: int = Field(default=0, ge=0)
    determination: bool = False

    @property
    def has_hands_on(self) -> bool:
        """Return whether the course has parts that no online training can give."""
        return bool(self.hands_on_minutes or self.skills or self.supervised_sessions or self.determination)


class EvaluationQuestion(Content):
    """A question of the course evaluation."""

    id: Id
    question: Text
    type: Literal["scale", "yes_no", "text"]
    required: bool


class CoursesFile(Content):
    """What `courses.yaml` says."""

    provider: Provider
    attestation: Text
    reading_time: ReadingTimeRule = ReadingTimeRule()
    evaluation: tuple[EvaluationQuestion, ...] = Field(min_length=1)
    assessments: tuple[Assessment, ...]
    courses: tuple[Course, ...]
