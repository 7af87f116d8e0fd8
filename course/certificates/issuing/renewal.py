"""When holders are reminded of a certificate's last day, and when they may take the course again."""

from datetime import date, timedelta

OPENS_BEFORE_END = timedelta(days=90)
EXPIRED_MAIL_WINDOW = timedelta(days=30)  # after that, no mail about the expired certificate is sent
MAIL_BEFORE_END = {"certificate-expiring-soon": timedelta(days=30), "certificate-expiring": OPENS_BEFORE_END}


def reminder_due(valid_until: date, today: date) -> str | None:
    """Return the template of the mail about the last day that is due; None if none is."""
    if today > valid_until:
        return "certificate-expired" if today <= valid_until + EXPIRED_MAIL_WINDOW else None
    return next((name for name, before in MAIL_BEFORE_END.items() if valid_until - before <= today), None)


def opens_on(valid_until: date | None) -> date | None:
    """Return the first day on which the course may be taken again; None if it may be as soon as it is certified."""
    return valid_until - OPENS_BEFORE_END if valid_until else None
