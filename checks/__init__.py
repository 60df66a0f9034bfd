"""What `make check` proves about this repository and no library proves for it.

- ``python -m checks.house``: how the code is built (floors, doors, sizes, money, time), and that lists of exceptions shrink
- ``python -m checks.migrations``: the migrations build exactly the tables that the models describe
- ``python -m checks.reference``: the reference pages list every setting, command and error code (``--write`` rewrites them)
- ``python -m checks.postgres16``: runs tests against the oldest PostgreSQL that is promised
"""
