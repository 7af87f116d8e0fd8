"""A certificate on other people's pages: a line for a résumé, and the ordinary link of a professional network."""

from datetime import date
from urllib.parse import urlencode

from course.certificates.issuing.facts import Facts, contact_hours

NETWORK = "https://www.linkedin.com/profile/add"


def resume_line(facts: Facts) -> str:
    end = f", valid until {_day(facts.valid_until)}" if facts.valid_until else ""
    return (
        f"{facts.course_title}, {contact_hours(facts.total_minutes)}, {facts.provider_name}, "
        f"completed on {_day(facts.completed_on)}{end}. Certificate {facts.code}, {facts.verify_url}"
    )


def _day(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"


def network_link(facts: Facts) -> str:
    """Opens the network's own form, filled in; nothing is sent before the person follows it and saves there."""
    end = (
        {"expirationYear": facts.valid_until.year, "expirationMonth": facts.valid_until.month}
        if facts.valid_until
        else {}
    )
    return f"{NETWORK}?" + urlencode(
        {
            "startTask": "CERTIFICATION_NAME",
            "name": facts.course_title,
            "organizationName": facts.provider_name,
            "issueYear": facts.issued_on.year,
            "issueMonth": facts.issued_on.month,
            **end,
            "certUrl": facts.verify_url,
            "certId": facts.code,
        }
    )
