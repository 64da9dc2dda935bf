"""On which day somebody is back, read from the text of an absence note. Pure.

The answer is the first day of presence: "back on 7 December" is that day, "until 7 December" as well, "through 7 December",
"bis einschließlich 7.12." and the end of a span ("1 to 7 December") the day after. None where no date is named, where
two are, or where 5/1 may be either; None is never wrong, a wrong date writes to somebody on holiday.

Each date in the text gets its meaning from the words right before it in its sentence, or right behind it in languages
that put them there. Day and month without a year are the next such day after the message was sent. "5/1" is read by,
in this order: a weekday beside it, another such date in the text that leaves no choice, the language, the sender's time
zone, and which of the two lies near. English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, Danish,
Swedish, Norwegian, Finnish, Russian, Japanese, Chinese and Korean.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

MAX_DAYS_AHEAD = 540
MAX_DAYS_WITHOUT_YEAR = 330

_MONTHS = {
    1: "january|jan|januar|jänner|janvier|janv|enero|ene|gennaio|genn|januari|janeiro|stycznia|styczeń|ledna|leden|tammikuuta|tammikuu|января|январь|янв",
    2: "february|feb|februar|februari|février|févr|fevrier|febrero|febbraio|febbr|fevereiro|fev|lutego|luty|února|únor|helmikuuta|helmikuu|февраля|февраль|фев",
    3: "march|mar|märz|mrz|maerz|mars|marzo|maart|mrt|março|marca|marzec|března|březen|maaliskuuta|maaliskuu|марта|март|marts",
    4: "april|apr|avril|avr|abril|abr|aprile|kwietnia|kwiecień|dubna|duben|huhtikuuta|huhtikuu|апреля|апрель|апр",
    5: "may|mai|mayo|maggio|magg|mei|maio|maja|maj|května|květen|toukokuuta|toukokuu|мая|май",
    6: "june|jun|juni|juin|junio|giugno|junho|czerwca|czerwiec|června|červen|kesäkuuta|kesäkuu|июня|июнь",
    7: "july|jul|juli|juillet|juil|julio|luglio|julho|lipca|lipiec|července|červenec|heinäkuuta|heinäkuu|июля|июль",
    8: "august|aug|août|aout|agosto|augustus|augusti|sierpnia|sierpień|srpna|srpen|elokuuta|elokuu|августа|август|авг",
    9: "september|sept|sep|septembre|septiembre|settembre|setembro|września|wrzesień|září|syyskuuta|syyskuu|сентября|сентябрь|сент",
    10: "october|oct|oktober|okt|octobre|octubre|ottobre|outubro|października|październik|října|říjen|lokakuuta|lokakuu|октября|октябрь|окт",
    11: "november|nov|novembre|noviembre|novembro|listopada|listopad|listopadu|marraskuuta|marraskuu|ноября|ноябрь|нояб",
    12: "december|dec|dezember|dez|décembre|déc|decembre|diciembre|dic|dicembre|dezembro|grudnia|grudzień|prosince|prosinec|joulukuuta|joulukuu|декабря|декабрь|дек|desember|des",
}  # fmt: skip
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split("|")}
_WEEKDAYS = {
    0: "monday|mon|montag|mo|lundi|lunes|lunedì|lunedi|maandag|segunda(?:-feira)?|poniedziałku?|poniedziałek|pondělí|mandag|måndag|maanantaina|maanantai|понедельник|月曜日?|星期一|周一|월요일",
    1: "tuesday|tues?|dienstag|di|mardi|martes|martedì|martedi|dinsdag|terça(?:-feira)?|wtorku|wtorek|úterý|tirsdag|tisdag|tiistaina|tiistai|вторник|火曜日?|星期二|周二|화요일",
    2: "wednesday|wed|mittwoch|mi|mercredi|miércoles|miercoles|mercoledì|mercoledi|woensdag|quarta(?:-feira)?|środy|środę|środa|středy|středu|středa|onsdag|keskiviikkona|keskiviikko|среду|среда|среды|水曜日?|星期三|周三|수요일",
    3: "thursday|thurs?|donnerstag|do|jeudi|jueves|giovedì|giovedi|donderdag|quinta(?:-feira)?|czwartku|czwartek|čtvrtek|čtvrtka|torsdag|torstaina|torstai|четверг|木曜日?|星期四|周四|목요일",
    4: "friday|fri|freitag|fr|vendredi|viernes|venerdì|venerdi|vrijdag|sexta(?:-feira)?|piątku|piątek|pátek|pátku|fredag|perjantaina|perjantai|пятницу|пятница|пятницы|金曜日?|星期五|周五|금요일",
    5: "saturday|sat|samstag|sonnabend|sa|samedi|sábado|sabado|sabato|zaterdag|soboty|sobotę|sobota|sobotu|lørdag|lördag|lauantaina|lauantai|субботу|суббота|土曜日?|星期六|周六|토요일",
    6: "sunday|sun|sonntag|so|dimanche|domingo|domenica|zondag|niedzieli|niedzielę|niedziela|neděle|neděli|søndag|söndag|sunnuntaina|sunnuntai|воскресенье|воскресенья|日曜日?|星期日|周日|일요일",
}  # fmt: skip
_SHORT_WEEKDAYS = frozenset(
    ["mo", "di", "mi", "do", "fr", "sa", "so", "sat", "sun", "wed", "mon"]
)  # words of their own in some language


def _of_words(table: dict[int, str]) -> dict[str, int]:
    """Every word of the table, with its optional endings written out."""
    found: dict[str, int] = {}
    for number, words in table.items():
        for word in words.split("|"):
            stem, ending = re.sub(r"\(\?:.*\)\?$|.\?$", "", word), re.sub(r"\(\?:(.*)\)\?$|(.)\?$", r"\1\2", word)
            found |= {stem: number, ending: number}
    return found


_WEEKDAY_OF = _of_words(_WEEKDAYS)
MONTH_PATTERN = "(?:" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")(?![^\W\d_])\.?"
_LONG_WEEKDAYS = sorted(map(re.escape, set(_WEEKDAY_OF) - _SHORT_WEEKDAYS), key=len, reverse=True)
_WEEKDAY = (
    rf"(?:{'|'.join(_LONG_WEEKDAYS)}|(?-i:{'|'.join(word.title() for word in sorted(_SHORT_WEEKDAYS))}))(?![^\W\d_])\.?"
)
_DAY = r"(?<!\d)\d{1,2}(?!\d)(?:st|nd|rd|th|ste|de|e|er|º|ª|°|:e|\.)?"


@cache
def _date_pattern() -> re.Pattern[str]:
    """Every form of a date. Compiled when first needed: it takes as long as the rest of a start."""
    return re.compile(
        rf"(?:(?<![^\W\d_])(?P<beside>{_WEEKDAY})[\s,(]{{1,3}}(?:the\s+|den\s+|dem\s+|le\s+|el\s+|dnia\s+|o\s+)?)?(?:"
        r"(?P<iso>(?<!\d)(?P<iso_year>\d{4})\s?[-/.]\s?(?P<iso_month>\d{1,2})\s?[-/.]\s?(?P<iso_day>\d{1,2})(?!\d))"
        r"|(?:(?P<cjk_year>\d{4})\s?[年년]\s?)?(?P<cjk_month>\d{1,2})\s?[月월]\s?(?P<cjk_day>\d{1,2})\s?[日号일](?:\s?[(（][^()（）]{1,4}[)）])?"
        rf"|(?P<dm_day>{_DAY})\s*(?:of\s+|de\s+|d['’])?(?<![^\W\d_])(?P<dm_month>{MONTH_PATTERN})(?:,?\s*(?:de\s+|del\s+)?(?P<dm_year>20\d{{2}})(?!\d))?"
        rf"|(?<![^\W\d_])(?P<md_month>{MONTH_PATTERN})\s+(?:the\s+)?(?P<md_day>{_DAY})(?!\s?[:h]\d)(?:\s*[-–—]\s*(?P<md_end>{_DAY}))?(?:,?\s*(?P<md_year>20\d{{2}})(?!\d))?"
        r"|(?<![\d/])(?<!\d\.)(?P<first>\d{1,2})\s?(?P<separator>[./]|-(?=\d{1,2}-\d))\s?(?P<second>\d{1,2})(?:\s?(?P=separator)\s?(?P<year>\d{4}|\d{2})(?!\d)|\.?(?!\d|\s?(?:uhr|h\b|am\b|pm\b|%)))"
        r"|(?P<ordinal>the\s+\d{1,2}(?:st|nd|rd|th)(?!\s+of))"
        r")"
        rf"|(?<![^\W\d_])(?P<week>{_WEEKDAY})"
        r"|\bin\s+(?P<count>an?|one|two|three|four|einer|zwei|drei|vier|\d{1,2})\s+(?P<unit>days?|weeks?|tagen?|wochen?)(?![^\W\d_])"
        r"|(?<![^\W\d_])(?P<tomorrow>tomorrow|demain|mañana|domani|amanhã|imorgon|i\s+morgen|zítra|jutro|huomenna|завтра)(?![^\W\d_])|(?P<tomorrow_cjk>明日|明天|내일)"
        r"|(?<![^\W\d_])(?P<next_week>(?:early\s+)?next\s+week|nächste[rn]?\s+woche|la\s+semaine\s+prochaine|la\s+próxima\s+semana|la\s+prossima\s+settimana|volgende\s+week)(?![^\W\d_])",
        re.IGNORECASE,
    )


# Before the date, anywhere in its sentence.
_RETURN = re.compile(
    r"\b(?:(?<!get )(?<!getting )(?<!come )back(?! to (?:you|everyone|people))|returns?(?! (?:your|all|the) (?:calls?|messages?|e-?mails?))|returning|resum\w+|rejoin\w*|(?:again|(?<!not )(?<!un)(?:available|reachable|contactable)|in (?:the |my )?office|at my desk|at work) (?:from|on|as of|again|starting)|"
    r"wieder|zurück|(?:erreichbar|verfügbar|im büro|im haus) (?:ab|am)|retour|revien\w+|rentre\w*|reprend\w+|(?:joignable|disponible) (?:à partir|dès)|de nouveau|"
    r"vuelv\w+|volver\w*|vuelta|regres\w+|retorn\w+|reincorpor\w+|disponible a partir|rientr\w+|torn\w+|ritorn\w+|di nuovo|volt\w+|disponível a partir|novamente|"
    r"terug|weer|(?:bereikbaar|aanwezig|beschikbaar) vanaf|wrac\w+|wróc\w+|powr\w+|ponownie|dostępn\w+ od|znów|vrát\w+|vrac\w+|zpět|zpátky|opět|znovu|"
    r"tilbage|tilbake|tillbaka|åter\w*|igen|retur|takaisin|palaan|palaa|tavoitettavissa|jälleen|paikalla|верну\w+|возвра\w+|выйду|снова|вновь|на\s+месте)(?![^\W\d_])|"
    r"回来|回來|返回|恢复|恢復|回到|回公司|복귀|돌아",
    re.IGNORECASE,
)
_RETURN_BEHIND = re.compile(
    r"^[,\s]*[^.,!?;\n，。、！]{0,30}(?:\b(?:back (?:in|at|to|online)|again|wieder|zurück|de retour|à nouveau|de nouveau|de nuevo|di nuovo|de vuelta|de volta|novamente|terug|weer|ponownie|"
    r"z powrotem|opět|zpět|tilbage|tilbake|tillbaka|igen|takaisin|jälleen|снова|вновь)(?![^\W\d_])|(?:以降|から|より|부터|에)?[^\n。.，,、\d]{0,12}?(?:出社|出勤|復帰|戻|対応|返信|返回|回来|回來|回到|恢复|上班|복귀|출근|돌아|회신|답변))",
    re.IGNORECASE,
)
# Right before the date.
_ARTICLES = r"(?:\s*(?:\d{1,2}(?:[:.]\d{2})?\s?(?:a\.?m\.?|p\.?m\.?|uhr|h)|the|el|le|la|den|dem|der|am|o|dia|día|dnia|dne|il|on|and including))*\s*\(?$"
_UNTIL = re.compile(
    rf"(?:\b(?:until|till?|'til|up to|bis(?: zum)?|jusqu['’ ]?(?:au|à|en)?(?: au)?|hasta|fino (?:al?|a)|sino (?:al?|a)|até(?: ao?)?|tot|do|til|till|frem til|fram till)|до|至|到){_ARTICLES}",
    re.IGNORECASE,
)
_THROUGH = re.compile(
    rf"(?:\b(?:through|thru|up to and including|until and including|after|bis (?:und mit|inkl\.?|inklusive|einschl\.?|einschließlich|einschliesslich)(?: zum| dem)?|nach(?: dem)?|après(?: le)?|después del?|"
    rf"dopo (?:il|l['’])|t/m|tot en met|til og med|t\.?o\.?m\.?|till och med|fram till och med|do dnia|po)|по|после){_ARTICLES}",
    re.IGNORECASE,
)
_INCLUSIVE_BEHIND = re.compile(
    r"^\s*\(?(?:inclusive|included|incl\b|inclus\w*|einschließlich|einschliesslich|inklusive|inkl\b|incluid\w+|compreso|incluso|inbegrepen|inclusief|włącznie|včetně|включительно)|"
    r"^\s*(?:まで|迄|까지|止|(?:asti|saakka)\b)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"(?:\b(?:from|since|as of|starting|beginning|between|vom|von|ab|seit|zwischen|du|dès|depuis|entre|del?|desde|dal?l?a?|tra|fra|van|vanaf|tussen|od|mezi|från|siden|mellan|mellem|с|со|от|before|vor dem|avant)\b)"
    rf"{_ARTICLES}",
    re.IGNORECASE,
)
# Between the two ends of a span. "until" is no such word: "from Monday until Friday" may well mean back on Friday.
_SPAN = re.compile(
    rf"^\s*\)?\s*(?:[-–—~〜～]|to|through|thru|bis(?: zum| einschließlich| inkl\.?)?|au|al?|até|t/m|tot|do|a|til|till|по|から|至|到|부터)(?![^\W\d_]){_ARTICLES}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:between|zwischen|entre|tra|fra|tussen|mellan|mellem|mellom|między|mezi|между)\b[^.!?\n]*$", re.IGNORECASE
)
_AND = re.compile(rf"^\s*(?:and|und|et|y|e|en|og|och|i|a|и){_ARTICLES}", re.IGNORECASE)
_DAY_BEFORE_SPAN = re.compile(
    rf"\b(?:between|zwischen|entre|tra|fra|tussen|mellan|mellem|mellom|między|mezi|между)\D{{1,15}}\d{{1,2}}\S{{0,2}}\s*(?:and|und|et|y|e|en|og|och|i|a|и){_ARTICLES}|"
    rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|\.|er)?\s*(?:[-–—]|to|through|bis(?: zum)?|au|al|a|y|até|t/m|tot|do|til|till|по){_ARTICLES}", re.IGNORECASE
)  # fmt: skip
_SENTENCE_END = re.compile(r"[!?;。！？]|\.\s+(?=[^\W\d_a-zäöüß])|\n\s*\n")
_COUNTS = {"a": 1, "an": 1, "one": 1, "einer": 1, "two": 2, "zwei": 2, "three": 3, "drei": 3, "four": 4, "vier": 4}
_ENGLISH = re.compile(
    r"\b(?:the|i|am|will|be|is|of|and|my|with|for|you|your|out|back|until|office|please)\b", re.IGNORECASE
)
_OTHER = re.compile(
    r"\b(?:ich|bin|nicht|und|der|die|das|im|je|suis|est|les|mon|et|estoy|estaré|del|los|el|sono|sarò|gli|della|estou|estarei|ik|ben|het|een|niet|jestem|będę|nie|jsem|budu|jeg|er|ikke|jag|är|inte|olen|ja|en)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    day: date


def returns_on(text: str, sent_on: date | None, utc_offset_minutes: int | None = None) -> date | None:
    """The first day on which the writer is back; the offset is that of the sender's clock, None or 0 where unknown.

    Without `sent_on` only full dates are read.
    """
    found = _dates(text, sent_on, utc_offset_minutes)
    back: set[date] = set()
    away: set[date] = set()
    for index, row in enumerate(found):
        previous = found[index - 1] if index else None
        is_back, day = _meaning(text, row, previous)
        if day and (sent_on is None or sent_on <= day):
            (back if is_back else away).add(day)
    if back:
        return back.pop() if len(back) == 1 else None
    return max(away, default=None)


def days_named(text: str, sent_on: date) -> list[date]:
    """Every day that the text names, whatever it says about it, in its order."""
    return [row.day for row in _dates(text, sent_on, None)]


def _meaning(text: str, row: _Found, previous: _Found | None) -> tuple[bool, date | None]:
    """Whether this date is a return (True) or the end of an absence (False), and the first day of presence."""
    since = previous.end if previous else 0
    before = _SENTENCE_END.split(text[max(since, row.start - 60) : row.start])[-1]
    behind = text[row.end : row.end + 45]
    the_day_after = row.day + timedelta(days=1)
    if _THROUGH.search(before) or _INCLUSIVE_BEHIND.search(behind):
        return False, the_day_after
    if _is_span(text, previous, row) or _DAY_BEFORE_SPAN.search(before):
        return False, the_day_after
    if _UNTIL.search(before):
        return False, row.day
    if _RETURN.search(before) and not re.search(r"\b(?:before|vor dem|avant|antes del?|prima del)\W+$", before):
        return True, row.day
    if _RETURN_BEHIND.search(behind) and not (
        _NOT_YET.search(before)
        and not re.search(
            r"\b(?:ab|as of|from|od|dès|vanaf|från|с|partir d[eu]l?|partire dal?)\W+(?:\w+\W+)?$", before, re.IGNORECASE
        )
    ):
        return True, row.day
    if re.search(r"\d\s*[-–—]\s*\d{1,2}(?!\d)(?:st|nd|rd|th)?", text[row.start : row.end]) and not re.search(
        r"\d{4}-", text[row.start : row.end]
    ):
        return False, the_day_after  # July 10-31
    return False, None


def _is_span(text: str, first: _Found | None, last: _Found) -> bool:
    """The two dates are the ends of one absence: "1 to 7 December", "between 1 and 7 December"."""
    if first is None:
        return False
    joint = text[first.end : last.start]
    is_between = _BETWEEN.search(text[max(0, first.start - 40) : first.start])
    return bool(_SPAN.search(joint) or (is_between and _AND.search(joint)))


def _dates(text: str, sent_on: date | None, offset: int | None) -> list[_Found]:
    """Every date of the text, in order."""
    is_month_first = _month_first(text, offset)
    rows = []
    for match in _date_pattern().finditer(text):
        day = _read(match, sent_on, is_month_first)
        if day and (sent_on is None or -400 <= (day - sent_on).days <= MAX_DAYS_AHEAD):
            rows.append(_Found(match.start(), match.end(), day))
    return rows


def _month_first(text: str, offset: int | None) -> bool | None:
    """Whether 5/1 is the first of May here; None where it cannot be told."""
    pairs = [(int(a), int(b)) for a, b in re.findall(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?![\d/])", text)]
    pairs = [pair for pair in pairs if pair != (24, 7)]
    if any(first > 12 >= second for first, second in pairs):
        return False
    if any(second > 12 >= first for first, second in pairs):
        return True
    if len(_OTHER.findall(text[:2_000])) > len(_ENGLISH.findall(text[:2_000])):
        return False
    if offset and -660 <= offset <= -180:
        return True
    return False if offset else None


def _read(match: re.Match[str], sent_on: date | None, is_month_first: bool | None) -> date | None:
    """The day that a match of _date_pattern names, or None."""
    beside = _weekday(match["beside"])
    if match["iso"]:
        return _day(int(match["iso_year"]), int(match["iso_month"]), int(match["iso_day"]))
    if match["cjk_month"]:
        return _with_year(int(match["cjk_month"]), int(match["cjk_day"]), match["cjk_year"], sent_on)
    if match["dm_month"]:
        return _with_year(month_number(match["dm_month"]), _number(match["dm_day"]), match["dm_year"], sent_on)
    if match["md_month"]:
        number = _number(match["md_end"] or match["md_day"])
        return _with_year(month_number(match["md_month"]), number, match["md_year"], sent_on)
    if match["first"]:
        return _numeric(match, sent_on, beside, is_month_first)
    if sent_on is None:
        return None
    if match["ordinal"]:
        return _next_day_of_month(sent_on, _number(match["ordinal"].split()[-1]), beside)
    if match["next_week"]:
        return sent_on + timedelta(days=7 - sent_on.weekday())
    if match["count"]:
        count = _COUNTS.get(match["count"].lower()) or _number(match["count"])
        return sent_on + timedelta(days=count * (7 if match["unit"][0].lower() == "w" else 1))
    weekday = _weekday(match["week"])
    if weekday is None:
        return sent_on + timedelta(days=1)
    return sent_on + timedelta(days=(weekday - sent_on.weekday() - 1) % 7 + 1)


def _weekday(name: str | None) -> int | None:
    return _WEEKDAY_OF.get(name.lower().rstrip(".")) if name else None


def month_number(name: str) -> int:
    """1 to 12 for a month's name as MONTH_PATTERN finds it."""
    return _MONTH_OF[name.lower().rstrip(".")]


def _number(text: str) -> int:
    return int(re.split(r"\D", text, maxsplit=1)[0])


def _numeric(
    match: re.Match[str], sent_on: date | None, beside: int | None, is_month_first: bool | None
) -> date | None:
    """5.1. has the day first; 5/1 and 5-1 as told, else as far as only one of the two is a sensible date."""
    first, second, year, separator = int(match["first"]), int(match["second"]), match["year"], match["separator"]
    if (first, second, year) == (24, 7, None) or (separator == "-" and not year):
        return None
    day_first = _with_year(second, first, year, sent_on)
    if separator == ".":
        return day_first
    month_first = _with_year(first, second, year, sent_on)
    both = [day for day in (day_first, month_first) if day and (sent_on is None or day >= sent_on)]
    fitting = [day for day in both if beside is not None and day.weekday() == beside]
    if len(set(fitting)) == 1:
        return fitting[0]
    if is_month_first is not None and (month_first if is_month_first else day_first):
        return month_first if is_month_first else day_first
    if len(set(both)) == 1:
        return both[0]
    if len(both) == 2 and sent_on:
        near, far = sorted((day - sent_on).days for day in both)
        return sent_on + timedelta(days=near) if near <= 31 and far > 2 * near + 31 else None
    return None


def _next_day_of_month(sent_on: date, number: int, beside: int | None) -> date | None:
    """The next seventh; with a weekday beside it, the next seventh that is such a day, within three months."""
    for months in range(4):
        year, month = divmod(sent_on.year * 12 + sent_on.month - 1 + months, 12)
        day = _day(year, month + 1, number)
        if day and day > sent_on and (beside is None or day.weekday() == beside):
            return day
    return None


def _with_year(month: int, day: int, year: str | None, sent_on: date | None) -> date | None:
    if year:
        number = int(year)
        return _day(number + 2000 if number < 100 else number, month, day)
    if sent_on is None:
        return None
    this_year, next_year = _day(sent_on.year, month, day), _day(sent_on.year + 1, month, day)
    if this_year and (sent_on - this_year).days <= 40:
        return this_year
    return next_year if next_year and (next_year - sent_on).days <= MAX_DAYS_WITHOUT_YEAR else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
