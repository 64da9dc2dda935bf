"""The ways in which résumés write a period, in four languages."""

from collections.abc import Callable

Day = tuple[int, int]
Style = Callable[[Day, Day | None, str], str]

_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.", "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
}  # fmt: skip
_LONG = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}  # fmt: skip
_NOW = {"en": "Present", "de": "heute", "fr": "aujourd'hui", "es": "actualidad"}
_SINCE = {"en": "since", "de": "seit", "fr": "depuis", "es": "desde"}


def _word(day: Day, language: str, table: dict[str, str]) -> str:
    month = table[language].split()[day[0 + 1] - 1]
    return f"{month} de {day[0]}" if language == "es" and table is _LONG else f"{month} {day[0]}"


def short_months(start: Day, end: Day | None, language: str) -> str:
    return f"{_word(start, language, _SHORT)} – {_word(end, language, _SHORT) if end else _NOW[language]}"


def long_months(start: Day, end: Day | None, language: str) -> str:
    return f"{_word(start, language, _LONG)} - {_word(end, language, _LONG) if end else _NOW[language]}"


def capital_months(start: Day, end: Day | None, language: str) -> str:
    return long_months(start, end, language).upper()


def slashes(start: Day, end: Day | None, language: str) -> str:
    return f"{start[1]:02}/{start[0]} – {f'{end[1]:02}/{end[0]}' if end else _NOW[language]}"


def tight_slashes(start: Day, end: Day | None, language: str) -> str:
    return f"{start[1]:02}/{start[0]}–{f'{end[1]:02}/{end[0]}' if end else _NOW[language]}"


def dots(start: Day, end: Day | None, language: str) -> str:
    return f"{start[1]:02}.{start[0]} - {f'{end[1]:02}.{end[0]}' if end else _NOW[language]}"


def since(start: Day, end: Day | None, language: str) -> str:
    return slashes(start, end, language) if end else f"{_SINCE[language]} {start[1]:02}/{start[0]}"


def iso_months(start: Day, end: Day | None, language: str) -> str:
    return f"{start[0]}-{start[1]:02} – {f'{end[0]}-{end[1]:02}' if end else _NOW[language]}"


def two_digits(start: Day, end: Day | None, language: str) -> str:
    month = _SHORT[language].split()
    left = f"{month[start[1] - 1]} '{start[0] % 100:02}"
    return f"{left} – {f'{month[end[1] - 1]} {chr(39)}{end[0] % 100:02}' if end else _NOW[language]}"


def years(start: Day, end: Day | None, language: str) -> str:
    return f"{start[0]} – {end[0] if end else _NOW[language]}"
