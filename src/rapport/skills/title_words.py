"""The words that titles.py knows: abbreviations, levels, noise, places. Lower case; data only."""

# One word or several for an abbreviation, wherever it stands.
ABBREVIATIONS = {
    "mgr": "manager", "mngr": "manager", "mgmt": "management", "dir": "director", "vp": "vice president",
    "svp": "senior vice president", "evp": "executive vice president", "avp": "assistant vice president",
    "engr": "engineer", "eng": "engineer", "engg": "engineering", "dev": "developer", "swe": "software engineer",
    "sde": "software engineer", "sdet": "sdet", "sre": "site reliability engineer", "asst": "assistant",
    "ass't": "assistant", "assoc": "associate", "exec": "executive", "rep": "representative", "reps": "representative",
    "spec": "specialist", "coord": "coordinator", "sup": "supervisor", "supv": "supervisor", "supvr": "supervisor",
    "acct": "account", "acctg": "accounting", "mktg": "marketing", "mkt": "marketing", "ops": "operations",
    "hr": "human resources", "qa": "quality assurance", "qc": "quality control", "dba": "database administrator",
    "ba": "business analyst", "rn": "registered nurse", "lpn": "licensed practical nurse",
    "cna": "certified nursing assistant", "cpa": "certified public accountant", "csr": "customer service representative",
    "sdr": "sales development representative", "bdr": "business development representative",
    "bdm": "business development manager", "gm": "general manager", "ea": "executive assistant",
    "pa": "personal assistant", "ceo": "chief executive officer", "cfo": "chief financial officer",
    "cto": "chief technology officer", "coo": "chief operating officer", "cio": "chief information officer",
    "cmo": "chief marketing officer", "cpo": "chief product officer", "chro": "chief human resources officer",
    "ciso": "chief information security officer", "md": "managing director", "ml": "machine learning",
    "ai": "artificial intelligence", "bi": "business intelligence", "pr": "public relations", "r&d": "research and development",
    "l&d": "learning and development", "f&b": "food and beverage", "fnb": "food and beverage", "svc": "service",
    "svcs": "services", "cust": "customer", "dept": "department", "natl": "national", "intl": "international",
    "int'l": "international", "corp": "corporate", "mfg": "manufacturing", "mech": "mechanical", "elec": "electrical",
    "maint": "maintenance", "sys": "systems", "sw": "software", "hw": "hardware", "prog": "programmer",
    "prod": "production", "proj": "project", "pm": "project manager", "pmo": "project management office",
    "admin": "administrator", "tech": "technician", "sec": "security", "info": "information", "infosec": "information security",
    "comms": "communications", "fin": "finance", "cs": "customer service", "ux": "user experience", "ui": "user interface",
    "uiux": "user experience", "sysadmin": "system administrator", "sysadm": "system administrator", "gl": "general ledger",
    "teamlead": "team lead", "drh": "directeur ressources humaines", "rrhh": "recursos humanos", "rh": "ressources humaines",
    "mitarb": "mitarbeiter", "gf": "geschäftsführer", "frontend": "front end", "backend": "back end",
    "fullstack": "full stack", "ecommerce": "e-commerce", "saleman": "salesperson", "genaral": "general",
    "maintainance": "maintenance", "counsellor": "counselor", "programme": "program", "centre": "center",
    "it": "information technology", "ict": "information technology",
    "labour": "labor", "labourer": "laborer", "aircond": "air conditioning", "aircon": "air conditioning",
}  # fmt: skip
# Otherwise before another word: "admin assistant", "tech lead".
BEFORE_OTHERS = {
    "admin": "administrative", "tech": "technical", "eng": "engineering", "exec": "executive",
    "dev": "development",
}  # fmt: skip
# Kept as they are written in normal forms of several words, and never split or cut.
SALES_PEOPLE = {
    "salesman": "salesperson", "saleswoman": "salesperson", "salesmen": "salesperson", "chairman": "chairperson",
    "chairwoman": "chairperson", "waitress": "waiter", "stewardess": "steward", "hostess": "host", "actress": "actor",
    "businessman": "businessperson", "businesswoman": "businessperson", "foreman": "foreman", "forewoman": "foreman",
    "policewoman": "policeman", "fireman": "firefighter", "mailman": "mail carrier", "postman": "mail carrier",
    "handywoman": "handyman", "barmaid": "barman", "kauffrau": "kaufmann", "kaufleute": "kaufmann", "fachfrau": "fachmann",
    "bürokauffrau": "bürokaufmann", "hotelfachfrau": "hotelfachmann", "krankenschwester": "krankenpfleger",
    "köch": "koch", "ärzt": "arzt", "zahnärzt": "zahnarzt", "tierärzt": "tierarzt", "anwält": "anwalt", "rechtsanwält": "rechtsanwalt",
    "directrice": "directeur", "hôtesse": "hôte", "maîtresse": "maître", "cheffe": "chef", "actrice": "acteur",
    "assistante": "assistant", "gérante": "gérant", "consultante": "consultant", "enseignante": "enseignant",
    "soignante": "soignant", "surveillante": "surveillant", "représentante": "représentant", "dirigeante": "dirigeant",
    "exploitante": "exploitant", "commerçante": "commerçant", "fabricante": "fabricant", "intervenante": "intervenant",
    "négociante": "négociant", "intendante": "intendant", "étudiante": "étudiant", "présidente": "président",
    "adjointe": "adjoint", "chargée": "chargé", "employée": "employé", "attachée": "attaché", "déléguée": "délégué",
    "préposée": "préposé", "apprentie": "apprenti", "avocate": "avocat", "écrivaine": "écrivain", "commise": "commis",
    "artisane": "artisan", "lieutenante": "lieutenant", "commandante": "commandant", "sergente": "sergent",
}  # fmt: skip

# (level, words that say so and are cut off when others remain)
LEVELS = (
    ("intern", "intern internship interns trainee apprentice praktikant praktikum azubi auszubildende auszubildender"
     " ausbildung werkstudent student stagiaire stage alternant alternance apprenti becario prácticas stagiair volontär"
     " werkstudententätigkeit co-op working"),
    ("junior", "junior jr jnr jun graduate entry-level entry débutant berufseinsteiger absolvent"),
    ("mid", "mid mid-level middle intermediate"),
    ("senior", "senior sr snr sen sénior experienced expérimenté erfahrener erfahrene distinguished"),
    ("lead", "lead leading principal staff"),
)  # fmt: skip
# What else a title says of the level; these words stay.
LEADING = {
    "lead": ("team lead", "team leader", "teamleiter", "tech lead", "gruppenleiter", "chef d'équipe", "supervisor",
             "shift leader", "foreman", "vorarbeiter", "schichtleiter", "teamlead", "leader"),
    "head": ("head of", "director", "vice president", "leiter", "bereichsleiter", "abteilungsleiter", "directeur", "leitung",
             "head", "direktor", "dean", "director general"),
    "executive": ("chief", "president", "managing director", "geschäftsführer", "founder", "co-founder", "owner", "partner",
                  "directeur général", "general director", "vorstand", "chairperson", "executive director"),
}  # fmt: skip
# Titles in which such a word is no level.
NO_LEVELS = frozenset(
    (
        "chief clerk", "head chef", "head cook", "head waiter", "head teacher", "head nurse", "head coach", "staff nurse",
        "staff accountant", "lead generation", "school principal", "vice principal", "working student", "middle school",
        "chief cook", "chief steward", "mid wife", "film director", "art director", "creative director", "stage manager",
        "funeral director", "music director", "staff writer", "general staff", "human resources business partner",
        "business partner", "rider partner", "delivery partner", "people partner", "talent acquisition partner", "student advisor", "student counselor",
        "theatre director", "director of photography", "stage director", "middle manager", "graduate school", "product owner",
        "directeur de la photographie", "process owner", "chief engineer", "graduate teaching", "account supervisor",
    )
)  # fmt: skip

NOISE_WORDS = """
    remote remotely hybrid hybride onsite on-site homeoffice home-office wfh télétravail teletrabajo urgent urgently asap hiring
    immediate immediately sofort ab vacancy vacancies wanted needed required gesucht apply now new neu hot opening openings
    full-time fulltime part-time parttime full part time permanent temporary temp contract contractor freelance freelancer
    vollzeit teilzeit festanstellung minijob unbefristet befristet cdi cdd intérim interim temps plein partiel seasonal
    casual salary basic allowance bonus commission ote relocation visa sponsorship wfo days week weekend weekends shift shifts
    night day hourly start job jobs position role career opportunity recruit recruiting recruitment recruitments walk-in
    interview deutschlandweit bundesweit nationwide based fixed term months month year level experience experienced years fresh
    grads graduates welcome h/f f/h m/w m/f d x all genders gn
"""
NOISE = frozenset(NOISE_WORDS.split())
# Cut wherever they stand.
ALWAYS_NOISE_WORDS = """
    remote hybrid onsite on-site homeoffice home-office wfh télétravail teletrabajo urgent urgently asap sofort vacancy vacancies
    gesucht full-time fulltime part-time parttime vollzeit teilzeit festanstellung minijob unbefristet befristet cdi cdd intérim
    deutschlandweit bundesweit permanent temporary
"""
ALWAYS_NOISE = frozenset(ALWAYS_NOISE_WORDS.split())

PLACES_NAMES = """
    usa us uk eu emea apac dach latam europe germany deutschland france spain españa italy netherlands belgium austria österreich
    switzerland schweiz suisse poland portugal ireland india canada australia singapore malaysia japan china brazil mexico sweden
    norway denmark finland england scotland wales philippines indonesia thailand vietnam dubai uae qatar israel turkey greece
    romania hungary czechia ukraine nigeria kenya egypt pakistan bangladesh
    berlin hamburg münchen munich köln cologne frankfurt stuttgart düsseldorf leipzig dortmund essen bremen dresden hannover
    nürnberg duisburg bochum wuppertal bonn münster karlsruhe mannheim augsburg wiesbaden wien vienna graz linz salzburg zürich
    zurich genf geneva genève basel bern lausanne paris lyon marseille toulouse nice nantes strasbourg bordeaux lille rennes
    grenoble montpellier madrid barcelona valencia sevilla bilbao málaga lisbon lisboa porto rome roma milan milano turin
    amsterdam rotterdam utrecht eindhoven brussels bruxelles antwerp ghent london manchester birmingham leeds glasgow edinburgh
    bristol liverpool cardiff belfast dublin cork galway copenhagen stockholm oslo helsinki warsaw kraków krakow prague budapest
    bucharest athens istanbul bangalore bengaluru mumbai delhi hyderabad chennai pune gurgaon noida kolkata toronto vancouver
    montreal calgary ottawa sydney melbourne brisbane perth auckland tokyo shanghai beijing seoul manila jakarta bangkok penang
    johor selangor kuching johor cebu boston chicago seattle austin dallas houston denver atlanta miami phoenix philadelphia
    portland minneapolis detroit pittsburgh baltimore charlotte orlando tampa nashville cleveland columbus cincinnati
    sacramento oakland brooklyn manhattan alabama alaska arizona arkansas california colorado connecticut delaware florida
    georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota
    mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia
    washington wisconsin wyoming nyc sf bay area greater region north south east west central
"""
PLACES = frozenset(PLACES_NAMES.split())
PLACES_OF_TWO = frozenset(
    (
        "new york", "san francisco", "los angeles", "san diego", "san jose", "las vegas", "salt lake", "hong kong",
        "kuala lumpur", "johor bahru", "petaling jaya", "shah alam", "new delhi", "united states", "united kingdom",
        "new jersey", "new mexico", "north carolina", "south carolina", "north dakota", "south dakota", "rhode island",
        "west virginia", "new hampshire", "south africa", "new zealand", "saudi arabia", "abu dhabi", "the hague",
        "den haag", "st gallen", "saint louis", "st louis", "kansas city", "tel aviv", "são paulo", "buenos aires",
        "mexico city", "sri lanka", "ile de france", "île de france", "czech republic", "washington dc", "subang jaya",
    )
)  # fmt: skip
STATES_NAMES = """
    al ak az ar ca co ct de fl ga hi id il ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn
    tx ut vt va wa wv wi wy dc
"""
STATES = frozenset(STATES_NAMES.split())
# Words a role ends with in English: "Manager, Sales" is a sales manager.
HEADS_NAMES = """
    manager director supervisor coordinator engineer developer analyst teacher nurse technician specialist assistant associate
    executive officer consultant representative administrator designer accountant clerk operator driver worker architect
    instructor lecturer professor planner planning buyer agent advisor leader lead trainer scientist programmer tester
    producer editor writer attorney counsel therapist physician president controller auditor inspector installer mechanic
"""
HEADS = frozenset(HEADS_NAMES.split())
# Endings of the words that name people, so that a plural s goes: "interpreters", "conducteurs", "technicians".
AGENT_ENDINGS = """
    er or ist ian ant ive eer eur ien ier iste clerk nurse guard aide mechanic chef cook agent attendant
    president superintendent surgeon pilot professional guide judge maid model coach athlete host broker counsel
    staff assistente hygienist architect physicist executive midwife associate baker butcher pharmacien
    apprentice delegate steward dispatcher roustabout machinist cadre agente auxiliary
"""
AGENTS = tuple(AGENT_ENDINGS.split())
