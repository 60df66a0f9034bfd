"""``python -m tuition.web.locales update|check``."""

from __future__ import annotations

import argparse
import sys

from tuition.web.locales.catalogues import problems, update


def main() -> int:
    """The command line: 0 when all is well, 1 when a catalogue is behind."""
    parser = argparse.ArgumentParser(prog="python -m tuition.web.locales", description=__doc__)
    parser.add_argument("task", choices=("update", "check"))
    if parser.parse_args().task == "update":
        sys.stdout.write("\n".join(update()) + "\n")
        return 0
    found = problems()
    sys.stdout.write(("\n".join(found) or "Every sentence is translated.") + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
