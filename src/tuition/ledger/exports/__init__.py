"""The books for other programs: Beancount, CSV, Parquet; one account's statement as CSV. None holds the books in memory."""

from tuition.ledger.exports.beancount import export_beancount
from tuition.ledger.exports.tables import export_csv, export_parquet, export_statement_csv

__all__ = ["export_beancount", "export_csv", "export_parquet", "export_statement_csv"]
