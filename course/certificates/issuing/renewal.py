"""When a certificate's end is told, and from when on its course may be done anew. Pure."""

from datetime import date, timedelta

EARLY = timedelta(days=90)
STAGES = {
    "certificate-expiring-soon": timedelta(days=30),
    "certificate-expiring": EARLY,
}  # a mail each, so long before the last day
LATE = timedelta(days=30)  # so long after it the mail that it expired is still worth sending


def told_by(valid_until: date, today: date) -> str | None:
    """Which mail about the end is due, by its template; None where none is."""
    if today > valid_until:
        return "certificate-expired" if today <= valid_until + LATE else None
    return next((name for name, before in STAGES.items() if valid_until - before <= today), None)


def opens_on(valid_until: date | None) -> date | None:
    """So many days before the certificate's last one; None: as soon as there is a certificate."""
    return valid_until - EARLY if valid_until else None
