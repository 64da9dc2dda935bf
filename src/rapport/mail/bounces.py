"""Which addresses a message reports as undeliverable, and why.

Reading order: the machine-readable report (RFC 3464, also where a gateway has turned it into plain text), Amazon's JSON
notices, then the sentences of mail servers that report in plain text. A success notice is no bounce, an automatic
answer of a person (RFC 3834) is none either.
"""

import json
import re
from dataclasses import dataclass

from rapport.mail import mime
from rapport.mail.parsing import ParsedMail
from rapport.mail.refusals import ADDRESS, Failure, judge, plain_address

MAX_REPORT_CHARS = 60_000
MAX_RECIPIENTS = 50

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
    original = plain_address(fields.get("original-recipient", ""))
    final = plain_address(fields.get("final-recipient", ""))
    diagnostic = re.sub(r"^[\w.-]+\s*;\s*", "", fields.get("diagnostic-code", ""))
    comment = re.search(r"\(([^()]{4,200})\)", fields.get("status", ""))
    about = _words_about(words, final or original, alone=alone) or _words_about(words, original, alone=alone)
    # The address that was written to (RFC 3464, section 2.3.1) may have been an alias of the one that failed.
    address = original if "@" in original else final or original
    is_delay = fields.get("action", "").lower().startswith("delay")
    if not diagnostic and comment:
        about = f"{about}\n\n{comment[1]}"
    return judge(address, diagnostic, fields.get("status", ""), about, is_delay=is_delay, is_report=True)


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
    other = re.search(rf"^(?:[45]\d\d\s)?\W*(?!{re.escape(address)}){ADDRESS}", rest, re.MULTILINE | re.IGNORECASE)
    return words[line_at : at + len(address)] + rest[: other.start() if other else 1_500][:1_500]


# Reports in other clothes


def _from_json(mail: ParsedMail) -> list[Failure] | None:
    """Amazon SES notices sent through SNS (documented as "Amazon SNS notification contents for Amazon SES")."""
    notice = json_notice(mail, "Bounce")
    if notice is None:
        return None
    failures = []
    for row in notice.get("bounce", {}).get("bouncedRecipients", [])[:MAX_RECIPIENTS]:
        address, status = plain_address(str(row.get("emailAddress", ""))), str(row.get("status", ""))
        diagnostic = re.sub(r"^smtp;\s*", "", str(row.get("diagnosticCode", "")))
        failures.append(judge(address, diagnostic, status, "", is_report=True))
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
    re.compile(rf"^[45]\d\d\s<?({ADDRESS})>?\.\.\.\s", re.MULTILINE),  # sendmail's transcript
    re.compile(rf"^[\s>*\"'<\[(-]*({ADDRESS})[>\"'\])]*\s*(?:[:;.,(\[-].*)?$", re.MULTILINE | re.IGNORECASE),
    re.compile(rf"\b(?:rcpt to|recipient(?:s|\(s\))?|address(?:es|\(es\))?|deliver(?:y|ed|ing)?(?: (?:your |the |this )?(?:mail|message))? (?:to|for)|following address(?:es)?(?: failed)?|mail to|"
               rf"message to|sent to|userid|to user|mailbox(?: for)?|failed for|rejected|error.{{0,40}} to)\W{{1,30}}({ADDRESS})", re.IGNORECASE),
    re.compile(rf"<({ADDRESS})>", re.IGNORECASE),
    re.compile(rf"({ADDRESS})", re.IGNORECASE),
]  # fmt: skip


def _from_sentences(mail: ParsedMail) -> list[Failure]:
    """Read a report written for people: the addresses it names and the words around each."""
    words = _report_words(mail)
    known = [
        plain_address(value) for value in re.split(r"[,\s]+", mail.headers.raw("X-Failed-Recipients")) if "@" in value
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
        judge(address, "", "", _words_about(words, address, alone=alone) or words[:4_000], is_delay=is_delay)
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
    return [plain_address(address) for address in re.findall(ADDRESS, original.raw("To"))] if original else []


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
