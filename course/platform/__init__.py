"""What every wing builds on: settings, database, pages, mail and jobs. It imports no wing."""

from course.platform import health
from course.platform.mail import message
from course.platform.mail import views as mail_views
from course.platform.wing import Wing

WING = Wing(blueprints=(health.bp, mail_views.bp), jobs={"mail": message.deliver})
