"""Work that outlives the request: a queue in the same database, so that a job exists if and only if its transaction committed.

Words: a *task* runs in one transaction that the runner opens and commits; *work* is long or reaches outside, and opens its
own short transactions through its ``Context``; *every* is a task or work that the clock starts. A job may run more than
once (a worker can die after its commit), so each is idempotent. Arguments are ids, numbers and short words, never secrets.
"""

from tuition.platform.jobs.context import Context, Services
from tuition.platform.jobs.definitions import BRIEF, PATIENT, Definition, Retries, every, every_work, registered, task, work
from tuition.platform.jobs.drain import JobFailed, Outcome, drain, run_periodic
from tuition.platform.jobs.models import JobProgress
from tuition.platform.jobs.progress import Progress, progress_of, record_progress
from tuition.platform.jobs.queue import QueueDepth, WorkerPulse, defer, depth, forget_finished, rescue_stalled, workers_alive
from tuition.platform.jobs.retrying import JobNotFailed, JobWaitsAlready, retry
from tuition.platform.jobs.worker import run_worker

__all__ = [
    "BRIEF",
    "PATIENT",
    "Context",
    "Definition",
    "JobFailed",
    "JobNotFailed",
    "JobProgress",
    "JobWaitsAlready",
    "Outcome",
    "Progress",
    "QueueDepth",
    "Retries",
    "Services",
    "WorkerPulse",
    "defer",
    "depth",
    "drain",
    "every",
    "every_work",
    "forget_finished",
    "progress_of",
    "record_progress",
    "registered",
    "rescue_stalled",
    "retry",
    "run_periodic",
    "run_worker",
    "task",
    "work",
    "workers_alive",
]
