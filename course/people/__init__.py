"""Who uses the site: accounts, licenses, sessions, sign-in and second factors."""

from course.people.accounts import views as accounts_views
from course.people.factors import admin as factors_admin
from course.people.factors import views as factors_views
from course.people.sign_in import views as sign_in_views
from course.platform.wing import Wing

WING = Wing(blueprints=(accounts_views.bp, factors_views.bp, factors_admin.bp, sign_in_views.bp))
