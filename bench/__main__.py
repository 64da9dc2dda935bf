"""python -m bench [NAME …] [--people N]: all measurements, or the named ones."""

import argparse
import importlib
import sys
from pathlib import Path

NOT_NAMES = {"__init__", "__main__", "figures", "invented", "lists", "ranking"}
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_NAMES)


def main() -> int:
    """Run the measurements; exits 1 when a figure misses its target."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=f"Measurements: {', '.join(NAMES)}")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*NAMES, []])
    parser.add_argument("--people", type=int, default=1_000_000, help="how large the pool is, for those that need one")
    options = parser.parse_args()
    missed = 0
    for name in options.names or NAMES:
        for figure in importlib.import_module(f"bench.{name}").measure(options.people):
            figure.show()
            missed += figure.holds is False
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
