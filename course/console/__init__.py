"""Pages that join several wings: the front page, the administrators' overview, people, the instructors' pages."""

from course.console.front import views as front_views
from course.console.instructing import views as instructing_views
from course.console.overview import views as overview_views
from course.console.people import views as people_views
from course.platform.wing import Wing

WING = Wing(blueprints=(front_views.bp, instructing_views.bp, overview_views.bp, people_views.bp))
