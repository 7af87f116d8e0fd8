from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

DECISIONS = {
    "new-key": "New key: only the corrected key counts",
    "accept-both": "Accept both: the old key or the corrected key counts, whichever earns more",
    "drop": "Drop the item: it counts for no one",
}
CERTIFICATE_DECISIONS = {
    "keep": "Keep: the certificate stays valid",
    "re-issue": "Reissue: replace it with a certificate that states the record as it is now",
    "revoke": "Revoke: the certificate is no longer valid",
}


def _choices(labels: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(*pair) for pair in labels.items()]


class RescoringForm(FlaskForm):
    """`shown`: digest of the preview that the decision is based on."""

    decision = RadioField("Decision", [InputRequired("Choose a decision.")], choices=_choices(DECISIONS))
    take_passes = BooleanField("Take passes away: attempts that fall below the pass mark become failed")
    reason = TextAreaField(
        "Reason",
        [DataRequired("Enter what was wrong."), Length(max=1000)],
        description="Shown in the email to everyone whose score changes.",
    )
    shown = HiddenField(validators=[DataRequired("The preview is missing. Reload the page.")])


class CertificateForm(FlaskForm):
    decision = RadioField("Decision", [InputRequired("Choose a decision.")], choices=_choices(CERTIFICATE_DECISIONS))
    reason = TextAreaField(
        "Reason", [DataRequired("Enter a reason."), Length(max=1000)], description="Recorded in the audit log."
    )

    def offer(self, names: set[str]) -> None:
        """Offer only these decisions."""
        self.decision.choices = _choices(
            {name: words for name, words in CERTIFICATE_DECISIONS.items() if name in names}
        )
