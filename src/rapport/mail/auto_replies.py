"""Automatic answers: out of office, "we have received your mail", and the date on which somebody is back.

Headers decide (RFC 3834, section 5, and those that programs used before it); only then the subject, and only at its
beginning, so that a person who answers "Re: Out of office" stays a person. Of the text only what is not quoted is read;
how dates are understood stands in return_dates.
"""

import re
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_tz

from rapport.mail.parsing import ParsedMail
from rapport.mail.reply_text import split_reply
from rapport.mail.return_dates import returns_on

MAX_TEXT_CHARS = 4_000

_AWAY_SUBJECT = re.compile(
    r"""^\W*(?:
      automatic\s+(?:reply|response|answer) | auto(?:mated)?[\s-]*(?:reply|response|responder|answer)\b | autoreply | autoresponse | auto\s*:
    | (?:i\s*am\s+|i['’]m\s+)?(?:currently\s+)?out\s+of\s+(?:the\s+)?office | ooo\b | away\s+(?:from|until) | (?:on\s+)?(?:annual|maternity|parental|sick)\s+leave | (?:on\s+)?(?:vacation|holiday)s?(?:\s+(?:reply|notice|message|response|until|from)|\W*$)
    | automatische\s+(?:antwort|abwesenheits\w*|rückantwort) | auto-?antwort | abwesenheits\w* | abwesend | (?:ich\s+bin\s+)?(?:derzeit\s+)?(?:nicht\s+(?:im\s+(?:haus|büro))|im\s+urlaub|außer\s+haus) | urlaubs\w*
    | réponse\s+automatique | message\s+d['’]absence | absence\b | (?:je\s+suis\s+)?absent\w*\b | en\s+congés?
    | respuesta\s+automática | fuera\s+de\s+(?:la\s+)?oficina | ausente | ausencia | de\s+vacaciones
    | risposta\s+automatica | fuori\s+(?:sede|ufficio) | assente | automatisch\s+antwoord | afwezig\w* | niet\s+aanwezig
    | resposta\s+automática | fora\s+do\s+escritório | ausência | autosvar | automatisk\s+(?:svar|svarsmeddelande) | automaattinen\s+vastaus | fraværs\w* | frånvaro\w*
    | automatyczna\s+odpowiedź | automatická\s+odpověď | автоответ\w* | автоматический\s+ответ | otomatik\s+yanıt | 自動(?:応答|返信) | 不在 | 自动(?:回复|答复) | 자동\s*(?:회신|응답) | 부재중
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_AWAY_WORDS = re.compile(
    r"out of (?:the )?office|on (?:annual |parental |maternity |sick )?(?:leave|vacation|holiday)|away from|limited access to e-?mail|currently away|will be back|returning|"
    r"abwesen|im urlaub|nicht im (?:büro|haus)|wieder (?:erreichbar|im|da|zurück)|elternzeit|absent|en congé|de retour|fuera de la oficina|de vacaciones|ausente|volver|fuori ufficio|in ferie|afwezig|met vakantie|férias|ausência|urlop|nieobecn|dovolen|mimo kancelář|ferie|semester|fravær|frånvar|lomalla|отпуск|休暇|不在|休假|휴가|부재",
    re.IGNORECASE,
)
_MARKED = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-AutoReply-From", "X-Mail-Autoreply", "X-Autoreply-Version", "X-Auto-Reply", "Auto-Reply")  # fmt: skip
_PRECEDENCE = re.compile(r"auto.?reply", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AutoReply:
    """`returns_on` is the first day the person is back; None when the text names none, or not clearly.

    `is_away` tells an absence from a mere receipt ("we have got your mail").
    """

    returns_on: date | None
    is_away: bool


def read_auto_reply(mail: ParsedMail, own_text: str | None = None) -> AutoReply | None:
    """The automatic answer in this message, or None when a person wrote it; `own_text` is the body without quotes."""
    text = f"{mail.subject}\n\n{mail.text[:MAX_TEXT_CHARS]}"
    if mail.is_bare or not _is_automatic(mail, text):
        return None
    own = split_reply(mail.text).unquoted if own_text is None else own_text
    note = f"{mail.subject}\n\n{own[:MAX_TEXT_CHARS]}"
    is_away = bool(_AWAY_SUBJECT.match(mail.subject) or _AWAY_WORDS.search(text))
    return AutoReply(returns_on(note, *_sent(mail)), is_away)


def _sent(mail: ParsedMail) -> tuple[date | None, int | None]:
    """The day on which it was sent, by the sender's clock, and that clock's minutes ahead of UTC."""
    try:
        parts = parsedate_tz(mail.headers.raw("Date"))
        return (date(*parts[:3]), parts[9] // 60 if parts[9] else None) if parts else (None, None)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None, None


def _is_automatic(mail: ParsedMail, text: str) -> bool:
    headers = mail.headers
    submitted = headers.raw("Auto-Submitted").split(";")[0].split("(")[0].strip().lower()
    if submitted.startswith("auto-replied"):
        return True
    if submitted == "no":
        return False
    if any(name in headers for name in _MARKED) and headers.raw("X-Autoreply").strip().lower() not in ("no", "false"):
        return True
    if _PRECEDENCE.search(headers.raw("Precedence")) or _PRECEDENCE.search(headers.raw("X-Precedence")):
        return True
    if "autoresponder" in f"{headers.raw('Delivered-To')} {headers.raw('X-POST-MessageClass')}".lower():
        return True
    if submitted.startswith(("auto-generated", "auto-notified")) or "X-Auto-Response-Suppress" in headers:
        return bool(_AWAY_SUBJECT.match(mail.subject) or _AWAY_WORDS.search(text))
    return bool(_AWAY_SUBJECT.match(mail.subject))
