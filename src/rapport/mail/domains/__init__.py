"""Is a domain set up so that its mail arrives? Rules of MX, SPF, DKIM, DMARC, MTA-STS and TLS-RPT, and one look at all.

`check.check_domain` asks the name server and returns findings; every rule is told what it needs and asks by the small
interface of `resolver`, so that it can be tried without a network. What is published in the DNS is hostile until read.
"""
