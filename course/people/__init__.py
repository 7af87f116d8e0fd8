"""Who uses the site: accounts, licenses and sign-in."""

from course.people.accounts import views as accounts_views
from course.platform.wing import Wing

WING = Wing(blueprints=(accounts_views.bp,))
