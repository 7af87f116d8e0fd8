"""The page on which a requirement is met."""

from flask import url_for

from course.certificates.completion.rules import Kind, Requirement


def step_url(requirement: Requirement) -> str | None:
    match requirement.kind:
        case Kind.STUDY:
            return url_for("study.module", slug=requirement.id)
        case Kind.QUIZ:
            return url_for("attempts.cover", assessment_id=requirement.id)
        case Kind.EVALUATION:
            return url_for("completion.evaluation", course_id=requirement.id)
        case Kind.EMAIL:
            return url_for("accounts.profile")
        case Kind.LICENSE:
            return url_for("accounts.add_license")
    return None
