"""SPF: may the servers of this domain send for it? The record is read as RFC 7208 says, with its includes."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapport.mail.domains.findings import Advice, Finding, Judgement, is_host, not_known, shown, shown_all
from rapport.mail.domains.resolver import Reply, Resolver, Status

MOST_LOOKUPS = 10  # section 4.6.4
MOST_VOID = 2
MOST_MX = 10
STOP_COUNTING = 30  # a hostile tree of includes
_LOOKS = frozenset(("include", "a", "mx", "ptr", "exists"))
_TERM = re.compile(r"(?P<qualifier>[+?~-]?)(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<rest>(?:[:/].*)?)", re.DOTALL)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)
_LENGTHS = re.compile(r"(?P<domain>[^/]*)(?:/(?P<four>\d{1,2}))?(?://(?P<six>\d{1,3}))?")
_MACRO = re.compile(r"%(?:\{[slodiphcrtvSLODIPHCRTV]\d{0,3}r?[.\-+,/_=]*\}|[%_-])")


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism with its qualifier ("+" where none is written), or a modifier with the qualifier "="."""

    qualifier: str
    name: str
    value: str


class BadRecord(ValueError):
    """A record that receivers answer with permerror; the message is a sentence without its full stop."""


def is_spf(text: str) -> bool:
    """Section 4.5: the version is the whole first word."""
    return text[:6].lower() == "v=spf1" and text[6:7] in ("", " ")


def parse(text: str) -> list[Term]:
    """The terms of a record. Raises BadRecord for what section 12 does not allow."""
    if not text.isascii():
        raise BadRecord(
            "The record holds a letter that is not ASCII, perhaps a dash or quotation mark of a word processor"
        )
    terms = [_term(word) for word in text[6:].split(" ") if word]
    for name in ("redirect", "exp"):
        if sum(term.qualifier == "=" and term.name == name for term in terms) > 1:
            raise BadRecord(f"{name}= stands in the record twice")
    return terms


def _term(word: str) -> Term:
    if modifier := _MODIFIER.fullmatch(word):
        name, value = modifier[1].lower(), modifier[2]
        if name in ("redirect", "exp"):
            _check_domain(word, value)
        return Term("=", name, value)
    found = _TERM.fullmatch(word)
    if not found:
        raise BadRecord(f"“{shown(word, 60)}” cannot be read")
    name, rest = found["name"].lower(), found["rest"]
    value = rest[1:] if rest.startswith(":") else rest
    if rest == ":" or not _fits(name, value, has_colon=rest.startswith(":")):
        raise BadRecord(f"“{shown(word, 60)}” is not a part of SPF, or not well formed")
    domain = value.partition("/")[0]
    if name in ("include", "exists") or (name in ("a", "mx", "ptr") and domain):
        _check_domain(word, domain)
    return Term(found["qualifier"] or "+", name, value)


def _fits(name: str, value: str, *, has_colon: bool) -> bool:
    match name:
        case "all":
            return not value
        case "include" | "exists":
            return has_colon
        case "ptr":
            return not value or (has_colon and "/" not in value)
        case "a" | "mx":
            lengths = _LENGTHS.fullmatch(value)
            return bool(
                lengths and int(lengths["four"] or 0) <= 32 and int(lengths["six"] or 0) <= 128
                and (not lengths["domain"] or has_colon)
            )  # fmt: skip
        case "ip4" | "ip6":
            return has_colon and _is_network(name, value)
    return False


def _is_network(name: str, value: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    prefix = value.partition("/")[2]
    return network.version == int(name[2]) and (not prefix or prefix.isdigit())


def _check_domain(word: str, value: str) -> None:
    plain = _MACRO.sub("x", value)
    if "%" in plain or not is_host(plain if "." in plain or plain == value else f"{plain}.x"):
        raise BadRecord(f"“{shown(word, 60)}” names no domain")


@dataclass
class Walk:
    """What receivers look up at worst, over all includes. `problem` is the first thing that makes a permerror."""

    resolver: Resolver
    lookups: int = 0
    voids: list[str] = field(default_factory=list)
    problem: str = ""
    unknown: Reply | None = None

    def follow(self, domain: str, terms: list[Term], above: tuple[str, ...] = ()) -> None:
        """Count the lookups of a record and of those it leads to; stops where it is hopeless."""
        has_all = any(term.name == "all" and term.qualifier != "=" for term in terms)
        for term in terms:
            if self.problem or self.lookups > STOP_COUNTING:
                return
            if term.qualifier == "=" and (term.name != "redirect" or has_all):
                continue
            if term.name == "all":
                return
            if term.name in _LOOKS or term.name == "redirect":
                self.lookups += 1
                self._look(domain, term, (*above, domain.lower()))

    def _look(self, domain: str, term: Term, above: tuple[str, ...]) -> None:
        target = (term.value.partition("/")[0] or domain).rstrip(".")
        if "%" in target or term.name == "ptr":
            return  # depends on the mail
        if term.name in ("include", "redirect"):
            self._enter(term.name, target, above)
        elif term.name == "mx":
            self._count(self.resolver.ask(target, "MX"), f"mx of {target}", MOST_MX)
        else:
            self._count(self._addresses(target), f"{term.name} of {target}")

    def _addresses(self, target: str) -> Reply:
        reply = self.resolver.ask(target, "A")
        return self.resolver.ask(target, "AAAA") if reply.status == Status.NO_ROWS else reply

    def _count(self, reply: Reply, what: str, most: int = 0) -> None:
        if reply.is_unknown:
            self.unknown = self.unknown or reply
        elif reply.is_void:
            self.voids.append(what)
        elif most and len(reply.rows) > most:
            self.problem = f"{what} has {len(reply.rows):,} servers, receivers look at {most} at most"

    def _enter(self, name: str, target: str, above: tuple[str, ...]) -> None:
        if target.lower() in above:
            self.problem = f"The record leads back to itself: {' → '.join((*above, target.lower()))}"
            return
        reply = self.resolver.ask(target, "TXT")
        if reply.is_unknown:
            self.unknown = self.unknown or reply
            return
        if reply.is_void:
            self.voids.append(f"{name} of {target}")
        records = [row for row in reply.rows if is_spf(row)]
        if len(records) != 1:
            many = f"{len(records)} SPF records" if records else "no SPF record"
            self.problem = f"{name} of {target} leads to a domain with {many}"
            return
        try:
            terms = parse(records[0])
        except BadRecord as error:
            self.problem = f"The record of {target}, which is included, is wrong. {error}"
            return
        self.follow(target, terms, above)


def check(domain: str, resolver: Resolver) -> Finding:
    """One finding on the domain's SPF record."""
    reply = resolver.ask(domain, "TXT")
    if reply.is_unknown:
        return not_known("spf", reply)
    records = [row for row in reply.rows if is_spf(row)]
    if len(records) != 1:
        return _not_one(domain, reply.rows, records)
    found = shown_all(records)
    try:
        terms = parse(records[0])
    except BadRecord as error:
        return Finding("spf", Judgement.TO_MEND, f"{error}. Receivers treat a record with an error as none.", found)
    walk = Walk(resolver)
    walk.follow(domain, terms)
    return _judge(domain, terms, walk, found)


def _not_one(domain: str, rows: Sequence[str], records: list[str]) -> Finding:
    if records:
        text = f"There are {len(records):,} SPF records; receivers then use none. Put them together in one and delete the others."
        return Finding("spf", Judgement.TO_MEND, text, shown_all(records))
    near = [row for row in rows if "spf" in row[:12].lower()]
    text = "There is no SPF record. Publish one with the servers that send your mail; this one names the servers of your MX."
    if near:
        text = f"“{shown(near[0], 40)}” is no SPF record: it has to begin with “v=spf1 ”. Mend it, such as:"
    return Finding("spf", Judgement.TO_MEND, text, shown_all(near), Advice(domain, "TXT", "v=spf1 mx ~all"))


def _judge(domain: str, terms: list[Term], walk: Walk, found: tuple[str, ...]) -> Finding:
    record = " ".join(["v=spf1", *(_written(term) for term in terms if term.name != "all")])
    strict = Advice(domain, "TXT", f"{record} ~all")
    if walk.problem:
        return Finding("spf", Judgement.TO_MEND, f"{walk.problem}. Receivers treat that as an error.", found)
    if walk.lookups > MOST_LOOKUPS:
        many = f"more than {STOP_COUNTING}" if walk.lookups > STOP_COUNTING else str(walk.lookups)
        text = (
            f"The record needs {many} lookups through its includes, receivers stop at {MOST_LOOKUPS} with an error. "
            "Take out services that send no mail for you any more, or write their addresses as ip4 and ip6."
        )
        return Finding("spf", Judgement.TO_MEND, text, found)
    if len(walk.voids) > MOST_VOID:
        text = f"{len(walk.voids)} lookups lead nowhere ({', '.join(walk.voids[:4])}), receivers stop after {MOST_VOID}. Take them out."
        return Finding("spf", Judgement.TO_MEND, text, found)
    closing = _closing(terms)
    if closing in ("+", "?", ""):
        what = {
            "+": "“+all” lets every server of the world send for this domain",
            "?": "“?all” says nothing about servers that are not named",
            "": "The record has no “all” at its end, so it says nothing about servers that are not named",
        }[closing]
        return Finding("spf", Judgement.TO_MEND, f"{what}. End it with ~all.", found, strict)
    if walk.unknown:
        text = f"A part of it could not be looked up: {walk.unknown.why}. Try again in some minutes."
        return Finding("spf", Judgement.UNKNOWN, text, found)
    return Finding("spf", Judgement.GOOD, _praise(terms, walk), found)


def _closing(terms: list[Term]) -> str:
    """The qualifier of `all`; "redirect" where another record closes it, "" where nothing does."""
    for term in terms:
        if term.name == "all" and term.qualifier != "=":
            return term.qualifier
    return "redirect" if any(term.name == "redirect" for term in terms) else ""


def _praise(terms: list[Term], walk: Walk) -> str:
    words = [f"One record, {walk.lookups} of {MOST_LOOKUPS} lookups."]
    if walk.voids:
        words.append(f"{walk.voids[0]} leads nowhere and can be taken out.")
    if any(term.name == "ptr" for term in terms):
        words.append("“ptr” is slow and should not be used any more.")
    return " ".join(words)


def _written(term: Term) -> str:
    if term.qualifier == "=":
        return f"{term.name}={term.value}"
    colon = ":" if term.value and not term.value.startswith("/") else ""
    return f"{term.qualifier.removeprefix('+')}{term.name}{colon}{term.value}"
