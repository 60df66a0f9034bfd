"""The server's settings, from the memory that this machine or container has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psutil

MAX_CONNECTIONS = 100
SHARED_BUFFERS_MIN_MB = 32
SHARED_BUFFERS_MAX_MB = 1024
LOG_FILE_MAX_MB = 10
LOG_FILES_KEPT = 5
SLOW_STATEMENT_MS = 1000

MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # a test's database is dropped before it needs cleaning
    "max_wal_size": "256MB",  # its files may be in memory
    "max_connections": "300",  # several test runs share the server
    "log_min_duration_statement": "-1",
}
"""What a server for tests does differently."""


def parameters(*, sockets: Path, logs: Path, durable: bool, extra: Mapping[str, str | int]) -> dict[str, str]:
    """Everything that the server is told when it starts; ``extra`` wins over what we choose."""
    memory_mb = memory() // 2**20
    chosen: dict[str, str | int] = {
        # Who may come in: only processes that can enter the socket folder.
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "port": 5432,
        "max_connections": MAX_CONNECTIONS,
        # Memory.
        "shared_buffers": f"{min(max(memory_mb // 8, SHARED_BUFFERS_MIN_MB), SHARED_BUFFERS_MAX_MB)}MB",
        "effective_cache_size": f"{max(memory_mb // 2, 64)}MB",
        "maintenance_work_mem": f"{min(max(memory_mb // 32, 16), 256)}MB",
        "work_mem": "8MB",
        # Short statements on solid-state disks.
        "random_page_cost": "1.1",
        "jit": "off",
        # The log of changes: fit for continuous archiving. Not summarized (`summarize_wal`, for incremental backups): reading it
        # once more is a seventh of the work of a batch of postings. It may be switched on while the server runs.
        "wal_level": "replica",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "checkpoint_completion_target": "0.9",
        "timezone": "UTC",
        # The server's own log. Each file is bounded by its size; `prune_logs` bounds their number.
        "logging_collector": "on",
        "log_directory": str(logs),
        "log_filename": "server-%Y%m%d-%H%M%S.log",
        "log_file_mode": "0600",
        "log_rotation_age": "1d",
        "log_rotation_size": f"{LOG_FILE_MAX_MB}MB",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %d %a ",
        "log_min_duration_statement": SLOW_STATEMENT_MS,
        "log_parameter_max_length": 0,  # parameters carry people's data
        "log_parameter_max_length_on_error": 0,
        "log_lock_waits": "on",
        "log_checkpoints": "off",
    }
    chosen |= {} if durable else NOT_DURABLE
    chosen |= extra
    return {name: str(value) for name, value in chosen.items()}


def memory() -> int:
    """Bytes of memory that this machine has, or that its container allows."""
    total: int = psutil.virtual_memory().total
    for path in MEMORY_LIMITS:
        try:
            total = min(total, int(path.read_text()))
        except (OSError, ValueError):  # no such limit, or the word "max"
            continue
    return total


def prune_logs(logs: Path) -> None:
    """Keep the newest log files only."""
    for old in sorted(logs.glob("server-*.log"))[:-LOG_FILES_KEPT]:
        old.unlink(missing_ok=True)
