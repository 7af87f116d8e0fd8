"""Study: the sections of modules, the search over them, and their clinical review."""

from course.learning.review import admin as review_admin
from course.learning.search import actions as search_actions
from course.learning.search import views as search_views
from course.learning.study import admin as study_admin
from course.learning.study import views as study_views
from course.platform.wing import Wing

WING = Wing(
    blueprints=(study_views.bp, study_admin.bp, search_views.bp, review_admin.bp),
    jobs={"reindex": search_actions.reindex},
)
