"""A certificate in a résumé and on LinkedIn."""

from urllib.parse import urlencode

from course.certificates.issuing.facts import Facts, contact_hours
from course.platform.dates import long_date

LINKEDIN_ADD = "https://www.linkedin.com/profile/add"


def resume_line(facts: Facts) -> str:
    """Return one sentence about the certificate, with its number and public address."""
    end = f", valid until {long_date(facts.valid_until)}" if facts.valid_until else ""
    return (
        f"{facts.course_title}, {contact_hours(facts.total_minutes)}, {facts.provider_name}, "
        f"completed on {long_date(facts.completed_on)}{end}. Certificate {facts.code}, {facts.verify_url}"
    )


def linkedin_url(facts: Facts) -> str:
    """Return the address of LinkedIn's own form with the certificate filled in. Nothing is sent until it is opened."""
    end = (
        {"expirationYear": facts.valid_until.year, "expirationMonth": facts.valid_until.month}
        if facts.valid_until
        else {}
    )
    return f"{LINKEDIN_ADD}?" + urlencode(
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
