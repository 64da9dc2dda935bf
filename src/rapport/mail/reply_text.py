"""The new text of a reply: what this person wrote now, without the quoted thread and without the signature.

Three steps, each a rule that knows shapes and words, not programs:
1. From a separator ("-----Original Message-----"), from a block of header lines ("From: … Sent: … To: …") or from an
   attribution ("On Tue … Jane wrote:") that no ">" lines follow, everything below is the earlier thread.
2. Lines beginning with ">" and the attribution above them go; answers written between them stay.
3. At the end, a signature goes: after "-- ", what stands below a closing ("Best regards,") and the name, "Sent from my
   …", a block of name and contact data, a legal notice. Closing and name are the writer's own words and stay, as does a
   signature where nothing else would remain.
Attributions need a date or an address beside the verb, so that "On the one hand …" is not one.
Source of "-- ": RFC 3676, section 4.3.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapport.mail.signature_lines import RULE_LINE, is_closing, without_signature

MAX_LINES = 5_000
_MAX_LINE_CHARS = 2_000

_ORIGINAL_MESSAGE = re.compile(
    r"""^[>\s*]*[-_=]{2,}\s*(?:
      original\s+(?:message|appointment) | forwarded\s+(?:message|by\b.*) | reply\s+message | begin\ forwarded\ message
    | ursprüngliche\s+(?:nachricht|mail|e-mail) | urspr\.\s*nachricht | original-?nachricht | weitergeleitete\s+(?:nachricht|mail|e-mail)
    | message\s+(?:d['’]origine|original|transféré|initial|transmis|envoyé) | courriel\s+original | mail\s+original
    | mensaje\s+(?:original|reenviado) | mensagem\s+(?:original|encaminhada) | messaggio\s+(?:originale|inoltrato)
    | oorspronkelijk(?:e)?\s+(?:bericht|e-mail) | doorgestuurd\s+bericht
    | oprindelig\s+(?:besked|meddelelse) | videresendt\s+(?:besked|meddelelse) | ursprungligt\s+meddelande | originalmeddelande
    | vidarebefordrat\s+meddelande | opprinnelig\s+melding | videresendt\s+melding | alkuperäinen\s+viesti | välitetty\s+viesti
    | (?:oryginalna\s+wiadomość|wiadomość\s+oryginalna|wiadomość\s+przekazana) | původní\s+(?:zpráva|e-mail) | eredeti\s+üzenet
    | (?:исходное|пересылаемое|пересланное|оригинальное|переадресованное)\s+(?:сообщение|письмо) | mesaj\s+original | orijinal\s+mesaj | özgün\s+ileti
    | originalna\s+poruka | αρχικό\s+μήνυμα | 元のメッセージ | オリジナル\s*メッセージ | 原始邮件 | 原始郵件 | 转发邮件 | 转发邮件信息 | 원본\s*(?:메[시세]지|메일)
    )\s*[-_=:]*\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE_ORIGINAL = re.compile(
    r"^\s*(?:original|forwarded)\s+message\s*$|^\s*ursprüngliche\s+nachricht\s*$", re.IGNORECASE
)
_FORWARD_START = re.compile(
    r"^\s*(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|transféré)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht|início da mensagem "
    r"(?:re)?encaminhada)\s*:\s*$",
    re.IGNORECASE,
)
# Labels of the header block that clients put above a quoted message, by role.
_LABELS = {
    "from": (
        "from|von|absender|de|de la part de|expéditeur|da|mittente|van|afzender|fra|från|avsändare|lähettäjä|"
        "od|nadawca|odesílatel|feladó|от|отправитель|від|de la|expeditor|kimden|gönderen|από|差出人|送信者|送信元|发件人|"
        "寄件者|寄件人|보낸 사람|보낸사람"
    ),
    "date": (
        "sent|date|gesendet|datum|gesendet am|envoyé|envoyé le|date d['’]envoi|message du|enviado|enviado el|"
        "enviada|enviada em|enviado em|fecha|data|inviato|data di invio|verzonden|verzonden op|sendt|dato|"
        "skickat|lähetetty|päivämäärä|wysłano|data wysłania|odesláno|datum odeslání|elküldve|dátum|отправлено|"
        "дата|надіслано|trimis|gönderildi|gönderme|tarih|ημερομηνία|送信日時|日時|日期|发送时间|傳送時間|寄件日期|보낸 날짜|날짜"
    ),
    "to": (
        "to|an|à|a|para|aan|til|till|vastaanottaja|do|komu|címzett|кому|catre|către|kime|alıcı|προς|宛先|收件人|"
        "收件者|받는 사람|받는사람|destinataire|destinatario|empfänger"
    ),
    "subject": (
        "subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|emne|ämne|aihe|temat|předmět|tárgy|тема|"
        "subiect|konu|θέμα|件名|主题|主旨|主題|제목"
    ),
    "cc": "cc|kopie|copie à|copie|kopi|kopia|kopio|dw|копия|c\\.c\\.|ccn|bcc|reply-to|antwort an|répondre à|抄送",
}
_LABEL = {
    role: re.compile(rf"^[\s>*_|]*(?:{words})\s*[*_]*\s*[:：][*_]*(?!//)", re.IGNORECASE)
    for role, words in _LABELS.items()
}

_VERBS = (
    r"wrote|writes|said|schrieb|geschrieben|schreef|geschreven|escribió|escribio|escreveu|a\s+écrit|ha\s+scritto|ha\s+escrit|"
    r"skrev|skreiv|kirjoitti|napisał\(?a?\)?|napisał|napisała|napsal\(?a?\)?|napísal\(?a?\)?|пишет|писал\(?а?\)?|"
    r"написал\(?а?\)?|написав|írta|ezt\s+írta|a\s+scris|yazdı|şunu\s+yazdı|έγραψε|je\s+napisa[ol]\(?/?l?a?\)?|rašė|"
    r"rakstīja|kirjutas|pisze|pisał\(?a?\)?|napisana\s+przez|쓴\s*글|님이\s*작성|đã\s+viết|写道|寫道|のメール|さんは書きました|さんのメッセージ|작성"
)
_ENDS_WITH_VERB = re.compile(rf"(?:{_VERBS})\s*[\w.\s]{{0,12}}[:：]?[\s*_]*(?:-{{2,}})?\s*$", re.IGNORECASE)
_HAS_VERB = re.compile(rf"(?:^|[\s>),\"]){'(?:' + _VERBS + ')'}(?=[\s:：(]|$)", re.IGNORECASE)
_OPENERS = re.compile(
    r"^[\s>*_-]*(?:on|at|am|le|el|il|em|op|den|d\.|på|pe|ma|ti|ke|to|la|su|dnia|w\s+dniu|dne|в|in\s+data|nel\s+giorno|"
    r"a\s+las|vào|tarihinde|no\s+dia|en|wiadomość|在)(?=\s)|^[\s>*_-]*(?:[^\W\d]{2,14}(?:[.,]|[.,]?\s+\d)|\d)",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_MONTH_DAY = re.compile(r"\b[^\W\d]{3,10}\.?\s+\d{1,2}\b|\b\d{1,2}\.?\s+[^\W\d]{3,10}\b")
_ADDRESS = re.compile(r"[\w.+'&-]+@[\w.-]+")
_QUOTED = re.compile(r"^\s{0,3}(?:>|\|\s|&gt;)")

# What the mail system of a company puts above a message from outside.
_BANNER = re.compile(
    r"^[\s*_\[(]*(?:caution|warning|attention|external(?:\s+(?:e-?mail|sender|message))?|achtung|extern(?:e\s+(?:e-?mail|nachricht))?)\s*[\])*_]*\s*[:!–-]+\s*"
    r"(?=.{0,120}(?:e-?mail|message|sender|nachricht|courriel)).{0,80}(?:outside|external|originated|extern|außerhalb|ausserhalb|unknown sender|extérieur|nicht aus)|"
    r"^[\s*_\[(]*(?:this|diese) (?:e-?mail|message|nachricht)\b.{0,30}(?:originated|sent|came|stammt|comes).{0,30}(?:outside|external|extern|außerhalb)|"
    r"^\s*\[?external(?: e-?mail)?\]?\s*$|^[\s>]*you don't often get (?:e-?mail|messages) from\b|^\s*sie erhalten nicht (?:oft|häufig) (?:eine )?e-?mails? von\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReplyParts:
    """`text` is what the person wrote now; `signature` what stood below it; `unquoted` both, as they were."""

    text: str
    signature: str
    unquoted: str
    has_quote: bool


def split_reply(body: str, sender_name: str = "") -> ReplyParts:
    """Take a body apart; `sender_name` helps to see where a bare signature begins."""
    lines = _without_banner(_lines(body))
    kept = _without_quotes(lines)
    if not any(line.strip() for line in kept):
        kept = _without_quotes(_below_header_block(lines))
    unquoted = _trim("\n".join(kept))
    text_lines = without_signature(unquoted.split("\n"), sender_name)
    text = _trim("\n".join(text_lines))
    all_lines, end = unquoted.split("\n"), len(text_lines)
    signature = _trim("\n".join(all_lines[end:]))
    if signature and end > 1 and is_closing(all_lines[end - 2].strip() or all_lines[max(0, end - 3)]):
        signature = f"{all_lines[end - 1]}\n{signature}"  # the name above belongs to both
    return ReplyParts(text, signature, unquoted, has_quote=len(kept) < len(lines))


def reply_text(body: str, sender_name: str = "") -> str:
    """The new text alone."""
    return split_reply(body, sender_name).text


def _lines(body: str) -> list[str]:
    text = (
        body.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").replace("\u200b", "").replace("\xa0", " ")
    )
    return [line.rstrip() for line in text.split("\n")[:MAX_LINES]]


def _without_banner(lines: list[str]) -> list[str]:
    """Without the warning ("CAUTION: This email originated from outside …") that stands above a message."""
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if first == len(lines) or not _BANNER.search(" ".join(lines[first : first + 2])[:400]):
        return lines
    end = next((index for index in range(first, len(lines)) if not lines[index].strip()), len(lines))
    return lines[end:] if end - first <= 6 and any(line.strip() for line in lines[end:]) else lines


def _below_header_block(lines: list[str]) -> list[str]:
    """Some programs repeat the header above the person's own words; nothing when the mail does not begin so."""
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or not _is_header_block(lines, start):
        return []
    end = next((index for index in range(start, len(lines)) if not lines[index].strip()), len(lines))
    return lines[end:]


def _trim(text: str) -> str:
    return re.sub(r"^(?:[ \t]*\n)+", "", text).rstrip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(lines):
        if _starts_thread(lines, index):
            return _drop_rules(kept)
        length = _attribution_length(lines, index)
        if length:
            rest = next((line for line in lines[index + length :] if line.strip()), "")
            if not _QUOTED.match(rest):
                return _drop_rules(kept)
            index += length
        elif _QUOTED.match(lines[index][:_MAX_LINE_CHARS]):
            index += 1 + _wrapped_length(lines, index + 1)
        else:
            kept.append(lines[index])
            index += 1
    return kept


def _wrapped_length(lines: list[str], index: int) -> int:
    """One line that a sender's program broke off the end of a long quoted line, not anybody's answer."""
    if index >= len(lines) or not re.match(r"[a-zß-ÿ]", lines[index]):
        return 0
    after = lines[index + 1] if index + 1 < len(lines) else ""
    is_alone = not after.strip() or bool(_QUOTED.match(after))
    return 1 if is_alone and len(lines[index]) < 60 and len(lines[index - 1]) > 60 else 0


def _drop_rules(lines: list[str]) -> list[str]:
    """Without the rule that clients draw above the thread."""
    while lines and (not lines[-1].strip() or RULE_LINE.match(lines[-1])):
        lines.pop()
    return lines


def _starts_thread(lines: list[str], index: int) -> bool:
    line = lines[index]
    if not line or len(line) > _MAX_LINE_CHARS:
        return False
    if _ORIGINAL_MESSAGE.match(line) or _FORWARD_START.match(line):
        return True
    if _BARE_ORIGINAL.match(line):
        return index + 1 < len(lines) and _is_header_block(lines, index + 1)
    return _is_header_block(lines, index)


def _is_header_block(lines: list[str], index: int) -> bool:
    """At least three of From, Date, To, Subject within the next lines, the first of them here, From among them."""
    if not (_LABEL["from"].match(lines[index]) or _LABEL["date"].match(lines[index])):
        return False
    roles: set[str] = set()
    strangers = 0
    for line in lines[index : index + 12]:
        role = next((name for name, pattern in _LABEL.items() if pattern.match(line[:200]) and name not in roles), None)
        if role:
            roles.add(role)
            strangers = 0
        elif line.strip():
            strangers += 1
        if strangers > 2:
            break
    return "from" in roles and len(roles) >= 3


def _attribution_length(lines: list[str], index: int) -> int:
    """How many lines from here are one attribution ("On … wrote:"), wrapped or not; 0 when it is none."""
    first = lines[index]
    if not first.strip() or len(first) > 400 or first.lstrip().startswith(">"):
        return 0
    if not _OPENERS.match(first):
        return _name_first_length(lines, index)
    joined = ""
    for length, line in enumerate(lines[index : index + 5], start=1):
        if not line.strip() or (length > 1 and line.lstrip().startswith(">") and line.strip() != ">:"):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > 500:
            return 0
        if not _may_end_attribution(line[-60:]):
            continue
        if length > 1 and _OPENERS.match(line) and _is_attribution(line):
            return 0  # the attribution begins further down; this line is the person's own
        if _is_attribution(joined):
            return length
    return 0


@lru_cache(maxsize=1_000)
def _may_end_attribution(tail: str) -> bool:
    """A quick look at the end of a line, before the whole is judged."""
    return tail.rstrip("-*_ ").endswith((":", "：")) or bool(_ENDS_WITH_VERB.search(tail))


def _name_first_length(lines: list[str], index: int) -> int:
    """The same for attributions that begin with the name ("Rita <rita@…> wrote on 23.11.2026 16:37:")."""
    for length in (1, 2):
        joined = " ".join(line.strip() for line in lines[index : index + length])
        if length == 2 and not re.search(r"<\s*$|@", lines[index]):
            break  # the first line is the person's own
        if len(joined) > 300 or not joined.endswith((":", "：")) or not _is_attribution(joined):
            continue
        rest = next((line for line in lines[index + length :] if line.strip()), "")
        who, when = _ADDRESS.search(joined), _TIME.search(joined) and _YEAR.search(joined)
        if (who and (when or _YEAR.search(joined))) or (when and _QUOTED.match(rest)):
            return length
    return 0


def _is_attribution(text: str) -> bool:
    when = bool(_TIME.search(text) or _YEAR.search(text))
    who = bool(_ADDRESS.search(text))
    if _ENDS_WITH_VERB.search(text[-60:]) or (text.endswith((":", "：")) and _HAS_VERB.search(text)):
        return when or who or bool(_MONTH_DAY.search(text) and text.endswith(":"))
    return who and when and text.rstrip("-* ").endswith((":", "：", ">:")) and _number_comes_early(text)


def _number_comes_early(text: str) -> bool:
    digit = re.search(r"\d", text)
    return digit is not None and digit.start() < 40
