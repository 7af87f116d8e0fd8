"""Study: modules with search and clinical review, labs, hands-on skills, and the log of supervised sessions."""

from course.learning.labs import actions as lab_actions
from course.learning.labs import admin as labs_admin
from course.learning.labs import views as labs_views
from course.learning.review import admin as review_admin
from course.learning.search import actions as search_actions
from course.learning.search import views as search_views
from course.learning.skills import actions as skills_actions
from course.learning.skills import admin as skills_admin
from course.learning.skills import instructor_views as skills_instructor_views
from course.learning.skills import views as skills_views
from course.learning.study import admin as study_admin
from course.learning.study import views as study_views
from course.learning.supervision import actions as supervision_actions
from course.learning.supervision import admin as supervision_admin
from course.learning.supervision import views as supervision_views
from course.platform.wing import Wing

WING = Wing(
    blueprints=(
        study_views.bp,
        study_admin.bp,
        search_views.bp,
        review_admin.bp,
        labs_views.bp,
        labs_admin.bp,
        skills_views.bp,
        skills_instructor_views.bp,
        skills_admin.bp,
        supervision_views.bp,
        supervision_views.public_bp,
        supervision_admin.bp,
    ),
    jobs={"reindex": search_actions.reindex},
    hourly={
        "lab-reminders": lab_actions.remind_all,
        "remind-supervisors": supervision_actions.remind_all,
        "skill-versions": skills_actions.keep_versions,
    },
)
