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
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_LINES = 5_000
_MAX_SIGNATURE_LINES = 14
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
_RULE_LINE = re.compile(r"^[\s>]*(?:[-_=*~—–]\s?){3,}$")

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

_SENT_FROM = re.compile(
    r"""^[\s*_~-]*(?:
      sent\s+(?:from|via|with|using)\s+(?!.*[.!?]\s*$).{2,70} | sent\s+from\s+(?:my\s+)?(?:iphone|ipad|android|blackberry|mobile|phone).{0,60}
    | get\s+outlook\s+for\s+.{2,60} | get\s+\[?outlook.{2,80}
    | (?:diese\s+(?:nachricht|mail|e-mail)\s+wurde\s+)?(?:von|aus)\s+(?:meinem|meiner)\s+.{2,50}\s+(?:gesendet|geschickt|verschickt).{0,30} | gesendet\s+(?:von|mit|aus|über)\s+.{2,80} | holen\s+sie\s+sich\s+outlook.{0,60}
    | envoyé\s+(?:de|depuis|à\s+partir\s+d[e'’]|avec|via)\s*.{2,80} | télécharge[rz]\s+outlook.{0,60} | obtenez\s+outlook.{0,60}
    | enviado\s+(?:desde|do|de|a\s+partir|com|con)\s+.{2,80} | obtener\s+outlook.{0,60} | obter\s+o?\s*outlook.{0,60}
    | inviato\s+(?:da|dal|con|tramite)l?\s*.{2,80} | scarica\s+outlook.{0,60} | ottieni\s+outlook.{0,60}
    | verzonden\s+(?:vanaf|met|via|door)\s+.{2,80} | verstuurd\s+(?:vanaf|met|via)\s+.{2,80} | download\s+outlook\s+voor.{0,40}
    | sendt\s+fra\s+.{2,60} | skickat\s+från\s+.{2,60} | lähetetty\s+.{2,60} | wysłano\s+z\s+.{2,60} | odesláno\s+z\s+.{2,60} | hent\s+outlook.{0,50} | hämta\s+outlook.{0,50}
    | wysłane\s+(?:z|ze)\s+.{2,60} | pobierz\s+(?:aplikację\s+)?outlook.{0,60} | získejte\s+outlook.{0,50} | skaffa\s+outlook.{0,50} | hanki\s+outlook.{0,50}
    | få\s+outlook.{0,50} | outlook\s+voor\s+.{2,30}\s+downloaden | (?:скачать|загрузить)\s+outlook.{0,50} | outlook\s+.{2,30}を入手 | 获取\s*outlook.{0,50} | 取得\s*outlook.{0,50} | .{2,20}용\s+outlook\s+받기
    | von\s+meinem/meiner\s+.{2,50}\s+gesendet | sent\s+with\s+(?:proton|tutanota|mailtrack|spark|superhuman|missive|airmail).{0,60}
    | отправлено\s+(?:с|из)\s+.{2,60} | iphoneから送信 | .{0,20}から送信 | 发自我的.{2,30} | 從我的.{2,30}傳送 | 나의\s+iphone에서\s+보냄
    | (?:via|from)\s+(?:my\s+)?mobile(?:\s+phone)? | (?:please\s+)?excuse\s+(?:my\s+)?(?:brevity|typos|any\s+typos).{0,60}
    )[\s*_~.]*$""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = re.compile(
    r"""^\s*(?:
      (?:(?:many|with|kind|kindest|best|warm|warmest|very|my)\s+){0,3}(?:regards|wishes|thanks)(?:\s+and\s+regards)? | rgds | br | best | cheers | (?:yours\s+)?(?:sincerely|faithfully|truly)(?:\s+yours)? | respectfully | cordially
    | thank\s+you(?:\s+(?:so|very)\s+much)? | thanks(?:\s+(?:a\s+lot|again|so\s+much|in\s+advance))? | all\s+the\s+best | talk\s+soon | take\s+care | yours | warmly
    | (?:mit\s+)?(?:(?:freundlich|best|herzlich|lieb|viel|schön|sonnig)(?:e[nrms]?|st\w*)\s+)(?:grüßen?|gruß|grüssen?|gruss) | (?:viele|liebe|beste|schöne|herzliche)\s+grü(?:ß|ss)e(?:\s+aus\s+\S+)? | mfg | lg | vg | gruß | grüße | hochachtungsvoll | danke(?:\s+und\s+.{0,20})?
    | (?:bien\s+)?(?:cordialement|amicalement|sincèrement|respectueusement)(?:\s+vôtre)? | (?:bien\s+à\s+vous|à\s+bientôt|merci(?:\s+(?:d['’]avance|beaucoup))?|salutations(?:\s+distinguées)?|cdlt)
    | (?:un\s+)?(?:cordial(?:es)?\s+)?saludos?(?:\s+cordial(?:es)?)? | atentamente | atte\.? | gracias | un\s+abrazo | muchas\s+gracias
    | (?:cordiali|distinti)\s+saluti | cordialmente | saluti | grazie | atenciosamente | cumprimentos | (?:melhores|com\s+os\s+melhores)\s+cumprimentos | obrigad[oa] | abraços?
    | (?:met\s+)?(?:vriendelijke|hartelijke)\s+groet(?:en)? | groet(?:en|jes)? | mvg | met\s+vriendelijke\s+groeten?
    | (?:med\s+)?(?:venlig|vänliga?|vennlig|bästa|beste|hälsningar|hälsning)(?:\s+(?:hilsen|hilsener|hälsningar|hälsning))? | mvh | vh | kh | (?:de\s+)?bedste\s+hilsner | hilsen | hälsningar | ystävällisin\s+terveisin | terveisin
    | z\s+poważaniem | pozdrawiam | pozdrowienia | s\s+pozdravem | üdvözlettel | с\s+уважением | с\s+наилучшими\s+пожеланиями | saygılarımla | με\s+εκτίμηση | cu\s+stimă | (?:以上、)?(?:どうぞ)?(?:よろしく|宜しく)お願い(?:いた|致)?します | 敬具 | 此致 | 祝好 | 顺祝商祺 | 谢谢 | 謝謝 | 감사합니다 | (?:감사|수고)드립니다 | 고맙습니다
    )\s*[,.!;:。，！–-]?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
# What the mail system of a company puts above a message from outside.
_BANNER = re.compile(
    r"^[\s*_\[(]*(?:caution|warning|attention|external(?:\s+(?:e-?mail|sender|message))?|achtung|extern(?:e\s+(?:e-?mail|nachricht))?)\s*[\])*_]*\s*[:!–-]+\s*"
    r"(?=.{0,120}(?:e-?mail|message|sender|nachricht|courriel)).{0,80}(?:outside|external|originated|extern|außerhalb|ausserhalb|unknown sender|extérieur|nicht aus)|"
    r"^[\s*_\[(]*(?:this|diese) (?:e-?mail|message|nachricht)\b.{0,30}(?:originated|sent|came|stammt|comes).{0,30}(?:outside|external|extern|außerhalb)|"
    r"^\s*\[?external(?: e-?mail)?\]?\s*$|^[\s>]*you don't often get (?:e-?mail|messages) from\b|^\s*sie erhalten nicht (?:oft|häufig) (?:eine )?e-?mails? von\b",
    re.IGNORECASE,
)
_DELIMITER = re.compile(r"^\s{0,2}(?:--\s?|—{1,}\s?|–\s?|_{2,}|-{3,}|={4,}|\*{4,}|~{3,})\s*$")
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|https?://|www\.|(?:\+|\(|\b0)\d[\d\s()./-]{6,}\d|\b(?:tel|phone|mobile?|mob|fax|cell|skype|handy|telefon|téléphone|tél|móvil|linkedin)\b\s*[.:]?",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"^[\s*_>]*(?:confidentiality\s+(?:notice|note)|disclaimer\b|(?:this|the\s+information\s+(?:contained\s+)?in\s+this)\s+"
    r"(?:e-?mail|message|communication)\b.{0,120}(?:confidential|intended|privileged|attachments?|virus)|"
    r"diese\s+(?:e-?mail|nachricht)\b.{0,80}(?:vertraulich|enthält|bestimmt)|ce\s+(?:message|courriel|mail)\b.{0,120}confidentiel|"
    r"este\s+(?:mensaje|correo|e-?mail)\b.{0,120}confidencial|"
    r"(?:questo\s+messaggio|le\s+informazioni|il\s+contenuto)\b.{0,160}(?:riservat|confidenzial|destinatari)|"
    r"(?:dit\s+(?:bericht|e-?mail)|de\s+informatie)\b.{0,120}vertrouwelijk|avg\s+logo|virus-?free\.|virenfrei\.|sans\s+virus\.|"
    r"(?:please\s+)?consider\s+the\s+environment|denken\s+sie\s+an\s+die\s+umwelt|handelsregister|amtsgericht\b|sitz\s+der\s+gesellschaft)",
    re.IGNORECASE,
)


def _fold(text: str) -> str:
    """The text without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


_CLOSING_FOLDED = re.compile(_fold(_CLOSING.pattern), re.IGNORECASE | re.VERBOSE)


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
    text_lines = _without_signature(unquoted.split("\n"), sender_name)
    text = _trim("\n".join(text_lines))
    all_lines, end = unquoted.split("\n"), len(text_lines)
    signature = _trim("\n".join(all_lines[end:]))
    if signature and end > 1 and _is_closing(all_lines[end - 2].strip() or all_lines[max(0, end - 3)]):
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
    while lines and (not lines[-1].strip() or _RULE_LINE.match(lines[-1])):
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


def _without_signature(lines: list[str], sender_name: str) -> list[str]:
    """The lines above the signature; all of them when nothing else would remain."""
    end = len(lines)
    for _ in range(4):  # "Sent from my phone" may stand below the block of name and address
        shorter = min(_legal_at(lines, end), _signature_at(lines, end, sender_name))
        while shorter and not lines[shorter - 1].strip():
            shorter -= 1
        if shorter == end or not any(line.strip() for line in lines[:shorter]):
            break
        end = shorter
    return lines[:end]


def _legal_at(lines: list[str], end: int) -> int:
    """Where a legal notice begins that runs to the end."""
    for index in range(max(0, end - 25), end):
        if _LEGAL.match(" ".join(lines[index : index + 3])[:400]) and (
            index == 0 or not lines[index - 1].strip() or len(lines[index]) > 60
        ):
            return index
    return end


def _signature_at(lines: list[str], end: int, sender_name: str) -> int:
    first = next((index for index, line in enumerate(lines[:end]) if line.strip()), end)
    for index in range(max(first + 1, end - _MAX_SIGNATURE_LINES), end):
        below = [line for line in lines[index + 1 : end] if line.strip()]
        if _is_closing(lines[index]) and _is_card(below) and _looks_like_name(below[0]):
            return next(row for row in range(index + 1, end) if lines[row].strip()) + 1
        if _begins_signature(lines, index, below):
            return index
    return _bare_signature_at(lines, end, sender_name)


def _begins_signature(lines: list[str], index: int, below: list[str]) -> bool:
    line = lines[index]
    if len(line) > 200:
        return False
    if line == "--":
        return True
    if _SENT_FROM.match(line):
        return not below or all(_CONTACT.search(text) for text in below)
    return bool(_DELIMITER.match(line)) and _is_card(below)


def _is_card(lines: list[str]) -> bool:
    return 0 < len(lines) <= 10 and all(_looks_like_card(line) for line in lines)


def _is_closing(line: str) -> bool:
    """A closing formula, also typed without its accents."""
    if len(line) > 80:
        return False
    plain = re.sub(r"[^\w\s,.!;:。，！–-]+\s*$", "", line)  # an emoji behind it
    return bool(_CLOSING.match(plain) or _CLOSING_FOLDED.match(_fold(plain)))


def _looks_like_card(line: str) -> bool:
    """Short, and not a sentence: a name, a title, an address, a number, a link."""
    text = line.strip()
    if _CONTACT.search(text) or _RULE_LINE.match(text) or _SENT_FROM.match(text) or _is_closing(text):
        return len(text) < 200
    return len(text) <= 70 and not re.search(r"[?]$|[a-zà-ÿ]{3}[.!]\s*$", text) and len(text.split()) <= 9


def _looks_like_name(line: str) -> bool:
    words = line.strip().strip("*_,.").split()
    return 0 < len(words) <= 6 and len(line.strip()) <= 60 and not line.strip().endswith(("?", ":"))


def _bare_signature_at(lines: list[str], end: int, sender_name: str) -> int:
    """A last paragraph of contact data without any delimiter, led by a name."""
    start = end
    while start and lines[start - 1].strip():
        start -= 1
    block = lines[start:end]
    if not 0 < len(block) <= 8 or start == 0:
        return end
    known = {word.lower() for word in re.findall(r"[^\W\d_]{2,}", sender_name)}
    first = {word.lower() for word in re.findall(r"[^\W\d_]{2,}", block[0])}
    is_led = bool(known & first) and len(first) <= 5
    contacts = sum(bool(_CONTACT.search(line)) for line in block)
    if not all(_looks_like_card(line) for line in block):
        return end
    is_card = len(block) >= 2 and contacts >= 1 and (is_led or (_looks_like_name(block[0]) and contacts >= 2))
    return start if is_card else end
