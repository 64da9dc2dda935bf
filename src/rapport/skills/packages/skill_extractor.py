"""What adverts call skills, in skill-extractor (MIT): 31,000 forms in small letters, wide and noisy. Pure.

Taken are phrases of two or three plain words that end in the name of a method ("threat modelling", "content moderation"),
a phrase with its acronym in brackets, and single names that no phrase uses as a word and that do not look like a word of
the language. Whatever holds a skill that is known already stays out, because "aws containers" would hide AWS.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable

from rapport.skills.esco import Concept
from rapport.skills.finder import Vocabulary
from rapport.skills.names import CONTEXT
from rapport.skills.packages.contents import Contents
from rapport.skills.packages.files import PackageFiles
from rapport.skills.words import fold, singular

SKILLS = "skill_extractor/data/skills.json"
CATEGORY = "From adverts"
_METHODS = """
    accounting administration analytics architecture assurance auditing automation benchmarking bookkeeping budgeting
    calibration certification cleansing compliance computing costing counselling cryptography debugging deployment design
    diagnostics documentation drafting engineering epidemiology estimation evaluation extraction facilitation forecasting
    forensics fundraising governance hardening hedging instrumentation integration invoicing localization logistics
    machining management mapping marketing mining modeling modelling moderation monitoring negotiation onboarding
    optimization optimisation orchestration pathology planning pricing procurement profiling programming prototyping
    provisioning reconciliation recruitment refactoring rendering reporting research sampling scheduling scripting
    segmentation simulation sourcing statistics surveying taxation testing tracing translation troubleshooting
    underwriting validation valuation verification virtualization visualization welding
"""
METHODS = frozenset(_METHODS.split())
MOST_PHRASES = 2  # in which a single name may stand: more, and it is a word of the language
_PLAIN = re.compile(r"[a-z]+(?: [a-z]+){1,2}")
_BRACKETED = re.compile(r"([a-z]+(?: (?:[a-z]+|&)){1,4}) \(([a-z]{3,6})s?\)")
_NAME = re.compile(r"[a-z]{5,}[a-z0-9.]*|[a-z]+\.js|[a-z]+[0-9]+[a-z]*")
_WORDLIKE = re.compile(
    r"(?:ing|tion|tions|ment|ments|ity|ities|ness|ive|ives|al|als|ly|ed|ies|able|ance|ence|ism|ist|ists|ers?|ors?|ship|ology"
    r"|sis|ics?|ous|ful|less|ure|ures|ung|ungen|heit|keit|schaft|age|ages|ant|ent|ents|ees?|ry|ties|cy|es|ts|ns|ds|ks|ms|ls"
    r"|ps|gs|rs|ys|ate|ise|ize|ian|ical|ness|dom|en)$"
)


def read(files: PackageFiles) -> Contents:
    """The forms that pass the filter; how many did not is counted."""
    forms = [" ".join(str(form).split()) for form in json.loads(files.read(SKILLS))]
    phrases = _count_words(forms)
    starter = Vocabulary.starter()
    concepts, skipped = [], Counter[str]()
    for form in forms:
        bracketed = _BRACKETED.fullmatch(form)
        if bracketed and _is_acronym(bracketed[2], bracketed[1]):
            concepts.append(Concept("", bracketed[1], (bracketed[2].upper(),), CATEGORY))
        elif _is_method(form, starter):
            concepts.append(Concept("", form, (), CATEGORY))
        elif _is_single_name(form, phrases, starter):
            matching = CONTEXT if form.isalpha() else ""  # whose capitals are lost: "Continue" begins sentences
            concepts.append(Concept("", form[0].upper() + form[1:], (), CATEGORY, matching))
        else:
            skipped["not sure to be a skill"] += 1
    return Contents(concepts, skipped=skipped)


def _count_words(forms: Iterable[str]) -> Counter[str]:
    """In how many phrases each word stands."""
    return Counter(word for form in forms if " " in form for word in {singular(fold(one)) for one in form.split()})


def _is_method(form: str, starter: Vocabulary) -> bool:
    words = form.split()
    return bool(_PLAIN.fullmatch(form)) and words[-1] in METHODS and "and" not in words and not starter.find(form)


def _is_single_name(form: str, phrases: Counter[str], starter: Vocabulary) -> bool:
    if not _NAME.fullmatch(form) or phrases[singular(fold(form))] > MOST_PHRASES or starter.canonical(form):
        return False
    return any(c.isdigit() or c == "." for c in form) or not _WORDLIKE.search(form)


def _is_acronym(short: str, phrase: str) -> bool:
    """Whether the letters begin the words of the phrase: RPA of robotic process automation."""
    return short == "".join(word[0] for word in _lettered(phrase.split()))


def _lettered(words: Collection[str]) -> list[str]:
    return [word for word in words if word not in ("and", "of", "for", "the", "&")]
