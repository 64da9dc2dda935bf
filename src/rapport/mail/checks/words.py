"""Words that are worth a second look in a mail to a candidate: short lists that say why, and where that is known from. Data.

Nothing here forbids anything. A pattern is a regular expression over lower-case text, matched at the bounds of words.
"""

from dataclasses import dataclass

SOURCES = {
    "gaucher": "Gaucher, Friesen & Kay: Evidence that gendered wording in job advertisements exists and sustains gender "
    "inequality. Journal of Personality and Social Psychology 101 (2011)",
    "adea": "29 CFR 1625.4 (Age Discrimination in Employment Act, help wanted notices)",
    "eeoc": "EEOC Enforcement Guidance on National Origin Discrimination (2016)",
    "apa": "APA Publication Manual, 7th edition, chapter 5: Bias-free language guidelines",
    "adata": "ADA National Network: Guidelines for Writing About People With Disabilities",
    "rivera": "Rivera: Hiring as cultural matching. American Sociological Review 77 (2012)",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A pattern, what it stands for in the finding, and why; `instead` is a suggestion, `source` a key of SOURCES."""

    pattern: str
    why: str
    instead: str = ""
    source: str = ""


_PRESSURE = "Filters and people take pressure to act for advertising."
_MONEY = "Filters score promises of easy money."
_CERTAIN = "A promise nobody can keep reads as a fraud."
_HIDDEN = "It does not say where the link leads; filters and screen readers want to know."

SPAM = (
    Word(r"act (?:now|fast|immediately)", _PRESSURE, "say until when, and why"),
    Word(r"(?:urgent(?:ly)?|last chance|final notice)", _PRESSURE, "name the date"),
    Word(r"(?:limited time|while it lasts|don'?t miss(?: out)?|hurry)", _PRESSURE, "name the date"),
    Word(r"(?:click|press) here", _HIDDEN, "name what the link shows"),
    Word(r"(?:100 ?% (?:free|guaranteed)|guaranteed|no risk|risk[- ]free)", _CERTAIN, "say what is certain and what is not"),
    Word(r"(?:once in a lifetime|too good to be true|amazing opportunity|dream job)", "Filters and people know these words from advertising.", "say what is good about it"),
    Word(r"(?:earn (?:extra )?(?:cash|money)|easy money|extra income|be your own boss|unlimited income)", _MONEY, "name the pay range"),
    Word(r"(?:congratulations|you (?:have|'ve) been (?:selected|chosen)|you won|winner)", "It is how fraud begins: somebody has won without entering.", "say what made you write"),
    Word(r"(?:dear (?:friend|candidate|sir or madam|applicant))", "It tells that nobody is meant.", "use the first name with a fallback"),
    Word(r"(?:this is not spam|not junk)", "Only spam says so."),
)  # fmt: skip

BIASED = (
    Word(r"aggressive(?:ly)?", "Coded as male in adverts; fewer women apply.", "persistent, or say what is done", "gaucher"),
    Word(r"domina(?:nt|te|ting)", "Coded as male in adverts; fewer women apply.", "leading", "gaucher"),
    Word(r"competitive(?! (?:pay|salary|range|benefits|compensation|offer))", "Coded as male in adverts; fewer women apply.", "say what one is measured by", "gaucher"),
    Word(r"(?:headstrong|outspoken)", "Coded as male in adverts; fewer women apply.", "says what they think", "gaucher"),
    Word(r"ambitious", "Coded as male in adverts; fewer women apply.", "wants to learn, or name the aim", "gaucher"),
    Word(r"(?:rock ?stars?|ninjas?|gurus?|wizards?|superhero(?:es)?)", "It pictures one kind of person, and nobody knows what the work is.", "name the work", "apa"),
    Word(r"(?:you )?guys", "It names men and means all.", "everyone, all of you", "apa"),
    Word(r"(?:chairman|chairmen)", "It names men and means all.", "chair", "apa"),
    Word(r"(?:salesman|salesmen)", "It names men and means all.", "salesperson, sales people", "apa"),
    Word(r"(?:manpower|man-hours?|manmade)", "It names men and means all.", "staff, hours of work, made", "apa"),
    Word(r"(?:craftsman|craftsmen|foreman|foremen|repairman|handyman)", "It names men and means all.", "craftsperson, supervisor, technician", "apa"),
    Word(r"(?:he/she|she/he|his/her|her/his|s/he)", "It leaves people out and stumbles.", "they, or you", "apa"),
    Word(r"(?:digital natives?)", "It names an age, not a skill.", "name the tools they should know", "adea"),
    Word(r"(?:young(?:,| and)? (?:dynamic |hungry |motivated )*(?:team|people|talent|professionals?)|youthful)", "It tells older people not to apply; such words count against an employer.", "say how the team works", "adea"),
    Word(r"(?:recent (?:college )?graduates?|college students?)", "It names an age, not a skill; such words count against an employer.", "entry level, or name what they should know", "adea"),
    Word(r"(?:boys?|girls?)(?= (?:wanted|for)\b)", "It names sex and age; such words count against an employer.", "people", "adea"),
    Word(r"native (?:english |german |french |spanish )?speakers?", "It asks where somebody was born, not what they can do.", "fluent in", "eeoc"),
    Word(r"mother tongue", "It asks where somebody was born, not what they can do.", "fluent in", "eeoc"),
    Word(r"(?:able[- ]bodied|physically fit)", "It leaves out people who do the work with help.", "name what has to be done", "adata"),
    Word(r"(?:wheelchair[- ]bound|confined to a wheelchair)", "It pities.", "uses a wheelchair", "adata"),
    Word(r"(?:crazy|insane|lame)", "It makes an illness or an impairment a joke or a reproach.", "hard, surprising, weak", "adata"),
    Word(r"cultur(?:e|al) fit", "It is measured by likeness to those who are there.", "what they would add, or how you work", "rivera"),
)  # fmt: skip

SHORTENERS = frozenset(
    [
        "bit.ly",
        "buff.ly",
        "cutt.ly",
        "goo.gl",
        "is.gd",
        "lnkd.in",
        "ow.ly",
        "rb.gy",
        "rebrand.ly",
        "shorturl.at",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tinyurl.com",
        "v.gd",
    ]
)
