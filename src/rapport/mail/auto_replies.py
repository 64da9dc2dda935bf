"""Automatic answers: out of office, "we have received your mail", and the date on which somebody is back.

Headers decide (RFC 3834, section 5, and those that programs used before it); only then the subject, and only at its
beginning, so that a person who answers "Re: Out of office" stays a person. Dates are read from English, German, French,
Spanish, Italian, Dutch and Portuguese texts; the date of the message fixes year and weekday.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from rapport.mail.parsing import ParsedMail

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
    r"abwesen|im urlaub|nicht im (?:büro|haus)|wieder (?:erreichbar|im|da|zurück)|elternzeit|absent|en congé|de retour|fuera de la oficina|de vacaciones|ausente|volver|fuori ufficio|in ferie|afwezig|met vakantie|férias",
    re.IGNORECASE,
)
_MARKED = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-AutoReply-From", "X-Mail-Autoreply", "X-Autoreply-Version", "X-Auto-Reply", "Auto-Reply")  # fmt: skip
_PRECEDENCE = re.compile(r"auto.?reply", re.IGNORECASE)

_MONTHS = {
    1: "january|jan|januar|jänner|janvier|janv|enero|ene|gennaio|gen|januari|janeiro",
    2: "february|feb|februar|februari|février|févr|fevrier|febrero|febbraio|fevereiro|fev",
    3: "march|mar|märz|mrz|maerz|mars|marzo|maart|mrt|março",
    4: "april|apr|avril|avr|abril|abr|aprile",
    5: "may|mai|mayo|maggio|mag|mei|maio",
    6: "june|jun|juni|juin|junio|giugno|giu|junho",
    7: "july|jul|juli|juillet|juil|julio|luglio|lug|julho",
    8: "august|aug|août|aout|agosto|ago|augustus",
    9: "september|sept|sep|septembre|septiembre|settembre|set|setembro",
    10: "october|oct|oktober|okt|octobre|octubre|ottobre|ott|outubro|out",
    11: "november|nov|novembre|noviembre|novembro",
    12: "december|dec|dezember|dez|décembre|déc|decembre|diciembre|dic|dicembre|dezembro",
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split("|")}
_MONTH = "(?:" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")\b\.?"
_WEEKDAYS = {
    0: "monday|mon|montag|lundi|lunes|lunedì|maandag|segunda", 1: "tuesday|tue|dienstag|mardi|martes|martedì|dinsdag|terça",
    2: "wednesday|wed|mittwoch|mercredi|miércoles|mercoledì|woensdag|quarta", 3: "thursday|thu|donnerstag|jeudi|jueves|giovedì|donderdag|quinta",
    4: "friday|fri|freitag|vendredi|viernes|venerdì|vrijdag|sexta", 5: "saturday|sat|samstag|sonnabend|samedi|sábado|sabato|zaterdag",
    6: "sunday|sun|sonntag|dimanche|domingo|domenica|zondag",
}  # fmt: skip
_WEEKDAY_OF = {name: number for number, names in _WEEKDAYS.items() for name in names.split("|")}
_WEEKDAY = r"(?:" + "|".join(sorted(_WEEKDAY_OF, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|º|ª|°|\.)?"
_DATE = re.compile(
    rf"(?P<iso>\b(\d{{4}})-(\d{{2}})-(\d{{2}})\b)"
    rf"|(?P<dm>\b{_DAY}\s*(?:of\s+|de\s+|d['’])?({_MONTH})(?:,?\s*(?:de\s+|del\s+)?(\d{{4}}))?)"
    rf"|(?P<md>\b({_MONTH})\s+{_DAY}(?:\s*[-–]\s*{_DAY})?(?:,?\s*(\d{{4}})\b)?)"
    rf"|(?P<num>\b(\d{{1,2}})\s?([./-])\s?(\d{{1,2}})(?:\s?[./-]\s?(\d{{4}}|\d{{2}})\b|\.?))"
    rf"|(?P<week>\b(?:next\s+|nächste[nr]?\s+|kommende[nr]?\s+|am\s+|le\s+|el\s+|on\s+)?({_WEEKDAY}))"
    r"|(?P<rel>\btomorrow\b|\bmorgen\b(?!\s+(?:früh\s+)?bin)|\bdemain\b|\bmañana\b|\bdomani\b)",
    re.IGNORECASE,
)
# What stands before the date on which somebody is back, most telling first; the date follows within a few words.
_RETURN = re.compile(
    r"\b(?:(?:i(?:['’]ll| will| shall)? )?(?:be )?(?:back|returns?|returning|return|in (?:the )?office again|available again|reachable again|resume\w*)|wieder (?:ab|am|ab dem|für sie|im|erreichbar|zurück|da|an)|zurück|"
    r"(?:de |mon |le )?retour|reviens|reviendrai|vuelvo|volveré|vuelta|regreso|regresaré|de nuevo|disponible (?:à partir|a partir)|rientro|tornerò|di nuovo|terug|weer|volto|voltarei|retorno|regresso)\b",
    re.IGNORECASE,
)
_RETURN_AFTER = re.compile(
    r"^[^.!?\n]{0,30}\b(?:wieder|zurück|back|again|de retour|à nouveau|de nuevo|di nuovo|terug|weer|de volta|novamente)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|through|thru|up to(?: and including)?|to|bis(?: (?:einschließlich|inklusive|inkl\.?|zum|einschl\.?))*|jusqu['’ ]?(?:au|à|en)?(?: au)?|au|hasta(?: el)?|al|fino al?|sino al|t/?m|tot(?: en met)?|até)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AutoReply:
    """`returns_on` is the date the text names for being back or away until; None when it names none.

    `is_away` tells an absence from a mere receipt ("we have got your mail").
    """

    returns_on: date | None
    is_away: bool


def read_auto_reply(mail: ParsedMail) -> AutoReply | None:
    """The automatic answer in this message, or None when a person wrote it."""
    text = f"{mail.subject}\n{mail.text[:MAX_TEXT_CHARS]}"
    if mail.is_bare or not _is_automatic(mail, text):
        return None
    sent_on = mail.date.date() if mail.date else None
    return AutoReply(
        returns_on(text, sent_on), is_away=bool(_AWAY_SUBJECT.match(mail.subject) or _AWAY_WORDS.search(text))
    )


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


def returns_on(text: str, sent_on: date | None) -> date | None:
    """The date on which the writer is back: after words of returning first, else the end of "until …".

    "until 5 December" gives 5 December itself. Without the message's date only full dates are read.
    """
    dates = _dates(text, sent_on)
    after_return = [found for start, end, found in dates if _tells_return(text, start, end)]
    if after_return:
        return max(after_return)
    until = [found for start, _, found in dates if _stands_before(text, start, _UNTIL, 28)]
    if until:
        return max(until)
    ranges = [found for start, _, found in dates if re.search(r"\d\s*[-–]\s*$", text[max(0, start - 4) : start])]
    spans = [
        found for start, _, found in dates if re.match(r"\S+\s+\d{1,2}\s*[-–]\s*\d{1,2}\b", text[start : start + 30])
    ]
    return max([*ranges, *spans], default=None)


def _tells_return(text: str, start: int, end: int) -> bool:
    if _stands_before(text, start, _RETURN, 45):
        return True
    return bool(_RETURN_AFTER.match(text[end : end + 45])) and not _stands_before(text, start, _UNTIL, 12)


def _stands_before(text: str, start: int, words: re.Pattern[str], reach: int) -> bool:
    """The words stand shortly before the date, in the same sentence, and the date is no beginning of an absence."""
    before = re.split(r"[!?;]|\.\s(?=[A-ZÄÖÜ])|\n\s*\n", text[max(0, start - reach) : start])[-1]
    return bool(words.search(before)) and not re.search(
        r"\b(?:since|seit|depuis|desde)\W+(?:\w+\W+)?$", before, re.IGNORECASE
    )


def _dates(text: str, sent_on: date | None) -> list[tuple[int, int, date]]:
    """Start, end and value of every date in the text that can lie ahead of the message."""
    found: list[tuple[int, int, date]] = []
    for match in _DATE.finditer(text):
        day = _read(match, sent_on)
        if day and (sent_on is None or -3 <= (day - sent_on).days <= 730):
            found.append((match.start(), match.end(), day))
    return found


def _read(match: re.Match[str], sent_on: date | None) -> date | None:
    groups = match.groups()
    if match["iso"]:
        return _day(int(groups[1]), int(groups[2]), int(groups[3]))
    if match["dm"]:
        return _with_year(_month(groups[6]), int(groups[5]), groups[7], sent_on)
    if match["md"]:
        return _with_year(_month(groups[9]), int(groups[11] or groups[10]), groups[12], sent_on)
    if match["num"]:
        return _numeric(int(groups[14]), groups[15], int(groups[16]), groups[17], sent_on)
    if sent_on is None:
        return None
    if match["week"]:
        weekday = _WEEKDAY_OF[groups[19].lower().rstrip(".")]
        return sent_on + timedelta(days=(weekday - sent_on.weekday() - 1) % 7 + 1)
    return sent_on + timedelta(days=1)


def _month(name: str) -> int:
    return _MONTH_OF[name.lower().rstrip(".")]


def _numeric(first: int, separator: str, second: int, year: str | None, sent_on: date | None) -> date | None:
    """Day before month, except where only the other order is a date or, with a slash, lies nearer ahead."""
    day_first = _with_year(second, first, year, sent_on)
    month_first = _with_year(first, second, year, sent_on) if separator != "." else None
    if not day_first or not month_first or sent_on is None:
        return day_first or month_first
    ahead = [day for day in (day_first, month_first) if day >= sent_on]
    return min(ahead) if ahead else day_first


def _with_year(month: int, day: int, year: str | None, sent_on: date | None) -> date | None:
    if year:
        number = int(year)
        return _day(number + 2000 if number < 100 else number, month, day)
    if sent_on is None:
        return None
    this_year = _day(sent_on.year, month, day)
    is_past = this_year is not None and (sent_on - this_year).days > 3
    return _day(sent_on.year + 1, month, day) if is_past or this_year is None else this_year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
