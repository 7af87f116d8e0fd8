"""Assessments: attempts, practice and spaced review, and the quality of items."""

from course.assessment.attempts import admin as attempts_admin
from course.assessment.attempts import saving, taking
from course.assessment.attempts import views as attempts_views
from course.assessment.practice import actions as practice
from course.assessment.practice import views as practice_views
from course.assessment.quality import admin as quality_admin
from course.platform.wing import Wing

WING = Wing(
    blueprints=(attempts_views.bp, saving.bp, attempts_admin.bp, practice_views.bp, quality_admin.bp),
    jobs={"attempt-due": taking.expire_due},
    hourly={"review-mails": practice.remind_all},
)
