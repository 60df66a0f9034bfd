"""Every rule, in the order in which findings are printed. A rule takes the house and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checks.house.rules import doors, edges, exactness, links, machine, reasons, shape, writes
from checks.house.source import Finding, House

Rule = Callable[[House], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    doors.only_by_the_door,
    doors.strangers,
    doors.pure_kernel,
    doors.history_stands_alone,
    edges.no_protocol_in_rooms,
    edges.no_queries_at_edges,
    edges.only_edges_commit,
    edges.broad_except,
    edges.flush_says_why,
    exactness.no_float_near_money,
    exactness.one_clock,
    links.links_lead_somewhere,
    machine.no_path_of_this_machine,
    machine.no_address_in_locks,
    reasons.reason_beside_ignore,
    shape.file_length,
    shape.function_length,
    shape.folder_size,
    shape.no_drawers,
    writes.own_tables_only,
)
