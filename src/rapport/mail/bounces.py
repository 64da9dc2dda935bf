"""Which addresses a message reports as undeliverable, and why.

Reading order: the machine-readable report (RFC 3464, also where a gateway has turned it into plain text), Amazon's JSON
notices, then the sentences of mail servers that report in plain text. A success notice is no bounce, an automatic
answer of a person (RFC 3834) is none either.
"""

import json
import re
from dataclasses import dataclass

from rapport.mail import bounce_reasons, mime
from rapport.mail.parsing import ParsedMail

MAX_REPORT_CHARS = 60_000
MAX_RECIPIENTS = 50

_ADDRESS = r"[^\s<>\"'(),:;\[\]=][^\s<>\"(),:;\[\]=]*@[\w-]+(?:\.[\w-]+)+\.?(?![\w-]|\.\w)"
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.#-])([45]\d\d)(?=[\s;:,.-])")
_DAEMON = re.compile(
    r"mailer.?daemon|^postmaster|post_?master|poostmaster|mail.?(?:delivery|daemon|router|admin\w*|system)|delivery.?"
    r"(?:sub)?system|delivery.?service|mmdf|\bmailsystem|^root@|internet mail|system administrator|mail transport|bounce|"
    r"content.?filter|exchange|^smtp|gateway|listserv|uucp|mdaemon",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver(?:ed|able|y)|un?able to (?:be )?deliver|non.?deliver|not deliver(?:ed|able)|deliver(?:y|ing).{0,25}(?:fail|problem|error|"
    r"status|report|delay|notif|unsuccess)|mail (?:delivery|status|system error|could not)|delivery (?:status|has failed)|fail(?:ed|ure).{0,20}(?:notice|deliver|mail|message)|"
    r"return(?:ed|ing) (?:mail|message|to sender|e-?mail)|mail delivery|message (?:status|delay)|status report|bounce|"
    r"nondeliverable|warning: could not send|warning: message|could ?n[o']t (?:be )?(?:send|deliver)|rejected (?:mail|message)|message you sent blocked|delayed mail|"
    r"unzustellbar|nicht zugestellt|zustellung|fehlgeschlagen|mail konnte nicht|non remis|non distribu|échec de (?:la )?remise|"
    r"no se (?:ha )?(?:pudo )?(?:puede )?entreg|error de entrega|mancata consegna|nicht zustellbar|onbestelbaar|недоставлен|"
    r"не доставлен|доставк|配信|送信エラー|エラー通知|送信不能|退信|系统退信|반송|failure notice|mail error|error sending|problem delivering|user unknown|aws notification|failed mail|mail failure|mdaemon",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"could not be (?:delivered|sent)|(?:was|were|is|been|be) (?:not |un)(?:able to )?deliver|undeliver(?:able|ed)|unable to deliver|wasn't able to deliver|"
    r"not (?:be )?delivered to|(?:did|have|has) not (?:been )?(?:reach|deliver)|delivery (?:to|failed|of|attempt|status|has failed|error|problem)|"
    r"permanent (?:fatal )?error|returned (?:to|mail|message)|failed (?:to deliver|recipient|address)|error (?:has occurred|delivering|while)|"
    r"transcript of (?:the )?session|(?:following|these) (?:address|recipient)|unknown user|user unknown|no such user|mailbox (?:is )?full|quota|"
    r"trouble delivering|did not reach|mail delivery|failure reasons?|cannot (?:be )?(?:send|deliver)|rejected|送信できません|erreur|недоставл|не может быть доставлен|"
    r"message delayed|could not send|was not sent|had delivery|undelivered|return your|final delivery|returned mail|bounced|not find|not known|can't be|nicht zugestellt",
    re.IGNORECASE,
)
_ORIGINAL_FOLLOWS = re.compile(
    r"^[\s>*|-]*(?:(?:-+\s*)?(?:below this line|original message|(?:this|here|the following) is (?:a|the)? ?(?:copy|original|returned)|enclosed is a copy|"
    r"(?:the )?(?:message |unsent message |original )?(?:headers?|message)(?: text)? follows?|below is a copy|(?:undelivered|returned|unsent|rejected|failed|bounced) (?:message|mail)|"
    r"message header|copy of (?:the )?(?:original )?message|your (?:original )?message (?:follows|(?:is|was) (?:attached|below|included|enclosed|as follows)|(?:is|was):)|start of (?:returned|original)|"
    r"begin (?:returned|original)|text of (?:the )?message|content of the original|headers of the (?:original|message))"
    r"|received\s*:|return-path\s*:|x-envelope|dkim-signature\s*:|message-id\s*:|mime-version\s*:).*$",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD = re.compile(
    r"^(?:>\s?)?(Final-Recipient|Original-Recipient|Action|Status|Diagnostic-Code|Remote-MTA|Reporting-MTA|X-Actual-Recipient):[ \t]*(.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient's refusal. `bounce_class` is hard or soft; `status` enhanced (5.1.1) or empty; `text` the server's."""

    address: str
    bounce_class: str
    status: str
    reason: str
    text: str
    is_delay: bool = False


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report; `failures` has at least one entry, in the report's order; `message_id` is the returned message's."""

    failures: tuple[Failure, ...]
    message_id: str = ""

    @property
    def first(self) -> Failure:
        return self.failures[0]


def read_bounce(mail: ParsedMail) -> Bounce | None:
    """The report in this message, or None when it is not one."""
    if mail.is_bare or _is_answer(mail):
        return None
    failures = _from_status_parts(mail)
    if failures is None:
        failures = _from_json(mail)
    if failures is None and _looks_like_report(mail):
        failures = _from_fields_in_text(mail) or _from_inner_report(mail) or _from_sentences(mail)
    return Bounce(tuple(failures[:MAX_RECIPIENTS]), original_message_id(mail)) if failures else None


def _is_answer(mail: ParsedMail) -> bool:
    """An automatic answer that its sender marked as such and that is no delivery report (RFC 3834, section 5)."""
    marked = mail.headers.raw("Auto-Submitted").strip().lower().startswith("auto-replied")
    is_report = (
        mail.root.content_type in ("multipart/report", "multipart/mixed") or "X-Failed-Recipients" in mail.headers
    )
    return marked and not is_report and not _SUBJECT.search(mail.subject) and not _DAEMON.search(mail.sender.email)


# The machine-readable report


def _from_status_parts(mail: ParsedMail) -> list[Failure] | None:
    """Failures of the message/delivery-status parts; None when there is no such part or it names nobody."""
    parts = [
        p for p in mail.root.walk() if p.content_type in ("message/delivery-status", "message/global-delivery-status")
    ]
    if not parts:
        return None
    report = parts[0].text()[:MAX_REPORT_CHARS]
    groups = _field_groups(report)
    if not groups:
        return None
    words = _report_words(mail)
    failed = [_failure(group, words, alone=len(groups) == 1) for group in groups if _is_failed(group)]
    if failed or any(group.get("action") for group in groups):
        return failed
    return None


def _field_groups(text: str) -> list[dict[str, str]]:
    """The per-recipient groups of fields, unfolded (RFC 3464, section 2.3)."""
    groups: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    last = ""
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        match = _FIELD.match(line)
        if match:
            last = match[1].lower()
            if last == "final-recipient" and "final-recipient" in fields:
                groups.append(fields)
                fields = {}
            fields.setdefault(last, match[2].strip())
        elif last and line[:1] in (" ", "\t") and line.strip():
            fields[last] += " " + line.strip()
        elif not line.strip():
            if "action" in fields or ("final-recipient" in fields and "status" in fields):
                groups.append(fields)
            fields, last = {}, ""
        else:
            last = ""
    return groups[:MAX_RECIPIENTS]


def _is_failed(fields: dict[str, str]) -> bool:
    action = re.match(r"[a-z-]*", fields.get("action", "").lower())
    return (action[0] if action else "") not in ("delivered", "relayed", "expanded", "delivered-to-mailbox")


def _failure(fields: dict[str, str], words: str, *, alone: bool) -> Failure:
    original = _plain_address(fields.get("original-recipient", ""))
    final = _plain_address(fields.get("final-recipient", ""))
    diagnostic = re.sub(r"^[\w.-]+\s*;\s*", "", fields.get("diagnostic-code", ""))
    comment = re.search(r"\(([^()]{4,200})\)", fields.get("status", ""))
    about = _words_about(words, final or original, alone=alone) or _words_about(words, original, alone=alone)
    # The address that was written to (RFC 3464, section 2.3.1) may have been an alias of the one that failed.
    address = original if "@" in original else final or original
    is_delay = fields.get("action", "").lower().startswith("delay")
    if not diagnostic and comment:
        about = f"{about}\n\n{comment[1]}"
    return _judge(address, diagnostic, fields.get("status", ""), about, is_delay=is_delay, is_report=True)


def _judge(
    address: str, diagnostic: str, status: str, about: str, *, is_delay: bool = False, is_report: bool = False
) -> Failure:
    """Put words and codes together; the server's own line outranks the sentences around it."""
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
    text = re.sub(rf"<?{_ADDRESS}>?(?:\.\.\.)?", " ADDRESS ", text)
    return re.sub(r"\s+", " ", re.sub(r"[-\s](?=[45]\d\d[- ])|(?<=\d)-(?=\D)", " ", text))


def _plain_address(value: str) -> str:
    text = value.split(";", 1)[-1].strip().strip("<>\"' ")
    match = re.search(_ADDRESS, text)
    return (match[0] if match else text).rstrip(".").lower()[:320]


def _report_words(mail: ParsedMail) -> str:
    """The part for people, without the returned message."""
    text = mail.text[:MAX_REPORT_CHARS]
    cut = _ORIGINAL_FOLLOWS.search(text, 40)
    return text[: cut.start()] if cut else text


def _words_about(words: str, address: str, *, alone: bool) -> str:
    """The sentences about one address: all of them when it is the only one."""
    if alone or not address:
        return words[:4_000]
    at = words.lower().find(address)
    if at < 0:
        return ""
    line_at = words.rfind("\n", 0, at) + 1
    rest = words[at + len(address) :]
    other = re.search(rf"^(?:[45]\d\d\s)?\W*(?!{re.escape(address)}){_ADDRESS}", rest, re.MULTILINE | re.IGNORECASE)
    return words[line_at : at + len(address)] + rest[: other.start() if other else 1_500][:1_500]


# Reports in other clothes


def _from_json(mail: ParsedMail) -> list[Failure] | None:
    """Amazon SES notices sent through SNS (documented as "Amazon SNS notification contents for Amazon SES")."""
    notice = json_notice(mail, "Bounce")
    if notice is None:
        return None
    failures = []
    for row in notice.get("bounce", {}).get("bouncedRecipients", [])[:MAX_RECIPIENTS]:
        address, status = _plain_address(str(row.get("emailAddress", ""))), str(row.get("status", ""))
        diagnostic = re.sub(r"^smtp;\s*", "", str(row.get("diagnosticCode", "")))
        failures.append(_judge(address, diagnostic, status, "", is_report=True))
    return failures or None


def json_notice(mail: ParsedMail, kind: str) -> dict[str, dict[str, list[dict[str, str]]]] | None:
    """The JSON notice of this kind in a plain body, or None."""
    text = mail.text[:MAX_REPORT_CHARS].strip()
    if not text.startswith("{") or '"notificationType"' not in text:
        return None
    try:
        # SNS breaks long lines with "!" and a blank, as some SMTP servers do.
        notice, _ = json.JSONDecoder(strict=False).raw_decode(re.sub(r"!?\n ?", "", text))
        if isinstance(notice.get("Message"), str):
            notice = json.loads(notice["Message"])
    except (ValueError, AttributeError, RecursionError):
        return None
    return notice if isinstance(notice, dict) and notice.get("notificationType") == kind else None


def _from_fields_in_text(mail: ParsedMail) -> list[Failure]:
    text = "\n".join(part.text() for part in mail.root.walk() if part.content_type.startswith("text/"))[
        :MAX_REPORT_CHARS
    ]
    groups = [group for group in _field_groups(text) if "final-recipient" in group]
    words = _report_words(mail)
    return [_failure(group, words, alone=len(groups) == 1) for group in groups if _is_failed(group)]


def _from_inner_report(mail: ParsedMail) -> list[Failure]:
    """A gateway sometimes wraps the real report into a message of its own."""
    for part in mail.root.walk():
        if part.content_type == "message/rfc822":
            inner = ParsedMail(part.embedded())
            if inner.root.content_type == "multipart/report":
                return _from_status_parts(inner) or []
    return []


def _looks_like_report(mail: ParsedMail) -> bool:
    """Enough signs of a server's report; a person's answer to one (Re:) has too few."""
    headers = mail.headers
    if headers.raw("X-Failed-Recipients"):
        return True
    is_daemon = bool(_DAEMON.search(f"{mail.sender.email} {mail.sender.name} {headers.get('From')}"))
    is_answer = bool(re.match(r"\s*(?:re|aw|sv|antw|ref|rif)\s*:", mail.subject, re.IGNORECASE))
    if is_answer and headers.raw("In-Reply-To") and not is_daemon:
        return False
    signs = 2 * is_daemon
    signs += any(part.content_type == "message/rfc822" for part in mail.root.walk())
    signs += 2 * bool(_SUBJECT.search(mail.subject))
    signs += 2 * (
        mail.root.content_type == "multipart/report" and mail.root.parameter("report-type") in ("", "delivery-status")
    )
    signs += headers.raw("Return-Path").strip() == "<>"
    signs += bool(_BODY.search(_report_words(mail)[:6_000]))
    return signs >= 3


_RECIPIENT_LINES = [
    re.compile(rf"^[45]\d\d\s<?({_ADDRESS})>?\.\.\.\s", re.MULTILINE),  # sendmail's transcript
    re.compile(rf"^[\s>*\"'<\[(-]*({_ADDRESS})[>\"'\])]*\s*(?:[:;.,(\[-].*)?$", re.MULTILINE | re.IGNORECASE),
    re.compile(rf"\b(?:rcpt to|recipient(?:s|\(s\))?|address(?:es|\(es\))?|deliver(?:y|ed|ing)?(?: (?:your |the |this )?(?:mail|message))? (?:to|for)|following address(?:es)?(?: failed)?|mail to|"
               rf"message to|sent to|userid|to user|mailbox(?: for)?|failed for|rejected|error.{{0,40}} to)\W{{1,30}}({_ADDRESS})", re.IGNORECASE),
    re.compile(rf"<({_ADDRESS})>", re.IGNORECASE),
    re.compile(rf"({_ADDRESS})", re.IGNORECASE),
]  # fmt: skip


def _from_sentences(mail: ParsedMail) -> list[Failure]:
    """Read a report written for people: the addresses it names and the words around each."""
    words = _report_words(mail)
    known = [
        _plain_address(value) for value in re.split(r"[,\s]+", mail.headers.raw("X-Failed-Recipients")) if "@" in value
    ]
    addresses = known or _addresses_in(mail, words)
    if not addresses:
        addresses = _original_recipients(mail)[:1] or [""]
    alone = len(addresses) == 1
    is_delay = bool(
        re.search(
            r"delay|warning|still being|will (?:be|keep|continue|try)|verzögert|retry", mail.subject, re.IGNORECASE
        )
    )
    return [
        _judge(address, "", "", _words_about(words, address, alone=alone) or words[:4_000], is_delay=is_delay)
        for address in addresses
    ]


def _addresses_in(mail: ParsedMail, words: str) -> list[str]:
    own = {mail.sender.email.lower(), *(row.email.lower() for row in mail.to)}
    for pattern in _RECIPIENT_LINES:
        found: dict[str, None] = {}
        for match in pattern.finditer(words[:8_000]):
            address = match[1].rstrip(".").lower()
            if address not in own and not _DAEMON.search(address):
                found[address] = None
        if found:
            return list(found)[:10]
    return []


def _original_recipients(mail: ParsedMail) -> list[str]:
    original = returned_headers(mail)
    return [_plain_address(address) for address in re.findall(_ADDRESS, original.raw("To"))] if original else []


def returned_headers(mail: ParsedMail) -> mime.Headers | None:
    """The header of the message that came back, from its own part or from the text below the report."""
    for part in mail.root.walk():
        if part.content_type in ("message/rfc822", "message/global") or part.content_type.endswith("rfc822-headers"):
            headers = part.embedded().headers
            if headers.rows:
                return headers
    text = "\n".join(part.text() for part in mail.root.walk() if part.content_type.startswith("text/"))[
        :MAX_REPORT_CHARS
    ]
    start = re.search(
        r"^(?:received|return-path|from|date|message-id|dkim-signature|x-[\w-]+|mime-version)\s*:",
        text,
        re.IGNORECASE | re.MULTILINE,
    )
    return mime.read_headers(text[start.start() :].encode())[0] if start else None


def original_message_id(mail: ParsedMail) -> str:
    """The Message-ID of the message that came back, without brackets, or an empty string."""
    headers = returned_headers(mail)
    match = re.search(r"<([^<>\s]+)>", headers.raw("Message-ID")) if headers else None
    return match[1] if match else ""
