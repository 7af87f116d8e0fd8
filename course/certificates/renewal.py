"""From when on a course may be done anew by the holder of its certificate. Pure."""

from datetime import date, timedelta

EARLY = timedelta(days=90)


def opens_on(valid_until: date | None) -> date | None:
    """So many days before the certificate's last one; None: as soon as there is a certificate."""
    return valid_until - EARLY if valid_until else None
