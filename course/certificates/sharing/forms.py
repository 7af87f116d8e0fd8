from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from course.certificates.sharing.queries import Shown
from course.platform.typesetting import letters


class LinkForm(FlaskForm):
    label = StringField(
        "For whom or what",
        [DataRequired("Say for whom the link is."), Length(max=80)],
        [letters.tidy],
        description="Only you see this, so that you know later which link to end.",
    )


class PublicityForm(FlaskForm):
    shown = RadioField("What the public sees of your name", [DataRequired("Choose one.")])

    def __init__(self, name: str, initials: str, shown: Shown, *, may_be_listed: bool) -> None:
        super().__init__(data={"shown": shown})
        self.shown.choices = [
            SelectChoice(Shown.NAME, f"“{name}”, for whoever has the number"),
            SelectChoice(Shown.INITIALS, f"“{initials}”, for whoever has the number"),
        ]
        if may_be_listed:
            self.shown.choices.append(SelectChoice(Shown.LISTED, f"“{name}”, for everybody in the directory"))
