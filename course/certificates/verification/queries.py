from sqlalchemy import select

from course.certificates.issuing import queries as certificates
from course.certificates.issuing.models import Certificate
from course.certificates.sharing.models import HiddenName
from course.certificates.sharing.queries import of_award


def find_certificate(text: str) -> tuple[Certificate, bool] | None:
    """Return the certificate with the number in the text, and whether its holder hides the name.

    Return None for any other text, after the same work, so that the time it takes reveals nothing.
    Raise SeveralNumbers.
    """
    rows = select(Certificate, HiddenName.user_id.is_not(None)).outerjoin(HiddenName, of_award(HiddenName))
    row = certificates.find_in_text(text, rows)
    return (row[0], row[1]) if row else None
