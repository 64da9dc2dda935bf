"""`rapport experiment analyze | plan`: verdicts on tables of outcomes. Needs no database and no settings."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rapport.outreach.experiments import planning, verdicts
from rapport.outreach.experiments.table import UnreadableTableError, read_outcomes

LEAST_SHARE, LEAST_EFFECT = 1e-9, 0.0001


def run(arguments: list[str]) -> int | None:
    """Answer `rapport experiment …`; returns the exit status: 0, 1 for an unreadable file, 2 for a wrong call."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    return options.answer(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rapport experiment", description="Which wording is answered more often.")
    commands = parser.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--smallest-effect", type=_effect, default=verdicts.SMALLEST_EFFECT, metavar="X",
        help="the smallest difference of two rates that matters; 0.02 is two in a hundred (%(default)s)",
    )  # fmt: skip
    shared.add_argument("--level", type=_share, default=verdicts.LEVEL, help="chance of a false winner (%(default)s)")
    shared.add_argument("--json", action="store_true", help="JSON on standard output")
    analyze = commands.add_parser("analyze", parents=[shared], help="the verdict on a table of outcomes")
    analyze.add_argument("path", type=Path, metavar="FILE.csv", help="columns arm and outcome, in order of time")
    analyze.add_argument("--control", metavar="ARM", help="the arm others are compared with (the first one named)")
    analyze.set_defaults(answer=_analyze)
    plan = commands.add_parser("plan", parents=[shared], help="how many people an experiment needs")
    plan.add_argument("--rate", type=_rate, required=True, help="the rate expected of the control, such as 0.1")
    plan.add_argument("--arms", type=int, default=2, choices=range(2, verdicts.MOST_ARMS + 1))
    plan.add_argument("--power", type=_share, default=planning.POWER, help="chance to find the winner (%(default)s)")
    plan.set_defaults(answer=_plan)
    return parser


def _analyze(options: argparse.Namespace) -> int:
    try:
        outcomes = read_outcomes(options.path)
    except UnreadableTableError as refusal:
        return _complain(options.path, str(refusal))
    except OSError as error:
        return _complain(options.path, f"This file could not be opened: {error.strerror or error}.")
    names = outcomes.names
    if len(names) < 2:
        return _complain(options.path, f"Everybody is in one arm, {names[0]!r}. An experiment needs at least two.")
    if options.control is not None and options.control not in names:
        known = ", ".join(repr(name) for name in names)
        return _complain(options.path, f"There is no arm {options.control!r}; the arms are {known}.")
    found = verdicts.analyze(
        outcomes, control=options.control, level=options.level, smallest_effect=options.smallest_effect
    )
    _show(found, options)
    return 0


def _show(found: verdicts.Verdict, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(_as_json(found, options), ensure_ascii=False))
        return
    for arm in found.arms:
        print(f"{arm.name}: {arm.ones} of {arm.n}, {arm.rate:.2%}{' (control)' if arm.name == found.control else ''}")
    low, high = found.interval
    print(f"best arm minus control: {found.estimate:+.2%}, interval {low:+.2%} to {high:+.2%}")
    print(f"{found.verdict}: {found.reason}")
    print(f"needed in each arm for an effect of {options.smallest_effect:g}: {found.required_n:,}")


def _as_json(found: verdicts.Verdict, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "winner": found.winner,
        "estimate": round(found.estimate, 8),
        "interval": [round(end, 8) for end in found.interval],
        "required_n": found.required_n,
        "arms": [{"arm": arm.name, "n": arm.n, "rate": round(arm.rate, 8)} for arm in found.arms],
        "control": found.control,
        "smallest_effect": options.smallest_effect,
        "level": options.level,
        "reason": found.reason,
    }


def _plan(options: argparse.Namespace) -> int:
    question = {
        "rate": options.rate, "effect": options.smallest_effect, "arms": options.arms, "level": options.level,
        "power": options.power,
    }  # fmt: skip
    needed, fixed = planning.required_n(**question), planning.required_n_fixed(**question)
    if options.json:
        print(json.dumps({"required_n": needed, "required_n_fixed": fixed}))
    else:
        print(
            f"{needed:,} people in each arm; {fixed:,} if nobody looks before the end and a classical test is used then."
        )
    return 0


def _share(text: str) -> float:
    value = float(text)
    if not LEAST_SHARE <= value <= 1 - LEAST_SHARE:
        raise argparse.ArgumentTypeError(f"{text} does not lie between 0 and 1")
    return value


def _effect(text: str) -> float:
    value = _share(text)
    if value < LEAST_EFFECT:
        raise argparse.ArgumentTypeError(f"{text} is too small to be found among any number of people")
    return value


def _rate(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no rate from 0 to 1")
    return value


def _complain(path: Path, message: str) -> int:
    print(f"{path}: {message}", file=sys.stderr)
    return 1
