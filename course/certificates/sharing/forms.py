from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from course.certificates.sharing.queries import NameVisibility
from course.platform.typesetting import letters


class LinkForm(FlaskForm):
    label = StringField(
        "Label",
        [DataRequired("Enter a label, such as an employer's name."), Length(max=80)],
        [letters.tidy],
        description="Only you see the label. It tells you later which link to end.",
    )


class VisibilityForm(FlaskForm):
    shown = RadioField("What the public sees of your name", [DataRequired("Choose one.")])

    def __init__(self, name: str, initials: str, shown: NameVisibility, *, may_be_listed: bool) -> None:
        super().__init__(data={"shown": shown})
        self.shown.choices = [
            SelectChoice(NameVisibility.NAME, f"“{name}”, to anyone with the number"),
            SelectChoice(NameVisibility.INITIALS, f"“{initials}”, to anyone with the number"),
        ]
        if may_be_listed:
            self.shown.choices.append(
                SelectChoice(NameVisibility.LISTED, f"“{name}”, to everyone, in the public directory")
            )
