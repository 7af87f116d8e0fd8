from sqlalchemy import select

from course.certificates.issuing import numbers
from course.certificates.issuing.models import Certificate
from course.certificates.sharing.models import HiddenName
from course.certificates.sharing.queries import of_award
from course.platform import db


def find_certificate(text: str) -> tuple[Certificate, bool] | None:
    """Return the certificate with this number, in any spelling, and whether its holder hides the name.

    Return None for any other text, after the same work, so that the time it takes reveals nothing.
    """
    row = db.session.execute(
        select(Certificate, HiddenName.user_id.is_not(None))
        .outerjoin(HiddenName, of_award(HiddenName))
        .where(Certificate.code == (numbers.normalize(text) or ""))
    ).one_or_none()
    return (row[0], row[1]) if row else None
