"""What incoming mail is: bounces, replies, automatic answers, on real mail that nobody here wrote.

Figures that rules were written against are given for both halves of their set (by hash of the file name) in `note`: the
rules were written on the first; the second tells how they do on what they had not seen.
"""

import csv
import email
import hashlib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench.figures import RAPPORT, REAL_DATA, ROOT, Figure, percentile
from rapport.mail.bounces import read_bounce
from rapport.mail.classify import classify
from rapport.mail.intents import read_intent
from rapport.mail.parsing import parse
from rapport.mail.reply_text import split_reply

MAIL = REAL_DATA / "mail"
KINDS = {"feedback": "complaint", "vacation": "auto_reply"}
WRITTEN_BY_PEOPLE = ("replies", "replies_talon", "replies_crisp", "inbound")
ODD_MAIL = ("inbound", "mime_cpython", "mime_enmime", "mime_flanker", "bounces", "bounces_flufl")
BIG_BYTES = 50_000_000


def measure(people: int) -> Iterator[Figure]:
    """All of them; what needs real mail is left out where it is absent."""
    if MAIL.is_dir():
        yield from _bounces()
        yield from _old_bounces()
        yield from _replies()
        yield from _signatures()
        yield from _intents()
        yield from _odd_mail()
    yield from _command()


def _bounces() -> Iterator[Figure]:
    """Kind, and hard or soft, of the labelled set; a file with several recipients is judged by its first."""
    rows: dict[str, dict[str, str]] = {}
    for row in csv.DictReader((MAIL / "bounces" / "labels.csv").read_text().splitlines()):
        rows.setdefault(row["file"], row)
    kinds, classes, addresses, mistaken = [], [], [], 0
    peer_kinds, peer_classes = [], []
    for name, row in rows.items():
        data = (MAIL / "bounces" / name).read_bytes()
        verdict = classify(parse(data))
        kind = KINDS.get(row["reason"], "bounce")
        kinds.append((name, verdict.kind == kind))
        soft, hard = _flufl(data)
        peer_kinds.append(bool(soft or hard) == (kind == "bounce"))
        found = verdict.bounce.first if verdict.bounce else None
        if kind != "bounce":
            mistaken += found is not None and found.bounce_class == "hard"
            continue
        is_hard = row["hardbounce"] == "true"
        peer_classes.append(bool(hard) if is_hard else bool(soft and not hard))
        if found:
            classes.append((name, (found.bounce_class == "hard") == is_hard))
            addresses.append("@" in found.address)
    yield _share("mail.kind", kinds, 0.97, "flufl.bounce: is it a bounce", _mean(peer_kinds))
    yield _share("mail.hard_or_soft", classes, 0.95, "flufl.bounce: permanent or temporary", _mean(peer_classes))
    yield Figure(
        "mail.dead_by_mistake", mistaken, "vacation notes and complaints taken for dead addresses", target=0,
        n=len(kinds) - len(peer_classes),
    )  # fmt: skip
    yield Figure("mail.address_named", _mean(addresses), "share of bounces", n=len(addresses))


def _old_bounces() -> Iterator[Figure]:
    """The examples of flufl.bounce, whose own answer is the truth for the address; and people's mail taken for bounces."""
    found, agreeing = [], []
    files = sorted((MAIL / "bounces_flufl" / "tests" / "data").glob("*.txt"))
    for file in files:
        data = file.read_bytes()
        bounce = read_bounce(parse(data))
        found.append(bounce is not None)
        soft, hard = _flufl(data)
        if bounce and (soft or hard):
            ours = {failure.address for failure in bounce.failures}
            agreeing.append(bool(ours & {address.decode("ascii", "replace").lower() for address in soft | hard}))
    yield Figure("mail.old_bounces", _mean(found), "share found", target=0.97, at_most=False, n=len(files))
    yield Figure(
        "mail.old_bounces_address", _mean(agreeing), "share naming an address that flufl.bounce names", n=len(agreeing)
    )
    people = [file for name in WRITTEN_BY_PEOPLE for file in _files(MAIL / name)]
    wrong = sum(classify(parse(file.read_bytes())).kind in ("bounce", "complaint") for file in people)
    yield Figure("mail.people_taken_for_bounces", wrong, "messages", target=0, n=len(people))


def _replies() -> Iterator[Figure]:
    """Replies with their expected text. The set keeps signatures: taking one off costs as much as losing a sentence.

    `unquoted` compares the text before the signature is taken off.
    """
    from mailparser_reply import EmailReplyParser

    languages = EmailReplyParser(languages=["en", "de", "fr", "es", "it", "nl", "pl", "da", "sv", "ja"])
    shown, kept, peer = [], [], []
    exact, peer_exact = [], []
    for file in sorted((MAIL / "replies" / "pairs").iterdir()):
        expected = _lines((MAIL / "replies" / "pairs_expected" / file.name).read_text(encoding="utf-8"))
        mail = parse(file.read_bytes())
        parts = split_reply(mail.text, mail.sender.name)
        shown.append((file.name, _line_f1(_lines(parts.text), expected)))
        kept.append((file.name, _line_f1(_lines(parts.unquoted), expected)))
        exact.append(_lines(parts.unquoted) == expected)
        theirs = _lines(languages.parse_reply(mail.text) or "")
        peer.append(_line_f1(theirs, expected))
        peer_exact.append(theirs == expected)
    yield _share("mail.reply_lines", shown, 0.90, "mail-parser-reply", _mean(peer), unit="line F1")
    yield _share("mail.reply_lines_unquoted", kept, None, "mail-parser-reply", _mean(peer), unit="line F1")
    yield Figure(
        "mail.reply_exact", _mean(exact), "share", n=len(exact), peer="mail-parser-reply", peer_value=_mean(peer_exact)
    )
    programs = sorted((MAIL / "replies_talon" / "tests" / "fixtures" / "standard_replies").glob("*.eml"))
    mails = [parse(file.read_bytes()) for file in programs]
    ours = [split_reply(mail.text, mail.sender.name).text == "Hello" for mail in mails]
    theirs = [(languages.parse_reply(mail.text) or "").strip() == "Hello" for mail in mails]
    yield Figure(
        "mail.reply_programs", _mean(ours), "share exact", target=1, at_most=False, n=len(ours),
        peer="mail-parser-reply", peer_value=_mean(theirs),
    )  # fmt: skip


def _signatures() -> Iterator[Figure]:
    """Six mails with their signature named: the lines above it."""
    folder = MAIL / "replies_talon" / "tests" / "fixtures" / "signature" / "emails" / "stripped"
    scores = []
    for file in sorted(folder.glob("*_body")):
        signature = (folder / file.name.replace("_body", "_signature")).read_text(encoding="utf-8", errors="replace")
        sender = (folder / file.name.replace("_body", "_sender")).read_text(encoding="utf-8", errors="replace")
        body = file.read_text(encoding="utf-8", errors="replace")
        left = list((Counter(_lines(body)) - Counter(_lines(signature))).elements())
        scores.append(_line_f1(_lines(split_reply(body, sender.split("<")[0]).text), left))
    yield Figure("mail.signature_lines", _mean(scores), "line F1", n=len(scores))


def _intents() -> Iterator[Figure]:
    """Sentences of office mail, labelled with whether they ask or propose something; a question mark alone is the peer."""
    path = MAIL / "intent" / "src" / "resources" / "testSet-qualifiedBatch-fixed.txt"
    text = path.read_text(encoding="utf-8", errors="replace")
    rows = [(label == "Yes", sentence) for label, _, sentence in (line.partition("\t") for line in text.splitlines())]
    ours = [(label, read_intent(sentence).kind in ("interested", "question", "referral")) for label, sentence in rows]
    theirs = [(label, "?" in sentence) for label, sentence in rows]
    for name, share in (("precision", _precision), ("recall", _recall)):
        yield Figure(
            f"mail.asks_something_{name}",
            share(ours),
            "share",
            n=len(rows),
            peer="a question mark",
            peer_value=share(theirs),
        )


def _precision(rows: list[tuple[bool, bool]]) -> float:
    return _mean(label for label, found in rows if found)


def _recall(rows: list[tuple[bool, bool]]) -> float:
    return _mean(found for label, found in rows if label)


def _odd_mail() -> Iterator[Figure]:
    """Broken and hostile messages: how many make it fail, and the slowest of them."""
    times, failures = [], 0
    prefixes = [b"", b"Subject: x\nContent-Type: text/html\n\n", b"From: a@example.org\nSubject: "]
    files = [(file, [b""]) for name in ODD_MAIL for file in _files(MAIL / name)]
    files += [(file, prefixes) for file in _files(REAL_DATA / "security")]
    for file, beginnings in files:
        data = file.read_bytes()[:5_000_000]
        for beginning in beginnings:
            started = time.perf_counter()
            try:
                mail = parse(beginning + data)
                classify(mail)
                for attachment in mail.attachments:
                    attachment.content()
            except Exception as error:
                print(f"{file}: {error!r}", file=sys.stderr)
                failures += 1
            times.append(time.perf_counter() - started)
    yield Figure("mail.failures_on_odd_mail", failures, "messages", target=0, n=len(times))
    yield Figure("mail.slowest_odd_mail", max(times), "s", target=5, n=len(times))
    yield Figure("mail.read_one", percentile(times, 0.5) * 1000, "ms (median)", n=len(times))


def _command() -> Iterator[Figure]:
    """`rapport mail parse` as a process: start to end on a small mail, and on one of 50 MB with its peak of memory."""
    with tempfile.TemporaryDirectory(prefix="rapport-mail-") as name:
        small, big = Path(name) / "small.eml", Path(name) / "big.eml"
        small.write_bytes(b"From: Carl <carl@example.org>\nSubject: Re: Job\n\nYes please.\n\n> Would you like it?\n")
        big.write_bytes(
            b'From: Carl <carl@example.org>\nSubject: Re: Job\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nYes.\n'
            b"--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
            + b"QUJD" * 18 * 4 + b"\n" + (b"QUJD" * 19 + b"\n") * (BIG_BYTES // 77) + b"--b--\n"
        )  # fmt: skip
        runs = sorted(_run(small) for _ in range(9))
        seconds, processor, _ = runs[len(runs) // 2]
        note = f"{processor:.2f} s of processor"
        yield Figure("mail.command_start", seconds, "s (median)", target=0.5, n=len(runs), note=note)
        seconds, _, peak = _run(big)
        yield Figure("mail.command_50_mb", seconds, "s", target=5, note=f"peak memory {peak / 1e6:.0f} MB")


def _run(path: Path) -> tuple[float, float, int]:
    """Seconds, seconds of processor and peak bytes of the command on one file."""
    code = (
        "import resource, subprocess, sys, time; started = time.perf_counter();"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); seconds = time.perf_counter() - started;"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)"
    )
    command = [sys.executable, "-c", code, *RAPPORT, "mail", "parse", str(path), "--json"]
    seconds, processor, peak = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    return float(seconds), float(processor), int(peak)


def _flufl(data: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Temporary and permanent failures as flufl.bounce sees them; nothing where it fails."""
    from flufl.bounce import all_failures

    try:
        return all_failures(email.message_from_bytes(data))
    except Exception:
        return frozenset(), frozenset()


def _share(
    figure: str, rows: list[tuple[str, float]], target: float | None, peer: str, peer_value: float, unit: str = "share"
) -> Figure:
    halves = [_mean(value for name, value in rows if _half(name) == half) for half in (0, 1)]
    return Figure(
        figure, _mean(value for _, value in rows), unit, target=target, at_most=False, peer=peer, peer_value=peer_value,
        n=len(rows), note=f"first half {halves[0]:.3f}, second {halves[1]:.3f}",
    )  # fmt: skip


def _half(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % 2


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _line_f1(found: list[str], expected: list[str]) -> float:
    shared = sum((Counter(found) & Counter(expected)).values())
    return 2 * shared / (len(found) + len(expected)) if found or expected else 1.0


def _files(folder: Path) -> list[Path]:
    is_wanted: Callable[[Path], bool] = Path.is_file
    return sorted(filter(is_wanted, folder.rglob("*")))
