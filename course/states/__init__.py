"""The states' laws: entries, their checks and the notices about a change."""

from course.platform.wing import Wing
from course.states.entries import admin as entries_admin
from course.states.entries import views as entries_views

WING = Wing(blueprints=(entries_views.bp, entries_admin.bp))
