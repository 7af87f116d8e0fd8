from datetime import datetime

from course.certificates.issuing.pdf import BUILT_IN
from course.people.accounts.models import User
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.queries import found_or_404
from course.platform.web import Refused
from course.site import site


class TemplateChanged(Refused):
    message = "The template files have changed since the preview. Review the new preview, then choose again."


@unit_of_work
def choose_template(digest: str, *, actor: User, now: datetime) -> None:
    """Print new certificates with the built-in template, or with the provider's files as they were previewed.

    Raise TemplateChanged if the files differ from the preview.
    """
    templates = site().templates
    before, draft = templates.in_force(), templates.draft()
    if digest != BUILT_IN.digest and (draft is None or draft.fault or draft.digest != digest):
        raise TemplateChanged
    template = found_or_404(templates.kept(digest))
    record(
        Event.TEMPLATE_CHOSEN,
        actor,
        "template",
        person_id=None,
        now=now,
        before=before.version,
        after=template.version,
    )
    templates.put_into_force(template)
