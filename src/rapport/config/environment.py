"""Typed reading of RAPPORT_… environment variables; each may come as …_FILE holding a path to its value."""

import os
import zoneinfo
from pathlib import Path
from urllib.parse import urlsplit


class BadSetting(SystemExit):
    """A setting that makes no sense stops the product loudly."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"rapport: {name}: {problem}")


def text(name: str, default: str = "") -> str:
    """The value of RAPPORT_<name>, from the environment or from the file named by RAPPORT_<name>_FILE."""
    variable = f"RAPPORT_{name}"
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return os.environ.get(variable, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise BadSetting(f"{variable}_FILE", f"cannot read {path}: {error.strerror}") from error


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value in ("1", "yes", "true", "on"):
        return True
    if value in ("0", "no", "false", "off", ""):
        return False
    raise BadSetting(f"RAPPORT_{name}", f"{value!r} is neither yes nor no")


def number(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    value = text(name, str(default))
    if not value.lstrip("-").isdigit() or not low <= int(value) <= high:
        raise BadSetting(f"RAPPORT_{name}", f"{value!r} is not a whole number from {low} to {high}")
    return int(value)


def choice(name: str, default: str, known: tuple[str, ...]) -> str:
    """One of the words known, in upper case."""
    value = text(name, default).upper()
    if value not in known:
        raise BadSetting(f"RAPPORT_{name}", f"{value!r} is none of {', '.join(known)}")
    return value


def zone(name: str, default: str) -> str:
    """A time zone of the IANA database."""
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadSetting(f"RAPPORT_{name}", f"{value!r} is no time zone; one is Europe/Berlin") from error
    return value


def address(name: str, default: str) -> str:
    """The address of a site, without a slash at its end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(f"RAPPORT_{name}", f"{value!r} is not an address such as https://talent.example.org")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().absolute()


def port(word: str) -> int:
    """A port as a command line names it. Raises ValueError."""
    if not word.isdigit() or not 0 < int(word) < 65536:
        raise ValueError(word)
    return int(word)
