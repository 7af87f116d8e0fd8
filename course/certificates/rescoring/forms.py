from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

DECISIONS = {
    "new-key": "New key: the corrected key alone counts",
    "accept-both": "Accept both: the old key and the corrected one count, whichever earns more",
    "drop": "Drop the item: it counts for nobody",
}
ANSWERS = {
    "keep": "Keep: the certificate stands",
    "re-issue": "Re-issue: replace it by one that states the record as it is now",
    "revoke": "Revoke: it no longer proves anything",
}


def _choices(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(*pair) for pair in words.items()]


class DecideForm(FlaskForm):
    """`shown` is the digest of the preview that the decision rests on."""

    decision = RadioField("Decision", [InputRequired("Choose what to do.")], choices=_choices(DECISIONS))
    take_passes = BooleanField("Also take passes away: who would fall below the pass mark has not passed")
    reason = TextAreaField(
        "Reason",
        [DataRequired("Say what was wrong."), Length(max=1000)],
        description="Everyone whose score changes reads this in a mail.",
    )
    shown = HiddenField(validators=[DataRequired("The page sent no preview. Reload it.")])


class QuestionForm(FlaskForm):
    decision = RadioField("Decision", [InputRequired("Choose what to do.")], choices=_choices(ANSWERS))
    reason = TextAreaField("Reason", [DataRequired("Say why."), Length(max=1000)], description="Kept in the audit log.")

    def offer(self, names: set[str]) -> None:
        """Leaves out what can't be done."""
        self.decision.choices = _choices({name: words for name, words in ANSWERS.items() if name in names})
