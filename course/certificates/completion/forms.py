from flask_wtf import FlaskForm
from wtforms import Field, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from course.content.schema.course import EvaluationQuestion

SCALE = {"5": "5: strongly agree", "4": "4", "3": "3", "2": "2", "1": "1: strongly disagree"}
YES_NO = {"yes": "Yes", "no": "No"}
MAX_ANSWER_LENGTH = 4000


def evaluation_form(questions: tuple[EvaluationQuestion, ...]) -> FlaskForm:
    """Return a form with one field for each question."""
    fields = {field_name(question): _field(question) for question in questions}
    form: FlaskForm = type("EvaluationForm", (FlaskForm,), fields)()
    return form


def answers(form: FlaskForm, questions: tuple[EvaluationQuestion, ...]) -> dict[str, str]:
    """Return the answers by question id; an empty one is the empty text."""
    return {question.id: form[field_name(question)].data or "" for question in questions}


def field_name(question: EvaluationQuestion) -> str:
    return question.id.replace("-", "_")


def _field(question: EvaluationQuestion) -> Field:
    if question.type == "text":
        presence = DataRequired("Enter a few words.") if question.required else Optional()
        return TextAreaField(question.question, [presence, Length(max=MAX_ANSWER_LENGTH)])
    presence = DataRequired("Choose one answer.") if question.required else Optional()
    choices = SCALE if question.type == "scale" else YES_NO
    return RadioField(question.question, [presence], choices=[SelectChoice(*pair) for pair in choices.items()])
