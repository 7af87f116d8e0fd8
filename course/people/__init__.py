"""Who uses the site: accounts, licenses, sessions, sign-in, second factors, single sign-on and instructors."""

from course.people.accounts import views as accounts_views
from course.people.email_changes import admin as email_changes_admin
from course.people.email_changes import views as email_changes_views
from course.people.factors import admin as factors_admin
from course.people.factors import views as factors_views
from course.people.instructors import admin as instructors_admin
from course.people.kept_forms import actions as kept_forms
from course.people.kept_forms import views as kept_forms_views
from course.people.second_step import views as second_step_views
from course.people.sessions import actions as sessions
from course.people.sessions import views as sessions_views
from course.people.sign_in import views as sign_in_views
from course.people.single_sign_on import views as single_sign_on_views
from course.platform.wing import Wing

WING = Wing(
    blueprints=(
        accounts_views.bp,
        email_changes_views.bp,
        email_changes_admin.bp,
        factors_views.bp,
        factors_admin.bp,
        instructors_admin.bp,
        kept_forms_views.bp,
        sessions_views.bp,
        sign_in_views.bp,
        second_step_views.bp,
        single_sign_on_views.bp,
    ),
    hourly={"kept-forms": kept_forms.forget_old, "old-sessions": sessions.forget_old},
)
