"""State law on dry needling: entries, their checks, notices of changes, and what people state toward its rules."""

from course.platform.wing import Wing
from course.states.entries import admin as entries_admin
from course.states.entries import views as entries_views
from course.states.proof import admin as proof_admin
from course.states.proof import views as proof_views

WING = Wing(blueprints=(entries_views.bp, entries_admin.bp, proof_views.bp, proof_admin.bp))
