"""The words that organisation_rules.py knows: legal forms, and names under which one organisation goes. Data only.

Everything in lower case without accents and dots, "&" as "and".
"""

# Cut off at the end, one after the other: "gmbh and co kg", "pty ltd", "sp z oo".
LEGAL_FORMS_TEXT = """
    gmbh mbh ggmbh ug ag kg kgaa ohg gbr ev eg egen eingetragener se ek ekfm partg partgmbb haftungsbeschrankt
    inc incorporated llc lllp llp lp ltd limited corp corporation company co plc pllc pc cic pty pte pvt private bhd sdn
    sa sas sasu sarl eurl sci scop sprl bvba bv nv vof cv vzw asbl
    srl srls spa sapa snc scarl sl slu slne sau slp scoop
    oy oyj ab aktiebolag hb as asa ans aps a/s
    spzoo sro doo dd ad ead eood zrt kft nyrt bt oao zao ooo pao sia uab oue ou tov
    kk gk ltda eireli mei cia kabushiki kaisha
    wll fzco fze fzllc dmcc psc saoc sae sal
    ооо оао зао пао ао ип тоо
    株式会社 有限会社 合同会社 有限公司 股份有限公司 주식회사 유한회사
"""
LEGAL_FORMS = frozenset(LEGAL_FORMS_TEXT.split())
# Several words that are one form, and what stands between forms.
LEGAL_PHRASES = (("sp", "z", "oo"), ("sp", "z", "o", "o"), ("s", "r", "o"), ("d", "o", "o"), ("a", "s"), ("e", "v"), ("b", "v"), ("sociedad", "anonima"),
                 ("societe", "anonyme"), ("sociedad", "limitada"), ("limited", "liability", "company"), ("public", "limited", "company"))  # fmt: skip
# Cut off in front.
LEGAL_STARTS = frozenset(
    [
        "ooo",
        "oao",
        "zao",
        "pao",
        "ооо",
        "оао",
        "зао",
        "пао",
        "ао",
        "ип",
        "тоо",
        "pt",
        "株式会社",
        "有限会社",
        "合同会社",
        "the",
    ]
)

# An organisation and the other names it goes by; each name may also have a country behind it ("ibm deutschland").
KNOWN_AS = {
    "accenture": (),
    "adidas": ("adidas salomon",),
    "airbus": ("eads", "airbus group", "airbus operations", "airbus defence and space"),
    "allianz": ("allianz versicherung", "allianz deutschland"),
    "amazon": ("amazon com", "amazon web services", "aws", "amazon eu"),
    "american express": ("amex",),
    "apple": ("apple computer",),
    "at and t": ("att",),
    "basf": ("badische anilin und soda fabrik",),
    "bayer": ("bayer healthcare", "bayer pharma"),
    "bmw": ("bayerische motoren werke", "bayerische motorenwerke", "bmw group"),
    "bosch": ("robert bosch", "bosch group"),
    "boston consulting group": ("bcg", "the boston consulting group", "boston consulting"),
    "bbc": ("british broadcasting",),
    "british telecom": ("bt", "bt group", "british telecommunications"),
    "capgemini": ("cap gemini", "cap gemini ernst and young", "capgemini engineering", "altran"),
    "cisco": ("cisco systems",),
    "citi": ("citigroup", "citibank", "citi group"),
    "cognizant": ("cognizant technology solutions", "cts"),
    "commerzbank": (),
    "continental": ("conti", "continental automotive", "continental teves"),
    "credit suisse": ("credit suisse group",),
    "daimler": ("daimlerchrysler", "daimler chrysler"),
    "dell": ("dell computer", "dell technologies", "dell emc"),
    "deloitte": ("deloitte and touche", "deloitte touche tohmatsu", "deloitte consulting", "deloitte touche"),
    "deutsche bahn": ("db bahn", "die bahn", "db group", "deutsche bundesbahn"),
    "deutsche bank": ("deutsche bank group",),
    "deutsche post": ("dp dhl", "deutsche post dhl", "dhl group", "deutsche post dhl group", "dpdhl"),
    "deutsche telekom": ("telekom", "telekom deutschland", "t online"),
    "disney": ("walt disney", "disney enterprises"),
    "dxc": ("dxc technology",),
    "edf": ("electricite de france",),
    "ericsson": ("telefonaktiebolaget lm ericsson", "lm ericsson"),
    "ey": ("ernst and young", "ernst young"),
    "general electric": ("ge",),
    "general motors": ("gm",),
    "google": ("alphabet", "google com"),
    "h and m": ("hm", "hennes and mauritz"),
    "hewlett packard": ("hp", "hewlett packard company", "hpq"),
    "hewlett packard enterprise": ("hpe", "hp enterprise"),
    "hsbc": ("hongkong and shanghai banking", "hsbc bank"),
    "ibm": ("international business machines", "i b m", "ibm business services", "ibm global services"),
    "infosys": ("infosys technologies", "infosys bpo"),
    "johnson and johnson": ("jnj", "j and j", "johnson johnson"),
    "jp morgan": ("jpmorgan", "jpmorgan chase", "jp morgan chase", "jpmc", "jpmorgan chase bank"),
    "kpmg": ("kpmg international", "klynveld peat marwick goerdeler"),
    "lufthansa": ("deutsche lufthansa", "lufthansa group"),
    "lvmh": ("lvmh moet hennessy louis vuitton", "moet hennessy louis vuitton"),
    "mckinsey": ("mckinsey and company", "mc kinsey"),
    "mercedes benz": ("mercedes", "mercedes benz group", "mercedesbenz"),
    "meta": ("facebook", "meta platforms", "facebook com"),
    "microsoft": ("msft", "microsoft corp"),
    "national health service": ("nhs", "nhs trust"),
    "oracle": ("oracle systems", "oracle america"),
    "procter and gamble": ("p and g", "procter gamble"),
    "pwc": ("pricewaterhousecoopers", "pricewaterhouse coopers", "price waterhouse coopers", "pwc advisory"),
    "rolls royce": ("rollsroyce", "rolls royce holdings"),
    "sap": ("sap labs", "systeme anwendungen und produkte"),
    "siemens": ("siemens group",),
    "societe generale": ("socgen", "soc gen"),
    "sncf": ("societe nationale des chemins de fer francais",),
    "tata consultancy services": ("tcs", "tata consultancy"),
    "thyssenkrupp": ("thyssen krupp",),
    "ubs": ("union bank of switzerland", "ubs group"),
    "unilever": (),
    "united nations": ("un",),
    "verizon": ("verizon communications", "verizon wireless"),
    "vodafone": ("vodafone group",),
    "volkswagen": ("vw", "volkswagen group", "volkswagen konzern", "vw group"),
    "wells fargo": ("wells fargo bank",),
    "wipro": ("wipro technologies",),
    "world health organization": ("who", "world health organisation"),
    "x": ("twitter", "twitter com"),
    "zf": ("zf friedrichshafen",),
}  # fmt: skip
COUNTRIES_TEXT = """
    deutschland germany osterreich austria schweiz switzerland suisse france espana spain italia italy nederland netherlands
    belgium belgique polska poland portugal uk england ireland india usa us canada mexico brasil brazil argentina australia
    singapore japan china europe emea apac international global worldwide sverige sweden norge norway danmark denmark suomi
    finland turkiye turkey cesko hungary romania uae
"""
COUNTRIES = frozenset(COUNTRIES_TEXT.split())
