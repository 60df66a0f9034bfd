"""What was played: one truth for resume, completion, paying by the minute, refunds and the pool. Knows no money.

Words: a *play session* is one device playing one content, from play until it stops, is taken over or falls silent; an
*interval* is content time that was played, in milliseconds, half-open; *coverage* is the union of a person's intervals on a
content; *new* time is what an interval adds to it; a *lease* lets a player fetch the segments of a small window; a *visit*
lets anybody play what is open to everybody, and leaves no trace.
Invariants: a person plays one thing at a time; only new time counts, so what is replayed, late or duplicated changes nothing;
new time never exceeds what the wall clock allows at the declared speed; what of a report counted is kept as evidence.
"""

from tuition.playback import jobs
from tuition.playback.actions.recording import keep, lock_states
from tuition.playback.actions.sessions import begin, close_stale, end, end_all_of, end_rights
from tuition.playback.errors import PlayedOut, PlayingElsewhere, PlaySessionNotFound, PlayTokenInvalid
from tuition.playback.events import CoverageGrew, Grown, PlaySessionEnded
from tuition.playback.leases import Lease, issue_lease, read_lease
from tuition.playback.models import Playback, PlaySession
from tuition.playback.queries import (
    continue_list,
    coverage_of,
    covered_on,
    covered_since,
    get_play_session_for,
    get_running,
    playback_of,
    playbacks_of,
    sessions_on,
    sessions_page,
)
from tuition.playback.rules import (
    INTERVALS_MAX,
    SPEED_LEAST,
    SPEED_MOST,
    Basis,
    Device,
    EndReason,
    Kept,
    Ranges,
    Report,
    State,
    Weighed,
    after,
    clip,
    difference,
    intersection,
    is_complete,
    length,
    normalize,
    union,
    weigh,
)
from tuition.playback.tokens import PlayToken, read_token, write_token
from tuition.playback.visits import Visit, is_visit, open_visit, read_visit

__all__ = [
    "INTERVALS_MAX",
    "SPEED_LEAST",
    "SPEED_MOST",
    "Basis",
    "CoverageGrew",
    "Device",
    "EndReason",
    "Grown",
    "Kept",
    "Lease",
    "PlaySession",
    "PlaySessionEnded",
    "PlaySessionNotFound",
    "PlayToken",
    "PlayTokenInvalid",
    "Playback",
    "PlayedOut",
    "PlayingElsewhere",
    "Ranges",
    "Report",
    "State",
    "Visit",
    "Weighed",
    "after",
    "begin",
    "clip",
    "close_stale",
    "continue_list",
    "coverage_of",
    "covered_on",
    "covered_since",
    "difference",
    "end",
    "end_all_of",
    "end_rights",
    "get_play_session_for",
    "get_running",
    "intersection",
    "is_complete",
    "is_visit",
    "issue_lease",
    "jobs",
    "keep",
    "length",
    "lock_states",
    "normalize",
    "open_visit",
    "playback_of",
    "playbacks_of",
    "read_lease",
    "read_token",
    "read_visit",
    "sessions_on",
    "sessions_page",
    "union",
    "weigh",
    "write_token",
]
