"""Words of work: cutting, stemming a little, and leaving out what says who somebody is rather than what they can do.

Names, forms of address, gendered words, family status, years and other numbers never reach a score through the text.
"""

import operator
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_WORD = re.compile(r"c\+\+|[a-z]#|\.net\b|[^\W\d_]++(?:\d{1,2}(?!\d))?", re.IGNORECASE)
_FEMININE = ("innen", "in")
_ENDINGS = ("ungen", "ments", "ings", "ung", "ing", "ern", "ers", "en", "er", "es", "e", "s")

# Words that tell gender, age, family status or origin; and forms of address.
_PERSONAL_WORDS = """
    he him his himself she her hers herself they them their mr mrs ms miss mx sir madam herr frau hr fr monsieur
    madame mademoiselle mme mlle senor senora senorita er sie ihm ihr ihre ihrer ihren ihrem sein seine seiner
    seinem seinen il elle male female man men woman women mann männlich weiblich divers boy girl father mother dad
    mum mom husband wife married single divorced widowed verheiratet ledig geschieden verwitwet marié mariée
    célibataire casado casada soltero soltera kinder children born birth birthday birthdate age aged geboren
    geburtsdatum geburtsort alter né née nacido nacida edad nationality nationalität staatsangehörigkeit nationalité
    religion konfession gender geschlecht m w d f
"""
PERSONAL = frozenset(_PERSONAL_WORDS.split())
_COMMON_WORDS = """
    a an and are as at be been but by can could did do does for from had has have how if in into is it its itself
    may more most must no not of on or our ours out over shall should so some such than that the then there these
    this those to too under up very was we were what when where which while who will with within without would you
    your yours all any also about after before between both each few other own same only just now using use used
    work working job role position candidate candidates company team teams experience experienced years year strong
    good great excellent knowledge skills skill ability able looking join etc per via aber alle allem allen aller
    alles als also am an auch auf aus bei beim bin bis bist da dabei dadurch dafür damit dann das dass dein deine
    dem den denn der des dessen deshalb die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem
    einen einer eines es etwas euch eure für gegen hat hatte haben hier hin ich im in indem ins ist ja jede jedem
    jeden jeder jedes kann kein keine können könnte man mehr mein meine mit muss müssen nach nicht noch nun nur ob
    oder ohne sehr seit sich sind so sollte sollten sondern sowie um und uns unser unsere unter usw vom von vor wann
    war waren was wenn wer werden wie wieder wir wird wo wurde wurden zu zum zur über z b bzw ca erfahrung
    erfahrungen kenntnisse kunde kunden projekt projekte suchen aufgaben bereich le la les de du des un une et en au
    aux pour par sur dans avec est sont vous nous votre notre qui que el los las del y o con por para una uno es son
    su sus como
"""
COMMON = frozenset(_COMMON_WORDS.split())


def cut(text: str) -> list[str]:
    """Words in lower case; C++, C# and .NET stay whole; numbers and letters standing alone are left out."""
    found = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return [word for word in found if len(word) > 1 or word == "r"]


def stem(word: str) -> str:
    """A word without its German feminine, then without a common ending; four letters or more remain."""
    return _without(_without(word, _FEMININE), _ENDINGS)


def _without(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def work_words(text: str, name: str = "") -> list[str]:
    """The words by which texts are compared: stems without common and personal words and without the person's name."""
    hidden = set(cut(name))
    return [stem(word) for word in cut(text) if word not in COMMON and word not in PERSONAL and word not in hidden]


def without_name(text: str, name: str) -> str:
    """A text with blanks for the parts of the person's name: it does not reach a score through the text, offsets stay."""
    for part in name.split():
        if part in text:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", " " * len(part), text)
    return text


_SENIORITY = {
    0: "intern internship trainee apprentice praktikant praktikantin azubi auszubildende auszubildender werkstudent"
    " werkstudentin student stagiaire becario",
    1: "junior jr assistant graduate entry assistenz",
    3: "senior sr sen erfahrener erfahrene experienced",
    4: "lead principal staff leitend leitende leitender teamleiter teamleiterin teamlead expert",
    5: "head director chief vp president cto ceo cfo cio coo leiter leiterin abteilungsleiter bereichsleiter directeur",
}
SENIORITY_NAMES = {0: "trainee", 1: "junior", 2: "experienced", 3: "senior", 4: "lead", 5: "head"}
_LEVELS = {word: level for level, words in _SENIORITY.items() for word in words.split()}
_ROLE_GENDER = re.compile(
    r"\(?\s*\b[mwfdxi]\s*/\s*[mwfdxi](\s*/\s*[mwfdx])?\b\s*\)?|\*in(nen)?\b|:in(nen)?\b|/-?in\b", re.IGNORECASE
)


@lru_cache(maxsize=8192)
def seniority_of(title: str) -> int:
    """0 trainee, 1 junior, 2 nothing said, 3 senior, 4 lead, 5 head: the highest that a title names."""
    levels = [_LEVELS[word] for word in cut(title) if word in _LEVELS]
    return max(levels) if levels else 2


def title_words(title: str) -> list[str]:
    """The stems of a title without seniority, gender marks and common words, each once."""
    plain = _ROLE_GENDER.sub(" ", title)
    words = [stem(word) for word in cut(plain) if word not in _LEVELS and word not in COMMON and word not in PERSONAL]
    return list(dict.fromkeys(words))


def likeness_of_words(one: Iterable[str], two: Iterable[str], rarity: Mapping[str, float] | None = None) -> float:
    """0 to 1: how far two sets of stems cover each other; a compound shares the part the other word makes up.

    "softwareentwickl" and "entwickl" count as alike by the share of letters. `rarity` weighs the words of the first.
    """
    first, second = list(one), list(two)
    if not first or not second:
        return 0.0
    weights = [max(0.01, (rarity or {}).get(a, 1.0)) for a in first]
    covered = [max(_word_likeness(a, b) for b in second) for a in first]
    forth = sum(map(operator.mul, weights, covered)) / sum(weights)
    back = sum(max(_word_likeness(a, b) for b in first) for a in second) / len(second)
    return 0.6 * forth + 0.4 * back


def _word_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 5 and (long.endswith(short) or long.startswith(short)):
        return len(short) / len(long)
    return 0.0


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n|[•▪●■◦\uf0b7]")
LONGEST_SENTENCE = 220


def closest_sentence(texts: Iterable[str], description: str) -> str:
    """The sentence that shares most words with a description, the first of several; "" where none shares two."""
    wanted = set(work_words(description))
    sentences = (part.strip() for text in texts for part in _SENTENCE_END.split(text))
    scored = ((len(wanted.intersection(work_words(sentence))), sentence) for sentence in sentences if sentence)
    count, best = max(scored, key=lambda pair: pair[0], default=(0, ""))
    return " ".join(best.split())[:LONGEST_SENTENCE] if count >= 2 else ""
