"""Records for others: board reports, transcripts and audit packets, and how long records are kept."""

from course.platform.wing import Wing
from course.reporting.boards import admin as boards_admin
from course.reporting.home import views as home_views
from course.reporting.my_states import actions as my_states
from course.reporting.my_states import views as my_states_views
from course.reporting.readiness import admin as readiness_admin
from course.reporting.records import actions as records
from course.reporting.records import admin as records_admin
from course.reporting.records import packet_actions as packets
from course.reporting.records import seal_actions
from course.reporting.retention import actions as retention
from course.reporting.retention import views as retention_views
from course.reporting.transcripts import actions as transcripts
from course.reporting.transcripts import admin as transcripts_admin
from course.reporting.transcripts import views as transcripts_views

WING = Wing(
    blueprints=(
        boards_admin.bp,
        transcripts_views.bp,
        transcripts_admin.bp,
        records_admin.bp,
        retention_views.bp,
        my_states_views.bp,
        home_views.bp,
        readiness_admin.bp,
    ),
    jobs={"packet": packets.create_packet},
    hourly={
        "license-mails": transcripts.remind_all,
        "filing-deadlines": my_states.remind_all,
        "closed-accounts": retention.erase_expired_records,
        "old-packets": packets.remove_old_files,
    },
    steps=(seal_actions.step, records.step),
)
