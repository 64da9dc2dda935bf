"""What somebody who answered wants: interested, not now, not interested, a referral, a question, or something else. Pure.

Rules over sentences, each with the sentence that decided, so that a person sees why and can overrule it. Of several
sentences the one that changes most what happens next counts:

| kind           | for example                                              | outranks                       |
|----------------|----------------------------------------------------------|--------------------------------|
| referral       | "my colleague Dana may be interested: dana@…"            | everything: somebody else      |
| not_now        | "not at the moment, get in touch in March"; with a date  | a bare no, interest in general |
| not_interested | "no thanks", "I am happy where I am"                     | interest, questions            |
| interested     | "sounds good", "happy to talk on Thursday"               | questions                      |
| question       | "is it remote?", "what is the salary?"                   |                                |
| other          | anything else, and what nothing is plain about           |                                |

English, German, French, Spanish, Italian, Portuguese and Dutch. A sentence that is turned round ("I would not say I am
not interested") decides nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from rapport.mail import return_dates

KINDS = ("interested", "not_now", "not_interested", "referral", "question", "other")
MAX_CHARS = 6_000
MAX_SENTENCE_CHARS = 300

_NOT_NOW = re.compile(
    r"\bnot now\b|\b(?:not|n['’]t|no)\b.{0,40}\b(?:right now|at the moment|at present|currently|at this (?:time|point|stage|moment)|just now|for now|yet|just yet|today)\b|"
    r"\b(?:right now|at the moment|currently|at this (?:time|point|stage)|for now)\b.{0,50}\b(?:not|n['’]t|no|happy|settled|bound|committed|busy|tied)\b|"
    r"\b(?:timing|time|moment)\b.{0,25}\b(?:not|n['’]t|isn['’]t)\b.{0,15}\b(?:right|good|great|ideal|best)|\b(?:bad|wrong|not (?:the|a) (?:right|good|best)|not (?:ideal|great)) (?:time|timing|moment)\b|"
    r"\b(?:maybe|perhaps|possibly)\b.{0,30}\b(?:later|next (?:year|month|quarter|spring|summer|autumn|fall|winter)|in (?:the future|a few|\d+|a couple))|"
    r"\b(?:get|be|stay|keep|come|check|reach|contact|write|call|ping|try|ask|touch)\b.{0,40}\b(?:back|again|in touch|out|base|me|later)\b.{0,30}\b(?:later|in (?:a few|a couple|\d+|one|two|three|six)\b|next (?:year|month|quarter|week|spring|summer|autumn|fall|winter)|"
    r"after|in (?:the )?(?:new year|future|spring|summer|autumn|fall|winter|january|february|march|april|may|june|july|august|september|october|november|december))|"
    r"\b(?:keep|stay) in touch\b|\bopen to (?:it|something|opportunities|a change) (?:later|in the future|next)|\bnot looking (?:to (?:move|change)|for .{0,30}) (?:until|before)\b|\bunder contract until\b|\bnotice period\b.{0,30}\buntil\b|"
    r"\b(?:derzeit|momentan|aktuell|zurzeit|zur zeit|im moment|gerade|im augenblick|vorerst)\b.{0,60}\b(?:nicht|kein\w*|zufrieden|glücklich|gebunden|ausgelastet)\b|\b(?:nicht|kein\w*)\b.{0,50}\b(?:derzeit|momentan|aktuell|zurzeit|im moment|gerade|vorerst)\b|"
    r"\b(?:melden|schreiben|kontaktieren|fragen)\b.{0,40}\b(?:später|wieder|nochmals?|erneut|nächste\w*|in \w+ (?:monat|woch|jahr)\w*|im (?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|frühjahr|sommer|herbst|winter))|\bspäter (?:gerne?|vielleicht)\b|\bzu einem späteren zeitpunkt\b|"
    r"\b(?:pas|plus)\b.{0,40}\b(?:pour l['’]instant|pour le moment|actuellement|en ce moment|à ce stade)|\b(?:pour l['’]instant|pour le moment|actuellement|en ce moment)\b.{0,50}\b(?:pas|satisfait\w*|heureu\w+)|\brecontact\w+\b|\bplus tard\b|"
    r"\bno\b.{0,50}\b(?:por ahora|de momento|en este momento|actualmente|por el momento)|\b(?:por ahora|de momento|en este momento|actualmente|por el momento)\b.{0,50}\bno\b|\bmás adelante\b|"
    r"\bnon\b.{0,50}\b(?:al momento|per ora|in questo momento|attualmente|adesso)|\b(?:al momento|per ora|in questo momento|attualmente)\b.{0,50}\bnon\b|\bpiù avanti\b|"
    r"\bnão\b.{0,50}\b(?:no momento|de momento|por agora|atualmente|neste momento)|\b(?:no momento|de momento|por agora|atualmente|neste momento)\b.{0,50}\bnão\b|\bmais tarde\b|\bmais para a frente\b|"
    r"\b(?:niet|geen)\b.{0,50}\b(?:op dit moment|momenteel|nu|voorlopig)|\b(?:op dit moment|momenteel|voorlopig)\b.{0,50}\b(?:niet|geen)\b",
    re.IGNORECASE,
)
_NOT_INTERESTED = re.compile(
    r"\b(?:not|n['’]t|no longer|never)\b.{0,20}\binterest(?:ed)?\b(?! me in)|\b(?:no|zero|lack of) interest\b|\b(?:not|n['’]t) (?:really |actively |currently |even )?(?:looking|searching|seeking|considering|job.?hunting)\b|"
    r"\bno(?:,)? (?:thanks|thank you|thx)\b|\bthanks?(?: you)?,? but (?:no|i['’]?ll pass)\b|\bi['’]?(?:ll| will| have to| must)? ?pass\b(?! (?:it|this|that|your|you|on))|\b(?:i )?(?:have to|must|will|would like to|am going to|decided to) decline\b|\bdeclin(?:e|ing) (?:the|this|your) (?:offer|opportunity|invitation|role)|"
    r"\b(?:very |quite |really |perfectly )?(?:happy|satisfied|content|comfortable|settled) (?:where i am|in my (?:current )?(?:job|role|position|company)|with my (?:current )?(?:job|role|position|employer|company)|at my current|here)\b|"
    r"\b(?:not|n['’]t) (?:a|the right|a good|really a|quite a|quite the|what i(?:['’]m| am) looking|for me|my (?:thing|field|cup)|want(?:ing)? to (?:change|move|leave|relocate))\b.{0,30}(?:fit|match|for|\b|$)|"
    r"\b(?:accepted|took|taken|signed|started) (?:another|a different|a new|an?other) (?:offer|job|role|position|contract)|\bwithdraw\w*\b.{0,40}\b(?:application|candidacy|process|consideration)|\bfound (?:a|another|something) (?:new|job|else|different)|"
    r"\b(?:kein\w* (?:interesse|bedarf)|nicht (?:mehr )?interessiert|nicht (?:mehr )?auf (?:der )?(?:job)?suche|nein,? danke|sage ich ab|muss ich ab(?:sagen|lehnen)|lehne ich ab|kommt für mich nicht in ?frage|passt (?:leider )?nicht|anderweitig (?:entschieden|vergeben)|"
    r"(?:sehr |rundum )?(?:zufrieden|glücklich) (?:in|mit|bei|an) mein\w*|ziehe meine bewerbung zurück)\b|"
    r"\b(?:pas|plus|aucun\w*) (?:du tout |vraiment )?(?:intéressée?s?|intérêt|à la recherche|en recherche)|\bnon,? merci\b|\bje (?:décline|refuse)\b|\bne (?:m['’]intéresse|correspond|convient) pas\b|"
    r"\bno (?:me interesa|estoy (?:interesad[oa]|buscando)|gracias|tengo interés)\b|\bno,? gracias\b|\b(?:non (?:sono|mi) interess\w+|no,? grazie|non cerco|non sto cercando)\b|"
    r"\b(?:não (?:tenho interesse|estou interessad[oa]|estou à procura|me interessa)|não,? obrigad[oa])\b|\b(?:geen interesse|niet (?:meer )?geïnteresseerd|nee,? (?:bedankt|dank)|niet op zoek)\b",
    re.IGNORECASE,
)
_REFERRAL = re.compile(
    r"\b(?:my|a|an old|a former|one of my) (?:\w+ )?(?:friend|colleague|coworker|co-worker|sister|brother|wife|husband|cousin|classmate|acquaintance|teammate|contact)s?\b.{0,80}\b(?:interest\w*|looking|fit|match|suit\w*|good|great|perfect|right|apply|reach|contact|might|could|would|may)\b|"
    r"\b(?:i|we) (?:know|can (?:recommend|refer|suggest)|could (?:recommend|refer|suggest)|would (?:recommend|suggest)|(?:['’]d|do) recommend)\b.{0,40}\b(?:someone|somebody|person|people|people who|friend|colleague|guy|woman|developer|engineer|nurse|[A-ZÀ-Þ]\w+ [A-ZÀ-Þ]\w+)|"
    r"\b(?:you (?:should|could|might want to|may want to)|please|feel free to|try) (?:contact|reach out to|talk to|speak (?:to|with)|ask|get in touch with|write to|email)\b(?!\s+(?:me|us|my agent)\b).{0,60}(?:@|\b(?:instead|colleague|friend|replac\w+|who|she|he)\b)|"
    r"\b(?:forward(?:ed|ing)?|pass(?:ed|ing)?|shar(?:ed|ing)) (?:it|this|that|your (?:e-?mail|message|mail|details)|the (?:role|job|ad|advert|offer|link|opportunity))\b.{0,30}\b(?:to|on to|along to|with|on)\b(?! you)|"
    r"\b(?:ich kenne (?:jemanden|da jemanden|eine\w*)|(?:ein\w*|mein\w*) (?:\w+ )?(?:freund|kolleg|bekannt|schwester|bruder|frau|mann)\w*\b.{0,80}\b(?:interess\w*|such\w*|passen\w*|geeignet|könnte)|(?:wenden|melden) sie sich (?:bitte )?an\b|(?:weitergeleitet|leite .{0,40} weiter)|kann (?:ich )?.{0,40}empfehlen)\b|"
    r"\b(?:je connais (?:quelqu['’]un|une personne)|(?:une?|mon|ma) (?:\w+ )?(?:ami|amie|collègue|connaissance)\b.{0,80}\b(?:intéress\w*|cherche|pourrait|correspond\w*)|je (?:peux|pourrais) vous recommander|contactez plutôt|transmis (?:votre|à|l['’]offre))|"
    r"\b(?:conozco a (?:alguien|una? persona)|(?:un|una|mi) (?:\w+ )?(?:amig[oa]|colega|compañer[oa])\b.{0,80}\b(?:interes\w*|busca\w*|podría|encaja\w*)|puedo recomendar\w*|he reenviado)\b|"
    r"\b(?:conosco (?:qualcuno|una persona)|(?:un|una|il mio|la mia) (?:\w+ )?(?:amic[oa]|collega)\b.{0,80}\b(?:interess\w*|cerca\w*|potrebbe)|conheço (?:alguém|uma pessoa)|(?:um|uma|meu|minha) (?:\w+ )?(?:amig[oa]|colega)\b.{0,80}\b(?:interess\w*|procura\w*|poderia)|ik ken (?:iemand|een)|(?:een|mijn) (?:\w+ )?(?:vriend|vriendin|collega)\b.{0,80}\b(?:geïnteresseerd|zoek\w*|zou))",
    re.IGNORECASE,
)
_INTERESTED = re.compile(
    r"(?<!not )(?<!n't )(?<!n’t )(?<!no longer )(?<!if you are )(?<!if you're )(?<!who is )(?<!who are )(?<!might be )\b(?:i am|i['’]m|am|very|really|quite|definitely|certainly|absolutely|always|still|indeed|be|yes,?)\s+(?:\w+\s+)?(?:interested|keen|curious|intrigued|excited)\b|\binterest(?:s|ed) me\b|\b(?:sounds?|looks?|seems?) (?:\w+ )?(?:interesting|great|good|exciting|amazing|perfect|fantastic|like a (?:good|great))|"
    r"\b(?:i['’]d|i would|would) (?:be )?(?:\w+ )?(?:love|like|happy|glad|delighted|open|interested|keen|pleased)\b.{0,30}\b(?:to (?:talk|chat|hear|learn|discuss|know|meet|speak|apply|connect|find out|join|explore|have a (?:call|chat))|more)\b|\b(?:happy|glad|open|available|free|keen|ready|willing) (?:to|for) (?:a )?(?:talk|chat|call|discuss|meet|hear|speak|learn|connect|interview|quick|short)|"
    r"\b(?:let['’]?s|we (?:can|could)|can we|could we|shall we|when can we|how about we) (?:\w+ )?(?:talk|chat|speak|meet|discuss|schedule|arrange|set up|have a|do|connect|catch up)|\b(?:please )?(?:send|share|tell|give) (?:me|over|us) (?:\w+ )?(?:more|the (?:details|job|description|role|info)|further|details|information|a (?:call|calendar|link|invite))|"
    r"\b(?:i(?:['’]m| am)|would be) (?:available|free|around)\b|\b(?:monday|tuesday|wednesday|thursday|friday|tomorrow|next week|that|this|it|\d{1,2}(?::\d{2})?\s?(?:am|pm)?)\b.{0,25}\b(?:works?|suits?|is (?:fine|good|great|perfect|ok(?:ay)?)|would (?:work|suit|be (?:good|great|fine)))\b|"
    r"\bcount me in\b|\bi['’]?m in\b(?!\s+\w)|\byes,? (?:please|gladly|sure|of course|absolutely|definitely|i(?:['’]d| would| am|['’]m)|let)|^\W*(?:yes|sure|gladly|absolutely|definitely|of course|with pleasure)\b[\s,.!]*$|\b(?:attached|enclosed|here) (?:is|are|you(?:['’]ll| will)? find|please find) (?:\w+ )?(?:my|the) (?:\w+ )?(?:cv|r[ée]sum[ée]|portfolio|application)|\blook(?:ing)? forward to (?:hear|talk|speak|meet|discuss|our|the (?:call|interview|conversation))|\bcall me\b|"
    r"\b(?:habe|hätte|besteht|grundsätzlich|großes|sehr) (?:\w+ )?(?:interesse|interessiert)\b|\b(?:bin|wäre) (?:\w+ ){0,2}interessiert\b|\bklingt (?:\w+ )?(?:gut|interessant|spannend|super|toll)|\b(?:sehr|gerne?)\b.{0,40}\b(?:mehr (?:erfahren|wissen|dazu|infos?|informationen)|telefonieren|sprechen|kennenlernen|austauschen|bewerben|treffen)|\b(?:freue mich|würde mich freuen)\b.{0,50}(?:gespräch|austausch|rückmeldung|telefonat|kennenlernen|hören)|\b(?:passt (?:mir )?(?:gut|sehr gut|wunderbar|am)|ja,? (?:gerne?|sehr gerne?))\b|"
    r"\b(?:je suis|serais|très|suis) (?:\w+ )?intéressée?\b|\bm['’]intéresse\b(?! pas)|\bavec plaisir\b|\b(?:volontiers|je serais (?:ravie?|heureu\w+))\b|\b(?:semble|paraît|a l['’]air) (?:\w+ )?(?:intéressant\w*|bien)|\b(?:en savoir plus|j['’]aimerais (?:discuter|échanger|en parler))|"
    r"\b(?:estoy|estaría|muy) (?:\w+ )?interesad[oa]\b|(?<!no )\bme interesa\b|\b(?:suena|parece) (?:\w+ )?(?:bien|interesante|genial)|\bme (?:gustaría|encantaría)\b.{0,30}\b(?:saber|hablar|conocer|charlar)|\b(?:con gusto|encantad[oa])\b|"
    r"(?<!non )\b(?:sono|sarei|molto) (?:\w+ )?interessat[oa]\b|\bmi interessa\b|\b(?:sembra|suona) (?:\w+ )?(?:interessante|bene|ottimo)|\b(?:volentieri|con piacere|mi piacerebbe)\b|(?<!não )\b(?:estou|estaria|muito) (?:\w+ )?interessad[oa]\b|\b(?:parece|soa) (?:\w+ )?(?:interessante|bem|ótimo)|\b(?:com prazer|gostaria de (?:saber|conversar|falar|conhecer))\b|"
    r"(?<!niet )\b(?:ben|zou|zeker|zeer|wel) (?:\w+ )?geïnteresseerd\b|\bklinkt (?:\w+ )?(?:goed|interessant|leuk)|\b(?:graag|met plezier)\b.{0,40}\b(?:horen|bellen|spreken|weten|afspreken|meer)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?\s*[\"'”’)\]]*\s*$|\?(?=\s)|？|^\W*(?:(?:and|but|so|also|hi|hello)\b[\s,]*)?(?:what|which|who|whom|whose|when|where|why|how|is it|is the|is there|are there|are you|do you|does|did|can you|could you|would you|will you|may i|can i|could i|should i)\b.{8,}|"
    r"\b(?:could|can|would) you (?:please )?(?:tell|let|send|share|explain|clarify|confirm|advise|provide|give)\b|\b(?:please|pls|kindly) (?:let me know|advise|confirm|clarify|tell me|explain|provide|send|forward|call|review|respond|reply)\b|\b(?:i (?:was |am )?wonder(?:ing|ed)?|i(?:['’]d| would) like to know|i need to know|let me know (?:if|what|when|how|whether|who|your))\b|"
    r"^\W*(?:wie|was|welche\w*|wer|wann|wo|warum|wieso|gibt es|ist (?:es|das|die)|könn(?:en|ten) sie|handelt es sich|quel\w*|combien|comment|pourquoi|où|est-ce|pourriez-vous|qué|cuál\w*|cuánt\w*|cómo|dónde|cuándo|podría\w*|quale|quali|quanto|come|dove|quando|potrebbe|qual|quanto|como|onde|poderia|wat|welke|hoe|waar|waarom|kunt u)\b.{8,}\?",
    re.IGNORECASE,
)
_ASKS_FOR_MORE = re.compile(r"\b(?:send|share|tell|give) (?:me|over|us)\b", re.IGNORECASE)
_TURNED_ROUND = re.compile(
    r"\bnot (?:that|because|saying)\b.{0,20}\bnot\b|\b(?:would|do) ?n[o'’]t say\b", re.IGNORECASE
)
_IN_MONTHS = re.compile(
    r"\b(?:in|nach|dans|d['’]ici|en|dentro de|tra|fra|em|daqui a|over|after)\s+(?:about\s+|around\s+|etwa\s+|ca\.?\s+|environ\s+|unos\s+|circa\s+|ungefähr\s+|another\s+)?(?P<count>an?|one|two|three|four|five|six|nine|twelve|einem|zwei|drei|vier|sechs|une?|deux|trois|quatre|six|un[oa]?|dos|tres|seis|due|sei|dois|três|een|twee|zes|drie|half a|\d{1,2})(?:\s*(?:-|to|or|bis|à|a)\s*\w+)?\s+"
    r"(?P<unit>days?|weeks?|months?|years?|tage?n?|wochen?|monate?n?|jahre?n?|jours?|semaines?|mois|ans?|días?|semanas?|mes(?:es)?|años?|giorni|settiman[ae]|mes[ei]|ann[oi]|dias?|mês|anos?|dagen|we[e]?ken|maanden|maand|jaar)\b",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"\b(?:next|nächste[snmr]?|l['’]année prochaine|le mois prochain|próximo|prossimo|volgend)\s*(?P<unit>year|month|quarter|week|jahr|monat|quartal|woche|año|mes|anno|mese|ano|mês|jaar|maand)?\b|\b(?:the )?new year\b|\bim neuen jahr\b|\bproch\w+ (?P<fr>année|mois)\b",
    re.IGNORECASE,
)
_QUARTER = re.compile(r"\bQ([1-4])(?:\s*/?\s*(20\d\d))?\b")
_END_OF = re.compile(
    r"\b(?:end of|ende|fin(?: de| d['’])?|final(?:es)? de|fine(?: di)?|einde|eind)\s*(?:the\s+)?(?:\w+\.?\s*)?$",
    re.IGNORECASE,
)
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "einem": 1, "un": 1, "une": 1, "uno": 1, "una": 1, "een": 1, "two": 2, "zwei": 2, "deux": 2, "dos": 2, "due": 2, "dois": 2, "twee": 2,
    "three": 3, "drei": 3, "trois": 3, "tres": 3, "três": 3, "drie": 3, "four": 4, "vier": 4, "quatre": 4, "five": 5, "six": 6, "sechs": 6, "seis": 6, "sei": 6, "zes": 6, "nine": 9, "twelve": 12,
}  # fmt: skip


@cache
def _month_only() -> re.Pattern[str]:
    """A month without a day; compiled when first needed."""
    return re.compile(
        rf"(?<![^\W\d_])(?:in|im|en|a|em|by|from|after|nach|ab|until|bis|dès|desde|da|vanaf|around|early|mid|end of|anfang|mitte|ende|early in|début|fin|para|per)\s+(?:the\s+)?(?P<month>{return_dates.MONTH_PATTERN})(?:\s+(?P<year>20\d\d))?",
        re.IGNORECASE,
    )


@dataclass(frozen=True, slots=True)
class Intent:
    """`kind` is one of KINDS; `date` when to come back, only for not_now; `sentence` decided, empty for other."""

    kind: str
    date: date | None
    sentence: str


def read_intent(text: str, sent_on: date | None = None) -> Intent:
    """The intent of a reply; `text` is without quotes and signature, `sent_on` fixes "in March" and "in two months"."""
    sentences = _sentences(text)
    found: dict[str, str] = {}
    for sentence in sentences:
        for kind in _kinds_of(sentence):
            found.setdefault(kind, sentence)
    for kind in ("referral", "not_now", "not_interested", "interested", "question"):
        if kind in found:
            if kind != "not_now":
                return Intent(kind, None, found[kind])
            dates = (come_back_on(sentence, sent_on) for sentence in [found[kind], *sentences])
            return Intent(kind, next((day for day in dates if day), None), found[kind])
    return Intent("other", None, "")


def _sentences(text: str) -> list[str]:
    pieces = re.split(r"(?<=[.!?？。])\s+|\n\s*\n|\n(?=\s*[-*•]\s)", text[:MAX_CHARS])
    return [" ".join(piece.split())[:MAX_SENTENCE_CHARS] for piece in pieces if piece.strip()]


def _kinds_of(sentence: str) -> list[str]:
    """What this sentence says, as far as it is plain."""
    if _TURNED_ROUND.search(sentence):
        return []
    kinds = []
    is_no, is_later = bool(_NOT_INTERESTED.search(sentence)), bool(_NOT_NOW.search(sentence))
    is_asking = bool(_QUESTION.search(sentence))
    if _REFERRAL.search(sentence) and not is_asking:
        kinds.append("referral")
    if is_later and not is_asking:
        kinds.append("not_now")
    elif is_no and not is_asking:
        kinds.append("not_interested")
    elif _INTERESTED.search(sentence) and not (sentence.endswith("?") and _ASKS_FOR_MORE.search(sentence)):
        kinds.append("interested")
    if is_asking:
        kinds.append("question")
    return kinds


def come_back_on(sentence: str, sent_on: date | None) -> date | None:
    """The first day on which to write again: a date, a month, a quarter, or so many weeks or months from now."""
    if sent_on is None:
        return None
    ahead = [day for day in return_dates.days_named(sentence, sent_on) if day > sent_on]
    if ahead:
        return ahead[0]
    match = _IN_MONTHS.search(sentence)
    if match:
        return _later(sent_on, match["count"].lower(), match["unit"].lower())
    match = _month_only().search(sentence)
    if match:
        return _first_of(
            return_dates.month_number(match["month"]), match["year"], sent_on, _ends(match[0], sentence, match.start())
        )
    match = _QUARTER.search(sentence)
    if match:
        return _first_of(3 * int(match[1]) - 2, match[2], sent_on, 3 * _ends("", sentence, match.start()))
    match = _NEXT.search(sentence)
    return _next(sent_on, (match["unit"] or match["fr"] or "").lower(), match[0].lower()) if match else None


def _ends(words: str, sentence: str, at: int) -> int:
    """1 where it says "the end of" that month or quarter, else 0."""
    return int(bool(_END_OF.search(sentence[max(0, at - 20) : at]) or _END_OF.search(f"{words} ")))


def _first_of(month: int, year: str | None, sent_on: date, months_on: int) -> date | None:
    """The first day of a month that lies ahead, so many months on; None when the named year is past."""
    found = date(int(year) if year else sent_on.year + (month <= sent_on.month), month, 1)
    found = _add_months(found, months_on)
    return found if found > sent_on else None


def _later(sent_on: date, count: str, unit: str) -> date:
    if count == "half a":
        return _add_months(sent_on, 6)
    number = _NUMBERS.get(count) or int(count)
    if unit.startswith(("day", "tag", "jour", "día", "dia", "giorn", "dag")):
        return sent_on + timedelta(days=number)
    if unit.startswith(("week", "woch", "sem", "sett", "wek")):
        return sent_on + timedelta(weeks=number)
    return _add_months(sent_on, number * (12 if unit.startswith(("year", "jahr", "an", "añ", "jaar")) else 1))


def _next(sent_on: date, unit: str, words: str) -> date | None:
    if (
        unit.startswith(("year", "jahr", "añ", "an", "jaar"))
        or "new year" in words
        or "neuen jahr" in words
        or "année" in words
    ):
        return date(sent_on.year + 1, 1, 1)
    if unit.startswith(("quart",)):
        return _add_months(date(sent_on.year, 3 * ((sent_on.month - 1) // 3) + 1, 1), 3)
    if unit.startswith(("month", "monat", "mois", "mes", "mês", "maand")) or "mois" in words:
        return _add_months(sent_on.replace(day=1), 1)
    return None


def _add_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
