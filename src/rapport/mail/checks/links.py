"""What is wrong with the links of a text, without asking anybody. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from rapport.mail.checks.words import SHORTENERS

MAX_LINKS = 5
_LINK = re.compile(r"\bhttps?://[^\s<>\"]+|\bwww\.[^\s<>\"]+", re.IGNORECASE)
_BROKEN = re.compile(
    r"\b(?:https?:/(?!/)|https?//|hhttps?://|htt?p?s?:///?(?=\S)|htps?://|ttps?://)[^\s<>\"]*", re.IGNORECASE
)
_IMAGE = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![^\s"'/])([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)
_WORDED, _TAG = re.compile(r'<a href="([^"]*)"[^<>]*>(.*?)</a>', re.DOTALL), re.compile(r"<[^<>]*>")
_SHOWN = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[/:?#]|$)\S*", re.IGNORECASE)
_BARE_ALT = re.compile(r"(?<!\S)alt(?!\S)", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'’”\""
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkProblem:
    url: str
    why: str
    is_broken: bool = False


def find_links(text: str) -> list[str]:
    """The links of a text in order, each once."""
    return list(dict.fromkeys(found for match in _LINK.findall(text) if (found := _trimmed(match))))


def _trimmed(url: str) -> str:
    """Without what ends the sentence; a closing bracket stays where one was opened."""
    while url and url[-1] in _TRAILING and not (url[-1] == ")" and url.count("(") >= url.count(")")):
        url = url[:-1]
    return url


def misleading_links(html: str) -> list[tuple[str, str]]:
    """Words that look like an address and the other address that they lead to, as fraud has it; `html` is our own."""
    found = []
    for url, words in _WORDED.findall(html):
        shown = _SHOWN.match(unescape(_TAG.sub("", words)).strip())
        if shown and _host(shown[1]) != _host(urlsplit(unescape(url)).netloc):
            found.append((shown[0], unescape(url)))
    return found


def _host(netloc: str) -> str:
    return netloc.lower().rpartition("@")[2].partition(":")[0].removeprefix("www.")


def check_links(text: str) -> list[LinkProblem]:
    """Problems in the order of the text."""
    good = find_links(text)
    broken = [
        LinkProblem(url, "This is not written like a link. It begins with https://", is_broken=True)
        for url in dict.fromkeys(_trimmed(match) for match in _BROKEN.findall(text))
        if url and url not in good
    ]
    return [*broken, *(problem for url in good for problem in _problems(url))]


def _problems(url: str) -> list[LinkProblem]:
    if url.lower().startswith("www."):
        return [LinkProblem(url, "Write it with https://, or it cannot be followed everywhere.")]
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return [LinkProblem(url, "This address cannot be read.", is_broken=True)]
    if parts.username is not None:
        return [LinkProblem(url, "A name before an @ hides where the link leads.", is_broken=True)]
    found = []
    if _is_address(host):
        found.append(LinkProblem(url, "It leads to a number instead of a name, as fraud does."))
    elif not _is_host(host):
        return [LinkProblem(url, "There is no such host name.", is_broken=True)]
    if parts.scheme.lower() == "http":
        found.append(LinkProblem(url, "It is not encrypted; write https:// if the site has it."))
    if host.lower().removeprefix("www.") in SHORTENERS:
        found.append(LinkProblem(url, "A shortened link hides where it leads, and filters know them from spam."))
    return found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.isdigit()
    return True


def _is_host(host: str) -> bool:
    try:
        labels = host.rstrip(".").encode("idna").decode().split(".")
    except UnicodeError:
        return False
    return len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()


def images_without_alt(html: str) -> list[str]:
    """The sources of images that say nothing to whoever cannot see them; alt="" is right for mere decoration.

    Tags are found by pattern: the parser of the standard library takes quadratic time for tags that are never closed.
    """
    found = []
    for attributes in _IMAGE.findall(html):
        values = {
            name.lower(): double or single or bare for name, double, single, bare in _ATTRIBUTE.findall(attributes)
        }
        if "alt" not in values and not _BARE_ALT.search(_ATTRIBUTE.sub(" ", attributes)):
            found.append(values.get("src", ""))
    return found
