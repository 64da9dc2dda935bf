"""Who followed a link in a mail: a person, or a machine that checks mail? Pure.

Mail filters fetch the links of a message before a person sees it, and often all of them at once. What is asked, in this
order, of one visit:

| verdict | why                                                                                             |
|---------|-------------------------------------------------------------------------------------------------|
| machine | it asked for the head only, or without fetching for a person (prefetch)                         |
| machine | the program names itself as a scanner, a preview or a script                                    |
| machine | several links of the message within two seconds                                                 |
| unsure  | within half a minute after the message was sent: filters look then, people seldom do            |
| human   | none of these                                                                                   |
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

AT_ONCE = timedelta(seconds=2)
SOON = timedelta(seconds=30)
SAME_VISIT = timedelta(seconds=10)  # a program that asks twice for the same link has followed it once
_MACHINES = re.compile(
    r"bot\b|crawl|spider|scan|preview|prefetch|slurp|monitor|proofpoint|mimecast|barracuda|safelinks|urldefense|"
    r"symantec|messagelabs|ironport|trendmicro|fireeye|sophos|zscaler|cloudmark|avanan|googleimageproxy|yahoomailproxy|"
    r"^$|^(?:curl|wget|python|java|go-http-client|okhttp|libwww|apache-httpclient|ruby|node|axios|headlesschrome)\b|"
    r"headlesschrome|phantomjs",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a link: `purpose` is what the Purpose or Sec-Purpose header says."""

    url: str
    method: str
    program: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EarlierClick:
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClickVerdict:
    """`verdict` is human, machine or unsure; `reason` can be shown to people."""

    verdict: str
    reason: str


def judge_click(visit: Visit, sent_at: datetime | None, earlier: Sequence[EarlierClick]) -> ClickVerdict:
    """Who made this visit; `earlier` are the clicks on links of the same message."""
    if visit.method == "HEAD":
        return ClickVerdict("machine", "It asked for the head of the page only.")
    if "prefetch" in visit.purpose.lower() or "preview" in visit.purpose.lower():
        return ClickVerdict("machine", "A program fetched it ahead of time.")
    if _MACHINES.search(visit.program.strip()):
        return ClickVerdict("machine", "The program that asked is a scanner or a script.")
    if any(click.url != visit.url and abs(visit.at - click.at) <= AT_ONCE for click in earlier):
        return ClickVerdict("machine", "Several links were followed within two seconds.")
    if sent_at is None or visit.at - sent_at < SOON:
        return ClickVerdict("unsure", "It was within half a minute after the message was sent.")
    return ClickVerdict("human", "A browser followed this link alone.")


def is_repeated(visit: Visit, earlier: Sequence[EarlierClick]) -> bool:
    """Whether this link was followed a moment ago."""
    return any(click.url == visit.url and abs(visit.at - click.at) <= SAME_VISIT for click in earlier)
