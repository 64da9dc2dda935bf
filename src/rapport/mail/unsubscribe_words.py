"""Whether a reply asks for no more mail in plain words. Pure.

Read sentence by sentence: a sentence counts when it is such a request and nothing turns it round ("don't unsubscribe
me") or makes it depend on something. A single word ("stop", "unsubscribe") counts only where it is the whole answer or
the whole subject. English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Danish, Swedish, Norwegian.
"""

import re

MAX_CHARS = 4_000

_POLITE = (
    r"(?:(?:hi|hello|hey|dear|hallo|bonjour|hola|ciao)\b[^,.!\n]{0,30}[,.!]?\s+)?(?:(?:please|pls|plz|kindly|bitte|por\s+favor|per\s+favore|merci\s+de|veuillez|alstublieft|graag|proszę|venligst|vänligen|vennligst|"
    r"can\s+you|could\s+you|would\s+you|i\s+(?:want|would\s+like|wish|need)\s+to|i['’]d\s+like\s+to|just)\s+)*"
)
_WHOLE = re.compile(
    rf"^\W*{_POLITE}(?:unsubscribe(?:\s+me)?|remove(?:\s+me)?|stop|stopp|opt[\s-]?out|no\s+more\s+(?:e-?)?mails?|abmelden|abbestellen|austragen|keine\s+(?:weiteren\s+)?(?:e-?)?mails?(?:\s+mehr)?|"
    r"(?:me\s+)?(?:désabonner|désinscrire)|désinscription|désabonnement|baja|darme\s+de\s+baja|cancelar\s+(?:la\s+)?suscripción|no\s+más\s+correos?|disiscri(?:vi(?:mi)?|zione)|cancellami|uitschrijven|afmelden|"
    r"descadastrar|cancelar\s+inscrição|wypisz(?:cie)?(?:\s+mnie)?|afmeld(?:\s+mig)?|avregistrera(?:\s+mig)?|meld\s+meg\s+av)"
    r"(?:[\s,]+(?:please|thanks|thank\s+you|thx|now|bitte|danke|merci|gracias|grazie|bedankt))*\W*$",
    re.IGNORECASE,
)
_MAIL = r"(?:e-?mails?|mails?|messages?|mailings?|newsletters?|communications?|contact)"
_LIST = r"(?:(?:your|this|the|any|all|every)\s+)?(?:[\w-]+\s+){0,3}(?:lists?|database|system|records|distribution|newsletters?|sequence|campaigns?|mailings?)"
_SENTENCE = re.compile(
    rf"(?:^|[,;:–-]\s*|\b(?:and|so|but|und|et|y|e)\s+)\W*{_POLITE}(?:(?:i|we|ich|je|nous|ik|jeg|jag)\s+(?:really\s+|simply\s+)?)?(?:"
    rf"unsubscribe\s+(?:me|my\s+(?:e-?mail|address)|from\s+{_LIST}|from\s+(?:these|this|your|further|future)\b)|(?:be\s+)?(?:unsubscribed?|removed)\s+from\s+{_LIST}|"
    rf"(?:remove|delete|take|drop)\s+(?:me|my\s+(?:name|e-?mail|address|details|data|contact)(?:\s+(?:address|details|information|data))?)\s+(?:off|from|out\s+of)\s+{_LIST}|take\s+me\s+off|"
    rf"(?:stop|quit|cease)\s+(?:sending|e-?mailing|mailing|writing|contacting|messaging|spamming)\b(?:\s+(?:to\s+)?(?:me|these|any|your|more|further|{_MAIL}))?|"
    rf"(?:do\s+not|don['’]?t|never)\s+(?:ever\s+)?(?:contact|e-?mail|mail|write(?:\s+to)?|message|send)\s+(?:to\s+)?(?:me|any|more|further)(?:\s+(?:again|any\s*more|any\s+more\b.*|any\s+{_MAIL}|{_MAIL})|\W*$)|"
    rf"(?:no\s+longer|do\s+not|don['’]?t)\s+(?:wish|want)\s+to\s+(?:(?:receive|get|have)\s+(?:(?:any|these|those|your|more|further|such)\s+)*(?:{_MAIL}|anything\s+(?:else|more|from))|be\s+contacted|hear\s+from\s+you)|opt\s+(?:me\s+)?out\b(?!\s+of\s+(?!(?:this|these|your|all|further|future)\b))|"
    rf"i\s+(?:no\s+longer\s+|do\s+not\s+|don['’]?t\s+)(?:wish|want)\s+(?:any\s+)?(?:more\s+|further\s+|these\s+|your\s+)+{_MAIL}|no\s+(?:more|further)\s+{_MAIL}\W*$|"
    r"(?:nehmen|nimm|streichen|entfernen|löschen|tragen)\s+(?:sie\s+)?mich\s+(?:bitte\s+)?(?:aus|von)\b.{0,40}(?:verteiler|liste|datenbank|kartei)|(?:keine|nicht)\s+(?:weiteren?\s+)?(?:e-?mails?|nachrichten|mails?)\s+(?:mehr\b|von\s+ihnen|zu(?:senden|schicken))|"
    r"(?:schreiben|kontaktieren|mailen)\s+sie\s+(?:mir|mich)\s+(?:bitte\s+)?nicht\s+mehr|(?:möchte|will|wünsche)\s+(?:bitte\s+)?keine\s+(?:weiteren\s+)?(?:e-?mails?|nachrichten|mails?|werbung|angebote)|melden\s+sie\s+mich\s+(?:bitte\s+)?ab\b|"
    r"(?:ne\s+)?(?:m['’]écrivez|me\s+contactez|m['’]envoyez)\s+plus\b|ne\s+(?:souhaite|veux|désire)\s+(?:plus|pas)\s+(?:recevoir|être\s+contacté)|(?:me\s+)?(?:retirer|supprimer|enlever|désinscrire|désabonner)(?:-moi)?\s+(?:de\s+)?(?:votre|cette|la|vos)\s+(?:liste|base|listes|newsletter)|désinscrivez-moi|désabonnez-moi|"
    r"no\s+(?:me\s+)?(?:escrib\w+|contact\w+|envíe\w*|mande\w*)\s+más|no\s+(?:deseo|quiero)\s+(?:seguir\s+)?recib\w+(?:\s+más)?|(?:dar(?:me)?|dé\w*me|denme)\s+de\s+baja|(?:elimín\w+|bórr\w+|quít\w+)me\s+de\s+(?:su|la|esta)\s+(?:lista|base)|"
    r"non\s+(?:scrivetemi|contattatemi|mandatemi|voglio\s+(?:più\s+)?ricevere|desidero\s+(?:più\s+)?ricevere)(?:\s+più)?|(?:rimuov\w+mi|cancellatemi|toglietemi)\s+da\w*\s+(?:vostra\s+)?(?:lista|mailing|database)|"
    r"não\s+(?:quero|desejo)\s+(?:mais\s+)?receber|(?:remov\w+|retir\w+)(?:-me|\s+meu\s+e-?mail)\s+d\w+\s+(?:sua\s+)?lista|"
    r"(?:stuur|schrijf|mail)\s+(?:mij|me)\s+(?:alstublieft\s+)?(?:niet|geen\s+(?:e-?)?mails?)\s+meer|(?:wil|wens)\s+geen\s+(?:e-?)?mails?\s+meer|(?:schrijf|meld|haal)\s+(?:mij|me)\s+(?:uit|af)\b|"
    r"(?:proszę\s+)?(?:nie\s+(?:przysyłać|wysyłać|pisać)|o\s+(?:usunięcie|wypisanie))\b.{0,30}(?:więcej|listy|bazy)|(?:vil|ønsker)\s+ikke\s+(?:modtage|motta|have)\s+flere|(?:vill|önskar)\s+inte\s+(?:få|ha)\s+fler|(?:ta|fjern|ta\s+bort)\s+(?:mig|meg)\s+(?:fra|från|af)\b.{0,20}list"
    r")",
    re.IGNORECASE,
)
_TURNED_ROUND = re.compile(
    r"\b(?:do\s+not|don['’]?t|never|please\s+not)\s+(?:unsubscribe|remove|take\s+me|delete|stop)|\b(?:if|unless|in\s+case|should\s+i|until|wenn|falls|si|als|se)\b|\bnicht\s+(?:aus|ab)\b.{0,30}(?:streichen|entfernen|melden)|"
    r"\b(?:candidates?|customers?|users?|people|they|he|she|clients?)\b.{0,30}\b(?:unsubscribe|opt)",
    re.IGNORECASE,
)


def asks_to_stop(reply_text: str, subject: str = "") -> bool:
    """Whether the writer wants no more mail; `reply_text` is without quotes and signature, the subject as received."""
    text = reply_text.strip()[:MAX_CHARS]
    bare_subject = re.sub(r"^\s*(?:(?:re|aw|sv|antw)\s*:\s*)+", "", subject, flags=re.IGNORECASE)
    if _WHOLE.match(text) or (len(text) < 200 and _WHOLE.match(bare_subject) and bare_subject == subject.strip()):
        return True
    sentences = re.split(r"(?<=[.!?…])\s+|\n+", text)
    return any(
        (_WHOLE.match(sentence) and len(sentence.split()) > 1)
        or (_SENTENCE.search(sentence[:500]) and not _TURNED_ROUND.search(sentence[:500]))
        for sentence in sentences
    )  # fmt: skip
