"""Where the signature begins in a text without quotes: after "-- ", below a closing and a name, at a block of contact data. Pure.

Closing and name are the writer's own words and are no part of it. Source of "-- ": RFC 3676, section 4.3.
"""

import re
import unicodedata

_MAX_SIGNATURE_LINES = 14

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
RULE_LINE = re.compile(r"^[\s>]*(?:[-_=*~—–]\s?){3,}$")
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


def without_signature(lines: list[str], sender_name: str) -> list[str]:
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
        if is_closing(lines[index]) and _is_card(below) and _looks_like_name(below[0]):
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


def is_closing(line: str) -> bool:
    """A closing formula, also typed without its accents."""
    if len(line) > 80:
        return False
    plain = re.sub(r"[^\w\s,.!;:。，！–-]+\s*$", "", line)  # an emoji behind it
    return bool(_CLOSING.match(plain) or _CLOSING_FOLDED.match(_fold(plain)))


def _looks_like_card(line: str) -> bool:
    """Short, and not a sentence: a name, a title, an address, a number, a link."""
    text = line.strip()
    if _CONTACT.search(text) or RULE_LINE.match(text) or _SENT_FROM.match(text) or is_closing(text):
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
