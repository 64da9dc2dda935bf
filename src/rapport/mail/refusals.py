"""One recipient's refusal: what the codes and the words of a report say about an address. Pure."""

import re
from dataclasses import dataclass

from rapport.mail import bounce_reasons

ADDRESS = r"[^\s<>\"'(),:;\[\]=][^\s<>\"(),:;\[\]=]*@[\w-]+(?:\.[\w-]+)+\.?(?![\w-]|\.\w)"
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.#-])([45]\d\d)(?=[\s;:,.-])")


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient's refusal. `bounce_class` is hard or soft; `status` enhanced (5.1.1) or empty; `text` the server's."""

    address: str
    bounce_class: str
    status: str
    reason: str
    text: str
    is_delay: bool = False


def judge(
    address: str, diagnostic: str, status: str, about: str, *, is_delay: bool = False, is_report: bool = False
) -> Failure:
    """The refusal of an address, from words and codes put together; the server's own line outranks the sentences around it."""
    line = diagnostic or _server_line(about)
    code = _best_status(status, line, about)
    text = re.sub(r"\s+", " ", line or about).strip()[:500]
    refused_at = _refused_at(line) or _refused_at(about)
    reason = bounce_reasons.reason_of(_without_addresses(line), "" if not line else code, refused_at=refused_at)
    if reason == "undefined":
        reason = bounce_reasons.reason_of(_without_addresses(about), code, refused_at=refused_at)
        line = ""
    if is_delay and reason in ("undefined", "network", "user_unknown", "host_unknown"):
        reason = "expired"
    is_proven = reason != "user_unknown" or _is_proven(code, line, about, is_report=is_report)
    return Failure(address, bounce_reasons.class_of(reason, code, is_proven=is_proven), code, reason, text, is_delay)


def _is_proven(code: str, line: str, about: str, *, is_report: bool) -> bool:
    """Whether "user unknown" is more than somebody's sentence, so that an address may be given up for it.

    A refused RCPT or a code of addressing (x.1.x) is proof. A code that says something else (5.2.1, 5.7.1) is not, nor
    is the answer of another server quoted in prose without saying to which command: servers that filter after DATA use
    the same words. What the reporting server says of its own users counts.
    """
    if re.search(r"rcpt|does not like recipient", f"{line} {about}", re.IGNORECASE):
        return True
    subject, _, detail = code.partition(".")[2].partition(".")
    if subject == "1":
        return True
    if detail not in ("", "0"):
        return False
    return is_report or not _REPLY_CODE.search(line)


def _server_line(about: str) -> str:
    """What the other server answered: the first line with a reply code or status, and those that continue it."""
    lines = [line.strip() for line in about.split("\n")]
    for index, line in enumerate(lines):
        if re.search(r"(?<![\d.])[45]\d\d(?:[-: ]|$)|[#( ][45]\.\d{1,3}\.\d{1,3}\b|^[45]\.\d{1,3}\.\d{1,3}\b", line):
            code = _REPLY_CODE.search(line)
            rest = lines[index + 1 : index + 6]
            end = next((at for at, text in enumerate(rest) if _begins_anew(text, code[1] if code else "")), len(rest))
            return " ".join([line, *rest[:end]])
    return ""


def _begins_anew(line: str, code: str) -> bool:
    """The line is no continuation of an answer with this code: empty, the next command, or the answer of another kind."""
    other = re.match(r"[45]\d\d(?=[ -])", line)
    return not line or line.startswith(">>>") or bool(other and code and other[0] != code)


def _best_status(status: str, diagnostic: str, about: str) -> str:
    """The most telling enhanced status: a detailed one in the server's line, then the field, then the prose."""
    field = _STATUS.search(status)
    given = field[0] if field else ""
    if given and not given.endswith(".0.0"):
        return given
    for text in (diagnostic, about):
        found = [match[0] for match in _STATUS.finditer(text) if not match[0].startswith("2")]
        detailed = [code for code in found if not code.endswith(".0.0")]
        if detailed:
            return detailed[0]
    if given:
        return given
    reply = _REPLY_CODE.search(diagnostic) or _REPLY_CODE.search(about)
    return f"{reply[1][0]}.0.0" if reply else ""


def _refused_at(text: str) -> str:
    """Which SMTP command was refused, as far as the report says: mail, rcpt, data or nothing."""
    lowered = text.lower()
    if re.match(r"[45]\d\d : ", lowered):
        return "data"  # a refusal that names nobody comes after DATA, when the server knows only the message
    if re.search(
        r"end of data|>>> data|in reply to data|after data|final data|data command|<<< data|after sending|message body|sending of the message",
        lowered,
    ):
        return "data"
    if re.search(r"rcpt", lowered):
        return "rcpt"
    return "mail" if re.search(r"mail from", lowered) else ""


def _without_addresses(text: str) -> str:
    """The words alone: local parts such as userunknown@ and links such as …/spam must not be read as reasons."""
    text = re.sub(
        r"https?://(?!\S*(?:spamhaus|spamcop|sorbs|barracuda|blocklist))\S+|\bwww\.(?!spam)\S+", " ", text[:6_000]
    )
    text = re.sub(rf"<?{ADDRESS}>?(?:\.\.\.)?", " ADDRESS ", text)
    return re.sub(r"\s+", " ", re.sub(r"[-\s](?=[45]\d\d[- ])|(?<=\d)-(?=\D)", " ", text))


def plain_address(value: str) -> str:
    """The address in a field such as "rfc822; <carl@example.net>", in small letters; without one, what is there."""
    text = value.split(";", 1)[-1].strip().strip("<>\"' ")
    match = re.search(ADDRESS, text)
    return (match[0] if match else text).rstrip(".").lower()[:320]
