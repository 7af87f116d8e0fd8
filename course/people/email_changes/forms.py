"""Forms for changing an email."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from course.people.accounts.forms import email_field, required

MAX_PROOF_LENGTH = 500


class EmailForm(FlaskForm):
    email = email_field("New email")


class EmailOfPersonForm(EmailForm):
    proof = TextAreaField(
        "Proof that the person asked for it",
        [required("what you saw or heard"), Length(max=MAX_PROOF_LENGTH)],
        description="For example: photo ID and license on a video call on June 3. It is kept in the audit log.",
    )
