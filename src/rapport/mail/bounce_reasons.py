"""Why a mail server refused, from its words first and its status code second, and whether that means a dead address.

`hard`: nobody will ever read mail at this address (no such user or host, moved away, takes no mail at all).
`soft`: everything else, permanent or not: full, disabled, too big, blocked, policy, out of time. A soft bounce says
something about this message, this sender or this day, and must not suppress an address by itself.
Servers often send 550 5.1.1 for a block list or 5.2.2 for a full box, so the words outrank the digits.
Sources: RFC 3463 (enhanced status codes) with RFC 7505 (null MX), 7372 (authentication) and 5321 (reply codes).
"""

import re

HARD_REASONS = frozenset({"user_unknown", "host_unknown", "has_moved", "takes_no_mail"})

# In this order; the first that matches wins. What blames the sender, the content or the moment stands before "unknown
# user", because servers like to wrap it into "Recipient address rejected".
_WORDS: list[tuple[str, str]] = [
    ("user_unknown", r"(?<!all )recipient address rejected\W+access denied"),
    ("local_delivery", r"pipe to \W|procmail|couldn't create|local delivery (?:failed|agent)|no such file or directory|"
        r"child process|\|\s?exec\b|mail filter program|command (?:died|failed)|vacation program"),
    ("bad_syntax", r"malformed address|incorrectly constructed|may not follow"),
    ("takes_no_mail", r"(?:host|domain|server|it)\b.{0,40} does not accept (?:any )?(?:e-?)?mail|null ?mx|nullmx|does not "
        r"receive (?:e-?)?mail|malformed or unexpected name server reply|\bsmtp protocol returned a permanent error\b|"
        r"domain of recipient has a null mx|indicated no smtp service"),
    ("authentication", r"\bdmarc\b|\bdkim\b|\bspf\b|sender policy framework|unauthenticated|not.{0,20}authenticat\w+ "
        r"information|sender.?id|authentication (?:check|results)|arc (?:validation|chain)|sender ident"),
    ("no_reverse_dns", r"reverse (?:dns|hostname|lookup|ip)|\bptr\b|\brdns\b|ip ?-? ?(?:name|address).{0,20}lookup failed|"
        r"cannot (?:find|resolve) your (?:reverse )?host|client host rejected: cannot find|invalid helo|helo (?:command|name)"
        r"|forward.confirmed|domain does not resolve|no dns a-data|unresolvable relay host|all mail servers must have"),
    ("mailbox_full", r"(?:mailbox|inbox|mail ?box|account|quota|maildir|boite|boîte|postfach|mailfolder)\b.{0,40}\b(?:is |was "
        r"|has )?(?:full|exceed\w*|over ?quota|overdrawn|overfull|plein\w*|voll|sature\w*)|\bover (?:the |its |their |disk )?"
        r"(?:quota|size|maximum allowed|allotted)|quota (?:has been |is |was |size )?(?:exceed|reach|full|violat|limit)\w*|"
        r"exceed\w* (?:the |its |his |their |mail|storage |disk |your )?(?:quota|local limit|allocation|storage)|full mailbox|"
        r"storage (?:exceeded|allocation|limit|full|space)|insufficient (?:mailbox )?(?:space|storage for)|out of space|"
        r"not enough (?:storage )?space|space not enough|disk ?quota|mailbox size limit|account is temporarily over|overquota|"
        r"has too many messages|maximum mailbox size|mailbox ?too large|recipient.{0,20}mailbox is full|exceeded.{0,20}"
        r"storage|exceeds allowed.{0,15}quota|would exceed.{0,30}(?:quota|limit|mailbox)|too much mail data|(?:mailbox|user)"
        r" (?:exceeds|exceeded)|delivery failed: over|(?:reached|over|hit).{0,20}quota|number of messages in (?:the )?recipient's mailbox"),
    ("too_big", r"(?:message|mail|data|size|content|attachment)\w*.{0,40}(?:too (?:big|large|long)|exceed\w*.{0,30}(?:limit|"
        r"maximum|size|fixed)|larger than)|(?:exceeds?|exceeded|over).{0,30}(?:max\w* message size|size limit|message size|"
        r"fixed maximum)|sizelimit|message length exceeds|max message size|maximum (?:message )?size"),
    ("system_full", r"insufficient (?:disk|system)|no space left|not enough disk|disk (?:is )?full|out of disk|system "
        r"storage|mail system full|spool (?:is )?full"),
    ("blocked", r"spamhaus|spamcop|sorbs|barracudacentral|\b(?:dns|r|u)bl\b|dnsbl|black ?list|block ?list|blocklisted|"
        r"black ?hole|senderscore|reputation|blocked (?:by|using|for|due|ip|temporar|because your)|(?:ip|host|client|"
        r"address|network|server|connection)\b.{0,40}(?:blocked|banned|bannie|bloquee|denied|refused|not allowed|"
        r"not permitted|listed (?:at|in|on|by))|client host.{0,60}(?:rejected|blocked)|no access from mail server|open (?:mail "
        r")?relay|insecure mail relay|dynamic(?:ally)? (?:ip|assigned)|dial-?up|graylist|grey-?list|access from ip|your (?:ip|host|network|server|"
        r"mail ?server)\b.{0,60}(?:block|reject|refus|listed|bad|poor|low)|connection (?:refused|rejected|dropped|denied|"
        r"limit)|rejected because.{0,40}(?:ip|host|server)|not (?:allowed|permitted) to (?:connect|send)"),
    ("rate_limited", r"too many (?:connections|recipients|messages|mails|emails|sessions|concurrent|errors|sent|hosts)|rate.?"
        r"limit\w*|frequency limited|too (?:fast|quickly|frequently)|throttl\w+|receiving mail at a rate|unexpected volume|"
        r"exceeded.{0,30}(?:rate|per hour|per day|per minute)|messages? (?:per|this|an) (?:hour|day|minute)|(?:sent|send).{0,20}"
        r"too many|temporarily deferred|maxconnect|max(?:imum)? connections"),
    ("spam", r"\bspam\b|\bube\b|\buce\b|junk (?:mail|e-?mail)|unsolicited|bulk (?:e-?mail|mail)|spamming|content rejected|"
        r"classified as|high spam|looks like|message (?:content )?(?:rejected|refused) (?:as|due|because|by.{0,20}filter)|"
        r"phish"),
    ("virus", r"\bvirus|malware|\bworm\b|trojan|infected|eicar"),
    ("relaying_denied", r"relay(?:ing)?(?: access)? (?:denied|prohibited|not (?:allowed|permitted)|operation rejected|"
        r"disallowed)|unable to relay|not (?:allowed )?to relay|cannot relay|no relay|rejected relay|not permitted to relay|"
        r"relaying (?:is )?(?:not|prohibited)|we do not relay|relay not permitted|not an? open relay|must issue a starttls"),
    ("sender_rejected", r"\b(?:sender|mail from|envelope|return.path|from address|from domain)\b.{0,40}(?:reject\w+|not "
        r"exist|invalid|unknown|refused|verif\w+ fail\w*|denied|blocked|disallowed|does not resolve|not found|unroutable|"
        r"not valid)|cannot (?:receive|accept) (?:mail|from)|domain of sender|sender (?:verify|verification)|backscatter|"
        r"(?:sending|sender) to/from.{0,40}|invalid sender|bad sender|unable to verify sender|(?:not|don't|do not) accept\w* mail "
        r"from|by sender"),
    ("expired", r"(?:retry|delivery|message|queue|mail|time|attempt)\w*.{0,30}(?:expired|timed? ?out|timeout exceeded|limit "
        r"exceeded)|(?:been )?in (?:the )?queue too long|too long in|giving up|could not (?:be )?deliver\w* (?:for|within|in) "
        r"|will (?:be |keep |continue )?(?:retri|try)|still being (?:retried|attempted)|all hosts.{0,40}have been failing|"
        r"(?:has|have) not (?:yet )?been (?:delivered|successful)|(?:has|been) delayed|delay(?:ed)? (?:delivery|mail|for)|"
        r"warning: could not send|undelivered (?:for|after)|retry (?:time|limit)|multiple retries|cannot (?:send|be "
        r"delivered).{0,30}(?:hours|days|minutes)|(?:after|last|for|within) \d+ (?:hours?|days?|minutes|seconds)|"
        r"delivery (?:to .{0,60} )?(?:delayed|deferred)|did not accept our requests? to connect|exceeded maximum (?:time|hop)|repeatedly (?:failed|delayed)|"
        r"was rejected for \d+|operation timed out|conversation with .{0,60}timed out|not been able to deliver"),
    ("suspended", r"(?:account|mailbox|user|recipient|address|box|domain|compte|e-?mail)\b.{0,60}\b(?:disabled|suspended|"
        r"inactiv\w+|frozen|locked|blocked|bloque|deactivated|de-activated|not active|expired|cancel+ed|discontinued|closed|"
        r"terminated|on hold|temporarily unavailable|has been (?:deleted|retired))|(?:disabled|suspended|inactive|"
        r"deactivated|frozen|locked) (?:account|mailbox|user|recipient|address)|disableduser|account.?(?:not|never) (?:active|"
        r"logged)|not taking mail|vacation|mail for .{0,60} is no longer|is currently suspended|user is inactive"),
    ("filtered", r"recipient preferences|(?:because|due to|by).{0,20}(?:recipient|user)'?s? (?:preference|filter|policy|"
        r"setting|request)|not.{0,10}in (?:the )?(?:white|safe) ?list|user.{0,10}reject|rejected by (?:the )?(?:user|"
        r"recipient)|message filtered|refused by (?:the )?recipient|(?:only|does not) accepts? (?:mail|messages|e-?mail)s? from|"
        r"senders?.{0,30}(?:restricted|allowed to send)|not authori[sz]ed to send to (?:this|the) (?:recipient|group|"
        r"distribution)|due to extended inactivity|on the recipient's"),
    ("host_unknown", r"(?:host|domain|server|name|domaine|hôte)\b(?:(?!said|user|recipient|mailbox).){0,60}(?:not found|unknown|does(?: not|n't) exist|inconnu\w*|"
        r"not (?:exist|reachable|resolve|recogni[sz]ed)|invalid|illegal|no longer exists|unrouteable|couldn't be found)|(?:unknown|no such|invalid|illegal|"
        r"bad|nonexist\w+|non-existent|unrouteable) (?:remote |mail )?(?:host|domain|server|system)|(?:host|domain) name "
        r"lookup|name service error|nxdomain|(?:un)?routeable (?:mail )?domain|unrouteable address|no mx|mx (?:record|"
        r"lookup)|dns (?:lookup|error|problem|failure|resolver)|couldn't find (?:any |a )?host|cannot find (?:your |a )?host|no route to host|"
        r"domain.{0,25}not (?:valid|found)|lookup of .{0,60} failed|i couldn't find any host|unresolv\w+ (?:host|domain)|no "
        r"(?:valid )?(?:hosts|servers|exchangers)"),
    ("has_moved", r"(?:recipient|user|mailbox|account|person|employee|he|she)\b.{0,30}(?:has )?moved|not our (?:user|customer)|no longer (?:on "
        r"(?:this |the )?server|with|at|works|employed|valid|in use|here)|change your address book|new (?:e-?mail )?address is|"
        r"user not local|has left (?:the|our)|please (?:use|try) .{0,40}@"),
    ("user_unknown", r"(?:user|userid|recipient|mailbox|address|account|mail ?box|local ?part|alias|login|addressee|destinatai\w+|"
        r"empfänger|benutzer|adresse|usuario|utilisateur|customer|subscriber|person|destination|inbox|username|name)\b.{0,70}(?:unknown|not "
        r"(?:\w+ )?(?:found|exist|recogni[sz]ed|known|here|listed|valid|local|a valid|available|unique|defined|registered|in)|does(?: "
        r"not|n't) (?:exist|have)|do(?: not|n't) exist|no longer|invalid\w*|unavailable|inconnu\w*|unbekannt|desconocido|"
        r"non-?exist\w*|inexistent|no existe|n'existe|existiert nicht|undeliverable|reject\w*|isn't|incorrect|failed|illegal|"
        r"bad|couldn't be found|could not be found|unrouteable)|(?:unknown|no such|invalid|nonexistent|non-?existent|bad|"
        r"illegal|incorrect|wrong|undeliverable|undefined|inactive|unrecogni[sz]ed) (?:\w+ )?(?:user|recipient|mailbox|address|account|local|addressee|name|"
        r"e-?mail|destination|person|alias|userid|final delivery userid)|no (?:\w+ )?(?:mailbox|user|account|recipient|address|one|person|member)\b.{0,20}"
        r"(?:here|by|with|called|named|of|in|at|for|found|exists?)|unknown user|nosuchuser|recipientnotfound|not a (?:valid|known|"
        r"local|registered) (?:user|mailbox|recipient|address|account)|there is no (?:one|such|user)|this user "
        r"doesn't have|no mailbox|user ?unk|(?:can|could)(?:'t| ?not) (?:be )?(?:find|locate|resolve|found)\w*.{0,30}(?:user|"
        r"recipient|mailbox|address|account)?|is not (?:a|known|listed|one) |not (?:a )?known|unknown local|addressee unknown|"
        r"who\W+are\W+you|check (?:if )?(?:the )?(?:recipient|e-?mail |address)|that you tried to reach does not exist|"
        r"recipient address rejected\W+access denied.{0,80}outlook|pas d'utilisateur|нет такого|не существует|такого пользователя нет|недействител\w+|宛先不明|\d{3} \S+@\S+ rejected"),
    ("policy", r"transaction failed|polic(?:y|ies)|header error|not (?:rfc|compliant)|compliant|rfc ?(?:5322|2822|822)|prohibited|forbidden|"
        r"administrative(?:ly)?|not (?:authori[sz]ed|allowed|permitted)|access denied|denied|security|potential"),
    ("system_error", r"internal (?:error|system|server)|system error|service (?:currently |is )?(?:unavailable|refuse\w*)|"
        r"mailer error|configuration error|loop|too many hops|hop count|local (?:error|configuration|problem)|i/o error|can't "
        r"create|cannot (?:open|create|update|append)|operating system|protocol error|pipe to|command (?:failed|died)|server "
        r"error|temporary failure|try again"),
    ("network", r"connect\w*.{0,40}(?:refused|failed|timed|reset|lost|closed|unable)|unable to connect|not reachable|"
        r"unreachable|network|connection|routing|timed out|deferred"),
]  # fmt: skip
_PATTERNS = [(reason, re.compile(words, re.IGNORECASE)) for reason, words in _WORDS]

# RFC 3463 detail codes, without the class digit; used where the words say nothing.
_BY_CODE = {
    "1.1": "user_unknown", "1.2": "host_unknown", "1.3": "user_unknown", "1.4": "user_unknown", "1.5": "delivered",
    "1.6": "has_moved", "1.7": "sender_rejected", "1.8": "sender_rejected", "1.9": "sender_rejected",
    "1.10": "takes_no_mail", "1.351": "user_unknown", "2.0": "filtered", "2.1": "suspended", "2.2": "mailbox_full",
    "2.3": "too_big", "2.4": "filtered", "3.0": "system_error", "3.1": "system_full", "3.2": "system_error",
    "3.3": "system_error", "3.4": "too_big", "3.5": "system_error", "4.0": "network", "4.1": "network", "4.2": "network",
    "4.3": "host_unknown", "4.4": "host_unknown", "4.5": "network", "4.6": "system_error", "4.7": "expired",
    "5.0": "system_error", "5.1": "system_error", "5.2": "system_error", "5.3": "rate_limited", "5.4": "system_error",
    "6.0": "policy", "7.0": "policy", "7.1": "policy", "7.13": "suspended", "7.25": "no_reverse_dns",
    "7.26": "authentication", "7.27": "takes_no_mail", "7.23": "authentication", "7.20": "authentication",
}  # fmt: skip


# What reports put around every refusal; it must not be read as the refusal itself.
_BOILERPLATE = re.compile(
    r"recipient address rejected\s*:(?!\s*access denied)|giving up on \S+|the following address(?:\(es\)|es)? (?:had|failed)(?: permanent)?(?: \w+ errors)?|all recipients? (?:were )?refused|"
    r"could not be delivered to (?:one or more|all|some|any)(?: or all)? (?:of )?(?:its|the|your)? ?(?:intended )?recipients?|this is a "
    r"permanent error|(?:could not )?be delivered to one or more (?:recipients|destinations)|i've given up|sorry it didn't work out|returned to (?:the )?sender|this message was created automatically[^.]*|did "
    r"not reach (?:some or all of )?the (?:following |intended )?recipient(?:\(s\)|s)?|the following recipient(?:\(s\)|s)? could not be reached|(?:mail|message) delivery failed|"
    r"permanent (?:fatal )?errors?|does not like recipient|did not like our \S+(?: \S+)?|unable to deliver (?:the |this |your )?(?:message|mail)(?: to)?",
    re.IGNORECASE,
)


def reason_of(words: str, status: str, *, refused_at: str = "") -> str:
    """One word for why, from the server's words (without addresses) and the enhanced status.

    `refused_at` is the SMTP command that was refused, where known: a server that took RCPT TO and calls the user
    unknown only after DATA has filtered the message; the address may well live.
    """
    said = _BOILERPLATE.sub(" ", words)
    reason = next((name for name, pattern in _PATTERNS if pattern.search(said)), "")
    by_code = _BY_CODE.get(status.partition(".")[2], "")
    if reason in ("", "policy", "system_error", "network"):
        reason = by_code or reason
    if reason == "user_unknown" and refused_at == "mail":
        return "sender_rejected"
    if reason == "suspended" and by_code == "user_unknown":
        return by_code
    if reason == "user_unknown" and refused_at == "data" and by_code != "user_unknown":
        return "filtered"
    return reason or "undefined"


def class_of(reason: str, status: str, *, is_proven: bool = True) -> str:
    """hard or soft; what the server calls temporary (4.x.x) is never hard, nor is what it only seems to say."""
    return "hard" if reason in HARD_REASONS and is_proven and not status.startswith("4") else "soft"
