"""Watching over the house: figures that no single room has, because they join several.

Words: *a creator's desk* is what one maker has made and sold; *the house* is everything, as its owner sees it.
Invariants: it writes nothing of any room (a job that is tried again does what it was to do); it gives figures and lists to
whoever the edge has let in, and opens nothing to anybody (objects are still fetched through their rooms' ``get_x_for``).
"""

from tuition.operations.actions import retry_job
from tuition.operations.jobs import Proof, proof_of_books, prove_books
from tuition.operations.queries.creators import (
    Asked,
    MinutesSold,
    contents_page,
    could_be_parts,
    could_be_shown,
    count_by_status,
    failed_media,
    in_state,
    media_by_id,
    minutes_sold,
    sold_since,
    unpriced,
)
from tuition.operations.queries.house import (
    AccountsLine,
    FailedJob,
    Learning,
    accounts_by_kind,
    count_failed_emails,
    count_failed_jobs,
    count_failed_media,
    count_failed_refunds,
    count_failed_webhooks,
    count_stuck_payments,
    database_facts,
    failed_jobs,
    largest_tables,
    learning,
    revenue_by_day,
)

__all__ = [
    "AccountsLine",
    "Asked",
    "FailedJob",
    "Learning",
    "MinutesSold",
    "Proof",
    "accounts_by_kind",
    "contents_page",
    "could_be_parts",
    "could_be_shown",
    "count_by_status",
    "count_failed_emails",
    "count_failed_jobs",
    "count_failed_media",
    "count_failed_refunds",
    "count_failed_webhooks",
    "count_stuck_payments",
    "database_facts",
    "failed_jobs",
    "failed_media",
    "in_state",
    "largest_tables",
    "learning",
    "media_by_id",
    "minutes_sold",
    "proof_of_books",
    "prove_books",
    "retry_job",
    "revenue_by_day",
    "sold_since",
    "unpriced",
]
