"""From a completed course to a certificate that anybody can check, and what happens to it later."""

from course.certificates.approvals import admin as approvals_admin
from course.certificates.backdating import admin as backdating_admin
from course.certificates.bulk import actions as bulk
from course.certificates.bulk import admin as bulk_admin
from course.certificates.completion import views as completion_views
from course.certificates.corrections import admin as corrections_admin
from course.certificates.corrections import views as corrections_views
from course.certificates.issuing import admin as issuing_admin
from course.certificates.issuing import issuing, reminding
from course.certificates.issuing import views as issuing_views
from course.certificates.rescoring import admin as rescoring_admin
from course.certificates.sharing import views as sharing_views
from course.certificates.verification import views as verification_views
from course.platform.wing import Wing

WING = Wing(
    blueprints=(
        completion_views.bp,
        issuing_views.bp,
        issuing_admin.bp,
        approvals_admin.bp,
        sharing_views.bp,
        sharing_views.shared_bp,
        corrections_views.bp,
        corrections_admin.bp,
        backdating_admin.bp,
        bulk_admin.bp,
        verification_views.bp,
        rescoring_admin.bp,
    ),
    hourly={"certificates-at-once": issuing.issue_waiting, "ends-of-certificates": reminding.remind_of_ends},
    steps=(bulk.step,),
)
