"""What others are shown of the records: boards, transcripts, audit packets, and how long records are kept."""

from course.platform.wing import Wing
from course.reporting.boards import admin as boards_admin
from course.reporting.records import actions as records
from course.reporting.records import admin as records_admin
from course.reporting.retention import actions as retention
from course.reporting.retention import views as retention_views
from course.reporting.transcripts import actions as transcripts
from course.reporting.transcripts import admin as transcripts_admin
from course.reporting.transcripts import views as transcripts_views

WING = Wing(
    blueprints=(boards_admin.bp, transcripts_views.bp, transcripts_admin.bp, records_admin.bp, retention_views.bp),
    jobs={"packet": records.make_packet},
    hourly={
        "license-mails": transcripts.remind_all,
        "closed-accounts": retention.erase_all,
        "old-packets": records.remove_old_packets,
    },
    steps=(records.step,),
)
