"""Money's only home: double entry by construction.

Words: an *account* holds what one owner has of one kind in one currency; a *transfer* moves a positive amount from one
account to another; a *posting* is the transfers that belong together, with the record that caused them and a key that
makes it happen once. A *balance* is what came in less what went out, so a gateway that holds money for us stands below zero.
A *busy* account is paid by many at once: what it gets waits beside it and is *folded* into its balance later; every
figure that this door gives already counts it.

Invariants: every currency sums to zero over all accounts; a floored account never goes below its floor; a key moves money
once; no transaction and no transfer changes or disappears. ``check`` proves them.

A posting locks the accounts it takes from until the transaction ends. Post late, once, and many at a time with ``post_many``.
"""

from tuition.ledger import jobs
from tuition.ledger.actions import Outcome, Refusal, fold, make_months, post, post_many
from tuition.ledger.audit import CheckReport, check
from tuition.ledger.errors import InsufficientFunds, KeyReused, TooLarge
from tuition.ledger.exports import export_beancount, export_csv, export_parquet, export_statement_csv
from tuition.ledger.queries import StatementLine, balance, balances, statement, statement_lines
from tuition.ledger.rules import PLATFORM, AccountKey, AccountKind, Posted, Posting, Source, Transfer, gateway_kind

__all__ = [
    "PLATFORM",
    "AccountKey",
    "AccountKind",
    "CheckReport",
    "InsufficientFunds",
    "KeyReused",
    "Outcome",
    "Posted",
    "Posting",
    "Refusal",
    "Source",
    "StatementLine",
    "TooLarge",
    "Transfer",
    "balance",
    "balances",
    "check",
    "export_beancount",
    "export_csv",
    "export_parquet",
    "export_statement_csv",
    "fold",
    "gateway_kind",
    "jobs",
    "make_months",
    "post",
    "post_many",
    "statement",
    "statement_lines",
]
