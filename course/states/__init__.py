"""State law on dry needling: entries, their checks and notices of changes."""

from course.platform.wing import Wing
from course.states.entries import admin as entries_admin
from course.states.entries import views as entries_views

WING = Wing(blueprints=(entries_views.bp, entries_admin.bp))
