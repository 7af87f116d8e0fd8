"""What a person does next in a course, and the page to do it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course.certificates.completion.requirement import Requirement, RequirementKind


@dataclass(frozen=True)
class NextStep:
    """`endpoint` and `values`: the arguments of `url_for` for the page; no endpoint where there is nothing to open."""

    text: str
    endpoint: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def step_for(requirement: Requirement) -> NextStep:
    """Return the step that meets the requirement."""
    title, id_ = requirement.title, requirement.id
    match requirement.kind:
        case RequirementKind.STUDY:
            return NextStep(title, "study.module", {"slug": id_})
        case RequirementKind.QUIZ:
            return NextStep(title, "attempts.cover", {"assessment_id": id_})
        case RequirementKind.EVALUATION:
            return NextStep(title, "completion.evaluation", {"course_id": id_})
        case RequirementKind.EMAIL:
            return NextStep(title, "accounts.profile")
        case RequirementKind.LICENSE:
            return NextStep(title, "accounts.add_license")
        case RequirementKind.HANDS_ON:
            return NextStep(title, "labs.labs")
        case RequirementKind.SKILL | RequirementKind.DETERMINATION:
            return NextStep(title, "skills.skills")
        case RequirementKind.SESSIONS:
            return NextStep(title, "supervision.overview")
