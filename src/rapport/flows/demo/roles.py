"""What the demo people do. Skill names are those of the starter vocabulary; a test checks that each is there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """`titles` from junior to lead; `core` nearly everybody of the role has, `more` some; `work` are sentences in
    which {a} and {b} stand for skills; `field` is what was studied; `weight` how many people do it.
    """

    name: str
    titles: tuple[str, str, str, str]
    core: tuple[str, ...]
    more: tuple[str, ...]
    work: tuple[str, ...]
    field: str
    weight: int


def _role(name: str, titles: str, core: str, more: str, work: str, field: str, weight: int) -> Role:
    junior, plain, senior, lead = titles.split("|")
    split = [tuple(part.strip() for part in text.split("|")) for text in (core, more, work)]
    return Role(name, (junior, plain, senior, lead), split[0], split[1], split[2], field, weight)


ROLES = (
    _role(
        "data engineering",
        "Junior Data Engineer|Data Engineer|Senior Data Engineer|Lead Data Engineer",
        "Python|SQL|PostgreSQL|Apache Airflow",
        "Apache Spark|Apache Kafka|dbt|Docker|Kubernetes|Time series analysis|Data modeling|Terraform|Snowflake",
        "Moved 180 nightly jobs to {a} without a missed run.|Owns the day-ahead load forecast with {a} and {b}, 40 million meters.|Partitioned a 9 TB store of readings in {b}.|Cut the cost of the warehouse by a third with {a}.|Taught four teams to test their pipelines with {a} and {b}.",
        "Computer science",
        9,
    ),
    _role(
        "backend",
        "Junior Backend Developer|Backend Developer|Senior Backend Engineer|Principal Engineer",
        "Python|Django|PostgreSQL|REST APIs",
        "Go|Java|Docker|Kubernetes|Redis|Microservices|GraphQL|CI/CD|Apache Kafka",
        "Rewrote the billing service in {a}; it answers in 20 ms now.|Keeps 60 services on {a} and {b} running with three colleagues.|Split a monolith along its seams with {a}.|Introduced {b} and halved the time from commit to customer.",
        "Software engineering",
        12,
    ),
    _role(
        "frontend",
        "Junior Frontend Developer|Frontend Developer|Senior Frontend Engineer|Lead Frontend Engineer",
        "JavaScript|TypeScript|React|CSS",
        "HTML|Vue.js|Web accessibility|Figma|Node.js|GraphQL|Next.js|Jest",
        "Built the customer portal with {a}, used by two million people.|Brought the design system to WCAG 2.2 AA with {a} and {b}.|Replaced four bundles by one in {a}; pages load in a second.|Paired with designers every week on {a} and {b}.",
        "Media informatics",
        9,
    ),
    _role(
        "cloud",
        "Junior DevOps Engineer|DevOps Engineer|Senior Site Reliability Engineer|Head of Platform",
        "Linux|Docker|Kubernetes|Terraform",
        "Amazon Web Services|Microsoft Azure|Ansible|Prometheus|CI/CD|Python|Grafana|Shell scripting",
        "Runs 400 nodes of {a} with an on-call that sleeps.|Moved the platform to {a} and {b} in a year.|Rebuilt everything as code with {a}.|Wrote the runbooks for {b} that new colleagues start with.",
        "Computer science",
        7,
    ),
    _role(
        "data science",
        "Junior Data Scientist|Data Scientist|Senior Data Scientist|Head of Data Science",
        "Python|Machine learning|Statistics|SQL",
        "Deep learning|PyTorch|Time series analysis|R|Natural language processing|Data visualization|Apache Spark",
        "Forecasts wind power for 90 parks with {a} and {b}.|Found meters that count wrong with {a}, 3 % of them.|Took a churn model in {a} from notebook to nightly run.|Explains models of {a} to a board that asks good questions.",
        "Statistics",
        6,
    ),
    _role(
        "product",
        "Associate Product Manager|Product Manager|Senior Product Manager|Head of Product",
        "Product management|Agile methods|Stakeholder management|UX research",
        "Scrum|Data analysis|SQL|A/B testing|Jira|Business analysis",
        "Brought a tariff app from idea to 300,000 users with {a}.|Talks to five customers a week; {b} decides what is built.|Said no to 40 wishes by {a} and {b}, and explained each.|Merged three products into one with {a}.",
        "Business informatics",
        5,
    ),
    _role(
        "design",
        "Junior Product Designer|Product Designer|Senior Product Designer|Design Lead",
        "User experience design|UI design|Figma|Prototyping",
        "UX research|Web accessibility|Design systems|Adobe Photoshop|Adobe Illustrator|Typography",
        "Redesigned the moving-house form with {a}; drop-off fell by half.|Runs {b} with people who never used an app before.|Keeps 120 components in {a} that four teams trust.|Sketches first, then {a} and {b}.",
        "Communication design",
        5,
    ),
    _role(
        "electrical",
        "Apprentice Electrician|Electrician|Master Electrician|Head of Electrical Installation",
        "Electrical installation|Electrical maintenance|Electrical safety testing|Electrical schematics",
        "Power systems engineering|Solar energy|PLC programming|Problem solving|Test engineering|Building automation|First aid",
        "Wired 40 transformer stations; {a} passed at first inspection.|Finds faults in {a} by night and in the rain.|Trained six apprentices in {a} and {b}.|Switched a district to smart meters with {b}.",
        "Electrical engineering",
        10,
    ),
    _role(
        "mechanics",
        "Apprentice Industrial Mechanic|Industrial Mechanic|Senior Maintenance Technician|Head of Maintenance",
        "Industrial maintenance|Preventive maintenance|Hydraulics|Welding",
        "Pneumatics|Turning|Milling|Engineering drawings|Forklift operation|Heat pumps|Quality control",
        "Keeps 25 turbines turning with {a} and {b}.|Rebuilt a pump hall in four weeks: {a}, {b}, no accident.|Cut unplanned stops by 30 % with {a}.|Reads a bearing by its sound and proves it with {b}.",
        "Mechanical engineering",
        8,
    ),
    _role(
        "nursing",
        "Nursing Assistant|Registered Nurse|Senior Nurse|Head Nurse",
        "Nursing|Patient care|Medication administration|Wound care",
        "Intensive care|Elderly care|First aid|Occupational health nursing|Vaccination|Infection control|Palliative care",
        "Led a ward of 28 beds: {a}, {b}, and time to listen.|Built up {a} for 2,000 shift workers.|Wrote the hygiene plan for {b}.|Trains new colleagues in {a}.",
        "Nursing",
        8,
    ),
    _role(
        "accounting",
        "Junior Accountant|Accountant|Senior Accountant|Head of Accounting",
        "Accounting|Bookkeeping|Microsoft Excel|Financial statements",
        "SAP|IFRS|DATEV|Taxation|Payroll|Financial reporting|Cost accounting",
        "Closes the month in three days with {a} and {b}.|Moved two companies to {a} without a late payment.|Prepared five audits; {b} was praised each time.|Found 200,000 euros paid twice with {a}.",
        "Business administration",
        8,
    ),
    _role(
        "controlling",
        "Junior Controller|Financial Controller|Senior Financial Controller|Head of Controlling",
        "Management accounting|Budgeting|Microsoft Excel|Financial analysis",
        "SAP|Forecasting|Power BI|Financial modeling|SQL|Cost accounting|IFRS",
        "Plans investments of 90 million euros a year with {a}.|Turned 30 sheets into one model: {a} and {b}.|Explains variances in one page with {b}.|Built the forecast that the board reads, in {a}.",
        "Economics",
        5,
    ),
    _role(
        "sales",
        "Sales Assistant|Account Manager|Senior Account Manager|Head of Sales",
        "Sales|Account management|Negotiation|CRM software",
        "Salesforce|Business development|Key account management|Presentation skills|Market research|Cold calling|Contract law",
        "Won 40 town utilities in two years by {a} and {b}.|Keeps 95 % of customers: {a} and visits.|Negotiated a framework of 12 million euros with {b}.|Built a team of five and its {a}.",
        "Business administration",
        9,
    ),
    _role(
        "marketing",
        "Marketing Assistant|Marketing Manager|Senior Marketing Manager|Head of Marketing",
        "Marketing|Content marketing|Social media marketing|Search engine optimization",
        "Google Analytics|Copywriting|E-mail marketing|Campaign management|Brand management|Adobe InDesign|Event management",
        "Doubled the sign-ups for green tariffs with {a} and {b}.|Writes what people share: {b}, no slogans.|Ran 30 events with {a}.|Rebuilt the site for {a}; half of all visits come from search.",
        "Communication",
        6,
    ),
    _role(
        "customer service",
        "Customer Service Agent|Customer Service Representative|Senior Customer Advisor|Head of Customer Service",
        "Customer service|Complaint handling|Telephone etiquette|Data entry",
        "Ticketing systems|Conflict resolution|SAP|Microsoft Office|Training delivery|Quality assurance|Teamwork",
        "Solves eight of ten calls at once with {a}.|Turned angry letters into thanks by {b}.|Trained 60 colleagues in {a} and {b}.|Wrote the answers that everybody uses for {a}.",
        "Office management",
        9,
    ),
    _role(
        "human resources",
        "HR Assistant|HR Generalist|HR Business Partner|Head of Human Resources",
        "Human resources|Recruiting|Labor law|Employee onboarding",
        "Payroll|Learning and development|Workday|Employer branding|Change management|Coaching|Interviewing",
        "Hired 140 people in a year; {a} with {b}.|Built {b} that people still talk about.|Advises 600 colleagues on {a}.|Introduced {a} with the works council at the table.",
        "Human resources",
        5,
    ),
    _role(
        "project management",
        "Project Assistant|Project Manager|Senior Project Manager|Programme Director",
        "Project management|Stakeholder management|Risk management|Budgeting",
        "Scrum|PRINCE2|Microsoft Project|Construction management|Contract management|Wind energy|Change management",
        "Built three wind parks on time with {a} and {b}.|Brought a late programme back by {a}.|Kept a budget of 30 million euros: {b}.|Leads partners in five countries with {a}.",
        "Industrial engineering",
        6,
    ),
    _role(
        "logistics",
        "Warehouse Worker|Warehouse Specialist|Logistics Planner|Head of Logistics",
        "Logistics|Warehouse management|Inventory management|Forklift operation",
        "Supply chain management|SAP|Dispatching|Order picking|Procurement|Customs|Packing",
        "Halved the search times in a store of 20,000 parts with {a}.|Plans 60 vans a day by {a} and {b}.|Counted stock to the last screw: {b}.|Moved a warehouse over one weekend with {a}.",
        "Logistics",
        8,
    ),
    _role(
        "kitchen",
        "Kitchen Assistant|Cook|Sous Chef|Head Chef",
        "Cooking|Food safety|Menu planning|Kitchen management",
        "Baking|Catering|Vegetarian cuisine|Procurement|Plating|Team leadership",
        "Cooks for 900 people a day with {a} and {b}.|Brought waste down by 40 % with {a}.|Trained three apprentices in {b}.|Made the canteen a place people choose: {a}.",
        "Culinary arts",
        5,
    ),
    _role(
        "law",
        "Paralegal|Legal Counsel|Senior Legal Counsel|General Counsel",
        "Contract law|Legal research|Legal writing|Environmental law",
        "Data protection|Compliance|Labor law|Negotiation|Litigation|Corporate law|Public procurement law",
        "Drafted the grid contracts of 80 towns: {a}.|Answers questions on {b} in a day, in plain words.|Won a case on {a} that others cite.|Wrote the rules on {a} and {b} that fit on two pages.",
        "Law",
        4,
    ),
)
