"""Whether a reply asks for no more mail in plain words. Pure.

Only a short answer that says nothing else counts; a longer one is read by a person.
"""

import re

_WORDS = re.compile(
    r"^\W*(?:please\s+|pls\s+|bitte\s+|por\s+favor\s+|merci\s+de\s+)?(?:unsubscribe(?:\s+me)?|remove\s+me(?:\s+from\s+(?:your|this|the)\s+(?:list|mailing\s+list))?|"
    r"stop(?:\s+(?:mailing|emailing|writing|contacting)(?:\s+(?:to\s+)?me)?)?|opt[\s-]?out|take\s+me\s+off(?:\s+(?:your|this)\s+list)?|"
    r"do\s+not\s+(?:contact|e-?mail|write\s+to)\s+me(?:\s+again)?|abmelden|abbestellen|austragen|keine\s+(?:weiteren\s+)?(?:e-?)?mails?(?:\s+mehr)?|"
    r"désabonner|désinscri(?:re|ption)|me\s+désinscrire|darme?\s+de\s+baja|baja|cancelar\s+suscripción|no\s+más\s+correos?|disiscrivi(?:mi)?|uitschrijven|afmelden)"
    r"(?:[\s,]+(?:please|thanks|thank\s+you|bitte|danke|merci|gracias))?\W*$",
    re.IGNORECASE,
)


def asks_to_stop(reply_text: str) -> bool:
    return len(reply_text) < 120 and bool(_WORDS.match(reply_text.strip()))
