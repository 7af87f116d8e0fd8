from flask_wtf import FlaskForm
from wtforms import Field, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from course.content.schema.course import EvaluationQuestion

SCALE = {"5": "5: fully agree", "4": "4", "3": "3", "2": "2", "1": "1: don't agree at all"}
YES_NO = {"yes": "Yes", "no": "No"}


def evaluation_form(questions: tuple[EvaluationQuestion, ...]) -> FlaskForm:
    """A form with one field for each question of the course file."""
    fields = {_name(question): _field(question) for question in questions}
    form: FlaskForm = type("EvaluationForm", (FlaskForm,), fields)()
    return form


def answers(form: FlaskForm, questions: tuple[EvaluationQuestion, ...]) -> dict[str, str]:
    return {question.id: form[_name(question)].data or "" for question in questions}


def _name(question: EvaluationQuestion) -> str:
    return question.id.replace("-", "_")


def _field(question: EvaluationQuestion) -> Field:
    if question.type == "text":
        need = DataRequired("Write a few words.") if question.required else Optional()
        return TextAreaField(question.question, [need, Length(max=4000)])
    need = DataRequired("Choose one answer.") if question.required else Optional()
    choices = SCALE if question.type == "scale" else YES_NO
    return RadioField(question.question, [need], choices=[SelectChoice(*pair) for pair in choices.items()])
