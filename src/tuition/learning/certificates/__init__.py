"""Certificates: proof of learning that anybody can check, on paper and as a signed badge.

Words: a *certificate* belongs to one enrollment and has a *number* that can be read aloud; its *standing* is valid, expired or
revoked; its *badge* is the same as a credential that programs verify (Open Badges 3.0); the *issuer* is this installation, by
its address. Invariants: a page is rendered and stored before its certificate exists; a number is never reused; what was signed
stays verifiable when keys change; whoever has the number learns what its owner lets it say and nothing else.
"""

from tuition.learning.certificates import badges, jobs, privacy
from tuition.learning.certificates.actions.changing import reinstate, revoke, rotate_keys, show_name
from tuition.learning.certificates.actions.signing import issuer_of
from tuition.learning.certificates.documents import configure, render_badge_png, render_badge_svg
from tuition.learning.certificates.errors import (
    AlreadyRevoked,
    CertificateMoved,
    CertificateUnknown,
    NameErased,
    NotRevoked,
    ReasonMissing,
    RecipientNameless,
)
from tuition.learning.certificates.events import CertificateIssued, CertificateRevoked
from tuition.learning.certificates.jobs import issue
from tuition.learning.certificates.models import Badge, Certificate, CertificateChange
from tuition.learning.certificates.queries import (
    badge_of,
    certificates_of,
    certificates_of_course,
    find_by_number,
    get_for,
    get_for_course,
    history_of,
    of_enrollments,
)
from tuition.learning.certificates.reactions import wire
from tuition.learning.certificates.rules import NUMBER_LENGTH_MAX, Change, Standing, read_number, standing

__all__ = [
    "NUMBER_LENGTH_MAX",
    "AlreadyRevoked",
    "Badge",
    "Certificate",
    "CertificateChange",
    "CertificateIssued",
    "CertificateMoved",
    "CertificateRevoked",
    "CertificateUnknown",
    "Change",
    "NameErased",
    "NotRevoked",
    "ReasonMissing",
    "RecipientNameless",
    "Standing",
    "badge_of",
    "badges",
    "certificates_of",
    "certificates_of_course",
    "configure",
    "find_by_number",
    "get_for",
    "get_for_course",
    "history_of",
    "issue",
    "issuer_of",
    "jobs",
    "of_enrollments",
    "privacy",
    "read_number",
    "reinstate",
    "render_badge_png",
    "render_badge_svg",
    "revoke",
    "rotate_keys",
    "show_name",
    "standing",
    "wire",
]
