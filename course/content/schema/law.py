"""What a state's law demands of somebody who needles, as data: the types of the rules in modules/jurisdictions.yaml.

None means that no source was seen, never that there is no such rule. That a text which was read in full demands
nothing in an area is stated by an `Absence`.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from course.content.base import Content, Id, Text

Confidence = Literal["high", "medium", "low"]


class Area(StrEnum):
    """What a state may demand before somebody needles. An area without a requirement or an absence is unknown."""

    HOURS = "hours"
    TOPICS = "topics"
    EXAMINATION = "examination"
    SESSIONS = "sessions"
    PRACTICE = "practice"
    APPROVAL = "approval"
    FILING = "filing"
    CREDENTIAL = "credential"


class LawSource(Content):
    """A source of an entry. `kind`: primary is the state's own text. `read`: what was read of it, in our words."""

    id: Id
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
    title: Text
    kind: Literal["primary", "board", "association", "vendor", "other"]
    as_of: Text | None
    read_on: date
    read: Text


class Rule(Content):
    """What every statement about the law carries.

    `text`: what the rule says, in our words. `citation`: the place in the law, as a lawyer would write it. `source`:
    the id of the entry's source that states it. `replaced_by`: the id of the rule that follows when this one ends.
    """

    id: Id
    text: Text
    citation: Text | None = None
    source: Id
    confidence: Confidence
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: Id | None = None

    def is_valid(self, day: date) -> bool:
        """Return whether the rule is in force on the day, as far as its dates say."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Demand(Rule):
    """A rule that has to be met before needling. `after`: ids of requirements to meet before this one.

    `professions`: whom it concerns; empty: everybody who may needle.
    """

    after: tuple[Id, ...] = ()
    professions: tuple[Literal["PT", "PTA"], ...] = ()


class Hours(Demand):
    """Hours of training, clock hours as the rule counts them.

    `hours`: None if no number was seen. `any_number`: the rule itself sets none, so any training of this kind meets it.
    `online`: what of them may be online; live_only: only in real time; part: a share that is unstated if `online_max`
    is None. `online_max`: online hours at most, for part and live_only. `topics`: only training in these topics
    counts; empty: any training in dry needling. `within_years`: how recent each hour has to be. `span_years`: how long
    it may take from the first to the last hour. `entry_level`: whether hours of the professional degree count.
    """

    kind: Literal["hours"]
    hours: float | None = Field(ge=0)
    any_number: bool = False
    online: Literal["no", "part", "live_only", "yes"] | None
    online_max: float | None = Field(default=None, ge=0)
    topics: tuple[Id, ...] = ()
    within_years: float | None = None
    span_years: float | None = None
    entry_level: bool | None = None


class Topics(Demand):
    """Topics that the training has to cover, ids of modules/topics.yaml. `is_complete`: the whole list was seen."""

    kind: Literal["topics"]
    topics: tuple[Id, ...]
    is_complete: bool = True


class Supervisor(Content):
    """Who may supervise. None: not stated or not seen. `needling_years`, `sessions`: the supervisor's own."""

    professions: tuple[Text, ...] = ()
    license_years: float | None = None
    needling_years: float | None = None
    sessions: int | None = None
    same_state: bool | None = None
    text: Text | None = None


class Sessions(Demand):
    """Supervised treatment sessions. `hours`: their length in all. `telehealth`: whether supervision may be remote.

    `within_months`: from the day on which the requirements in `after` are met; without any, from the first session.
    """

    kind: Literal["sessions"]
    sessions: int | None
    hours: float | None = None
    within_months: int | None = None
    telehealth: bool | None = None
    supervisor: Supervisor = Supervisor()


class Examination(Demand):
    """An examination of the training. `in_person` says whether it has to be taken in person."""

    kind: Literal["examination"]
    form: Literal["written", "practical", "competency"]
    in_person: bool | None = None
    pass_mark: int | None = None


class Practice(Demand):
    """Time in practice before needling or before the training.

    `basis`: years with a license, or years of active practice with at least `weekly_hours`. `same_state`: only in this
    state. `since`: licensed on or before this day instead of a number of years.
    """

    kind: Literal["practice"]
    years: float | None
    basis: Literal["license", "practice"]
    weekly_hours: float | None = None
    same_state: bool | None = None
    since: date | None = None


class Approval(Demand):
    """Approval of the training. `by`: ids of approvers, one of which is enough. `before_training`: not later."""

    kind: Literal["approval"]
    by: tuple[Id, ...]
    before_training: bool | None = None


class Filing(Demand):
    """A paper to send. `within_days` of `event`; None: no number of days was seen. `form`: the form's name."""

    kind: Literal["filing"]
    what: Text
    to_whom: Text
    event: Literal["before_needling", "training_completed", "first_license", "intent_to_needle", "renewal"]
    within_days: int | None = None
    form: Text | None = None
    fee_usd: float | None = None


class Credential(Demand):
    """Something else to hold, such as CPR or an education. `credential`: its id in the evidence.

    Usual ids: cpr, dpt, entry-level-needling, unrestricted-license, malpractice-insurance, jurisprudence-exam.
    """

    kind: Literal["credential"]
    credential: Id


class Determination(Demand):
    """A signed determination that somebody is competent. `by`: who signs it."""

    kind: Literal["determination"]
    by: Literal["instructor", "supervisor", "either"]


class Unread(Demand):
    """A rule that exists but that nobody has read: the board has to be asked."""

    kind: Literal["unread"]
    areas: tuple[Area, ...] = Field(min_length=1)


class Group(Demand):
    """Requirements that belong together. any_of: one is enough; all_of: every one, in_order if they are stages."""

    kind: Literal["any_of", "all_of"]
    parts: tuple["Requirement", ...] = Field(min_length=1)


Requirement = Annotated[
    Hours
    | Topics
    | Sessions
    | Examination
    | Practice
    | Approval
    | Filing
    | Credential
    | Determination
    | Unread
    | Group,
    Field(discriminator="kind"),
]


def walk(requirements: Iterable[Requirement]) -> Iterator[Requirement]:
    """Yield every requirement, each group before its parts."""
    for requirement in requirements:
        yield requirement
        if isinstance(requirement, Group):
            yield from walk(requirement.parts)


class Absence(Rule):
    """A text that was read in full and demands nothing in this area."""

    area: Area


class Duty(Rule):
    """What to do with each patient, or what is not allowed.

    `required`: None: contested or not clear from what was read. `contents`: what a consent, record or report contains.
    `days`: the deadline of a report.
    """

    area: Literal[
        "consent",
        "plan_of_care",
        "consultation",
        "adverse_events",
        "records",
        "assistants",
        "students",
        "disposal",
        "technique",
        "titles",
        "instructors",
        "other",
    ]
    required: bool | None = None
    written: bool | None = None
    contents: tuple[Text, ...] = ()
    days: int | None = None


class Renewal(Content):
    """Continuing education to renew a license. `hour_minutes`: the length of an hour.

    `online`: as for training. `online_max`, `live_max`: hours at most online, and by live webinar.
    """

    hours: float | None
    period_years: float | None
    hour_minutes: Literal[50, 60] | None
    online: Literal["no", "part", "live_only", "yes"] | None = None
    online_max: float | None = None
    live_max: float | None = None
    text: Text | None = None
    sources: tuple[Id, ...] = ()
    confidence: Confidence


class Conflict(Content):
    """Two sources that disagree. `about`: ids of rules or names of fields. `text`: who says what, and what we show."""

    about: tuple[Text, ...]
    text: Text
    sources: tuple[Id, ...] = ()


class Pending(Content):
    """A change that is under way but not in force."""

    text: Text
    source: Id | None = None


class Law(Content):
    """What sources say about one state's law on dry needling.

    `status`: listed means that only lists name the state, and no text of the state was seen. `reading`: how much of
    the state's own text on dry needling was read: whole, part, not_reached (a text exists), none_seen (no text found).
    """

    status: Literal["permitted", "listed", "pending", "unaddressed", "prohibited"]
    basis: Literal["statute", "rule", "board_policy", "ag_opinion", "court", "declaratory_ruling", "none"]
    reading: Literal["whole", "part", "not_reached", "none_seen"]
    citation: Text
    summary: Text
    effective: Text | None
    confidence: Confidence
    requirements: tuple[Requirement, ...]
    absences: tuple[Absence, ...]
    duties: tuple[Duty, ...]
    renewal: Renewal
    conflicts: tuple[Conflict, ...]
    pending: tuple[Pending, ...]
    not_seen: tuple[Text, ...]
    sources: tuple[LawSource, ...] = Field(min_length=1)
