"""What a person can choose from when stating evidence: the ids that the states' rules use, with their names.

A test compares them with the states' data.
"""

CREDENTIALS = {
    "cpr": "CPR certification",
    "dpt": "Doctor of Physical Therapy (DPT)",
    "entry-level-needling": "Dry needling as a part of my professional degree",
    "needling-sessions-25": "At least 25 patient sessions of dry needling as a licensed physical therapist",
    "malpractice-insurance": "Malpractice insurance",
    "jurisprudence-exam": "Jurisprudence examination",
}
APPROVERS = {
    "apta": "American Physical Therapy Association (APTA)",
    "apta-section": "A section or specialty group of APTA",
    "apta-chapter": "A state chapter of APTA",
    "apta-maryland": "APTA Maryland",
    "apta-virginia": "APTA Virginia",
    "fpta": "Florida Physical Therapy Association (FPTA)",
    "fsbpt": "Federation of State Boards of Physical Therapy (FSBPT)",
    "apta-standards": "Meets APTA's standards of quality for continuing education",
    "fsbpt-standards": "Meets FSBPT's standards for continuing competence activities",
    "capte": "Commission on Accreditation in Physical Therapy Education (CAPTE)",
    "accredited-college": "An accredited college or university",
    "id-board": "Idaho board",
    "il-department": "Illinois department",
    "in-approved-organization": "An organization that Indiana approves (842 IAC 1-7-5)",
    "ks-board": "Kansas board",
    "la-board": "Louisiana board",
    "nj-board": "New Jersey board",
    "sd-board": "South Dakota board",
    "tn-board": "Tennessee board",
}
EXAMINATION_FORMS = {
    "written": "Written",
    "practical": "Practical: techniques were shown",
    "competency": "Check of competence",
}
SIGNERS = {"instructor": "Instructor", "supervisor": "Supervisor"}
