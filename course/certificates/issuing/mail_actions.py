from datetime import datetime
from typing import Any

from course.certificates.issuing.models import Request
from course.people.accounts import queries as accounts
from course.platform import jobs
from course.site import site


def put_mail(request: Request, template: str, key: str, now: datetime, **values: Any) -> None:
    """Queue a mail to the person who made the request. `values`: what its template needs."""
    person = accounts.person(request.user_id)
    jobs.put(
        "mail",
        key=f"{template}:{key}",
        now=now,
        to=person.email,
        template=template,
        name=person.name_in_mails,
        course=request.completion["title"],
        home=f"{site().base_url}/courses/{request.course_id}",
        **values,
    )
