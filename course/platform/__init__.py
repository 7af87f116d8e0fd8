"""What every wing builds on: settings, database, pages, mail and jobs. It imports no wing."""

from course.platform import health, jobs, kept_files, sent_forms
from course.platform.mail import actions as mail_actions
from course.platform.mail import admin as mail_admin
from course.platform.mail import message
from course.platform.mail import views as mail_views
from course.platform.wing import Wing

WING = Wing(
    blueprints=(health.bp, mail_views.bp, mail_admin.bp),
    jobs={jobs.MAIL: message.deliver},
    hourly={"failed-mails": mail_actions.clean_up, "kept-files": kept_files.purge, "sent-forms": sent_forms.purge},
)
