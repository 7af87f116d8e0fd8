"""The tables of all rooms. Importing them completes the metadata, which migrations and their test need."""

from course.assessment.attempts import models as assessment
from course.assessment.practice import models as practice
from course.assessment.quality import models as quality
from course.certificates.approvals import models as approvals
from course.certificates.backdating import models as backdating
from course.certificates.bulk import models as bulk
from course.certificates.completion import models as completion
from course.certificates.corrections import models as corrections
from course.certificates.directory import models as directory
from course.certificates.issuing import models as certificates
from course.certificates.rescoring import models as rescoring
from course.certificates.sharing import models as sharing
from course.learning.labs import models as labs
from course.learning.review import models as review
from course.learning.search import models as search
from course.learning.skills import models as skills
from course.learning.study import models as study
from course.learning.supervision import models as supervision
from course.people.accounts import models as accounts
from course.people.factors import models as factors
from course.people.instructors import models as instructors
from course.people.kept_forms import models as kept_forms
from course.people.sessions import models as sessions
from course.people.single_sign_on import models as single_sign_on
from course.platform.audit import models as audit
from course.platform.db import Model
from course.platform.jobs import Job
from course.platform.kept_files import KeptFile
from course.platform.sent_forms import SentForm
from course.reporting.boards import models as boards
from course.reporting.records import models as records
from course.reporting.transcripts import models as transcripts
from course.states.entries import models as states
from course.states.proof import models as proof

ROOMS = (
    accounts,
    approvals,
    assessment,
    audit,
    backdating,
    boards,
    bulk,
    certificates,
    completion,
    corrections,
    directory,
    factors,
    instructors,
    kept_forms,
    labs,
    practice,
    proof,
    quality,
    records,
    rescoring,
    review,
    search,
    sessions,
    sharing,
    single_sign_on,
    skills,
    states,
    study,
    supervision,
    transcripts,
    Job,
    KeptFile,
    SentForm,
)
metadata = Model.metadata
