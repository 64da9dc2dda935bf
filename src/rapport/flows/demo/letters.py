"""What the demo company writes: templates to write from, and the steps of its sequences."""

from datetime import time

# name, purpose, role family, department, subject, body
TEMPLATES = (
    ("First contact, engineers", "first_contact", "Engineering", "Technology", "Work on the grid, {{ first_name }}?",
     "Hello {{ first_name }},\n\nyour years as {{ title | \"an engineer\" }} read like the work we do every day: keeping power for two million people steady while it turns renewable.\n\nWould you talk with me for twenty minutes next week? I tell you the pay and the steps before you say yes to anything.\n\nBest regards\n{{ sender_first_name }}"),
    ("First contact, craft", "first_contact", "Craft", "Grid operations", "Substations in {{ city | \"your region\" }}",
     "Hello {{ first_name }},\n\nwe rebuild 40 substations in the next three years and look for people who like to see a day's work stand. Shift plans are fixed six weeks ahead.\n\nMay I call you? A time and a number are enough as an answer.\n\n{{ sender_first_name }}"),
    ("After we met", "event", "", "", "Good to have met you, {{ first_name }}",
     "Hello {{ first_name }},\n\nthank you for the talk at our stand. You asked about the way in for people from other trades: it takes six months, and we pay them.\n\nShall I send you the dates?\n\n{{ sender_first_name }}"),
    ("Application received", "application", "", "", "Your application: {{ job_title }}",
     "Hello {{ first_name }},\n\nyour application as **{{ job_title }}** is here and a person will read it. You hear from me within five working days, also if the answer is no.\n\nWhat comes then:\n- a talk of half an hour by phone\n- an afternoon with the team, which we pay\n\nMore about it: [how we hire](https://halden-grid.example.org/how-we-hire)\n\n{{ sender_first_name }}"),
    ("It takes longer", "delay", "", "", "{{ job_title }}: a later date than we promised",
     "Hello {{ first_name }},\n\nwe said you would hear from us this week. One of the two people who decide is ill, so it will be next Friday. I am sorry for the wait.\n\n{{ sender_first_name }}"),
    ("No after an interview", "rejection_last", "", "", "{{ job_title }}: our decision",
     "Hello {{ first_name }},\n\nwe have given the place to somebody with more years on high voltage. What convinced us about you was how you explained the outage in plain words.\n\nMay I keep your details for the next opening? If not, a short answer is enough and I delete them.\n\n{{ sender_first_name }}"),
    ("Keeping in touch", "nurture", "", "", "What has changed here since spring",
     "Hello {{ first_name }},\n\na short note, twice a year: the forecasting team has grown to nine, and two of them came from hospitals and railways.\n\n{{ snippet:how_we_hire }}\n\nTell me if it should stay at two notes, or none.\n\n{{ sender_first_name }}"),
    ("Offer follows", "offer", "", "", "Good news, {{ first_name }}",
     "Hello {{ first_name }},\n\nwe would like to work with you. The written offer follows tomorrow; today I would like to tell you about it by phone. When does it suit you?\n\n{{ sender_first_name }}"),
)  # fmt: skip
# Of the starter library, copied as it is
LIBRARY = (
    "second-note", "interview-invitation", "interview-thanks", "status-in-process", "no-after-reading", "silver-medal-later",
    "referral-thanks", "consent-again", "after-a-missed-event", "withdrawn",
)  # fmt: skip
# name, text
SNIPPETS = (
    ("about_us", "Halden Grid keeps power for two million people steady while it turns renewable. We are 2,000, and every job here has its pay range in the posting."),
    ("how_we_hire", "The way is two talks and one afternoon with the team, four weeks from the first to the last. Travel is paid."),
)  # fmt: skip
# A template's wording before the present one: name, text
FORMER = {
    "Keeping in touch": "Hello {{ first_name }},\n\nour newsletter of this spring is out. You find it on our site.\n\n{{ sender_first_name }}",
    "First contact, engineers": "Hello {{ first_name }},\n\nwe have an opening that fits your profile. Would you like to talk?\n\nBest regards\n{{ sender_first_name }}",
}  # fmt: skip
# Templates and steps (sequence, number of the step) that are set on the letterhead
BRANDED = {"Application received", "Keeping in touch", "Offer follows"}
BRANDED_STEPS = {("Data engineers for forecasting", 2), ("Nurses: first contact", 0)}
# The template that a step was written from: (sequence, number of the step)
WRITTEN_FROM = {
    ("Data engineers for forecasting", 0): "First contact, engineers",
    ("Electricians for spring", 0): "First contact, craft",
    ("After the job fair", 0): "After we met",
}
# A second variant of a step, by sequence and place: its subject, and how many more of a hundred answer it
VARIANTS = {("Data engineers for forecasting", 0): ("{{ first_name }}, may I ask you one thing?", 16)}
# Who gets a step and how its wait is counted, by sequence and place; what a sequence is for
CONDITIONS = {
    ("Electricians for spring", 1): ("days", "not_tagged", "call again in spring"),
    ("Nurses: first contact", 1): ("workdays", "", ""),
    ("Nurses: first contact", 2): ("days", "clicked", ""),
    ("Nurses: first contact", 3): ("days", "not_clicked", ""),
    ("Nurses: first contact", 4): ("days", "applied", ""),
    ("Nurses: first contact", 5): ("days", "tagged", "relocates"),
}
GOALS = {"Nurses: first contact": "application"}
HELD_OUT = {"Electricians for spring": 15}  # percent who get nothing
STOP_TAGS = {"Nurses: first contact": "apprenticeship"}
# What was written for a person where a mail asked for it
FILLED = (
    "Your talk on late data at the meetup in Oslo is still quoted here.",
    "You wrote that a pipeline is done when nobody wakes up for it; I have that sentence on my desk.",
    "Your notes on moving a warehouse without a freeze were read by the whole team.",
)

# kind, days to wait, subject, body
DATA_STEPS = (
    ("auto", 0, "Forecasting for the grid, {{ first_name }}",
     "Hello {{ first_name }},\n\nwe forecast the load of a grid for two million people, every 15 minutes, and miss by less than two percent. The team wants somebody who has run pipelines at night and lived to improve them.\n\nYour work at {{ company | \"your present employer\" }} sounds like it. Would twenty minutes suit you?\n\nRita Lindqvist\nHalden Grid"),
    ("auto", 4, "",
     "Hello {{ first_name }},\n\nthe pay for {{ job_title }} is 78,000 to 96,000 euros, and the way is two talks and one afternoon with the team. I forgot to say so.\n\nRita Lindqvist\nHalden Grid"),
    ("approval", 6, "",
     "Hello {{ first_name }},\n\n[[what of their work made you think of them]]\n\nOne last note from me: the team's on-call plan, with last month's real nights, is something I can send you. Say the word.\n\nRita Lindqvist\nHalden Grid"),
    ("task", 5, "", "Call {{ first_name }}: did the mails arrive, and is there another time of year that suits better?"),
)  # fmt: skip
CRAFT_STEPS = (
    ("auto", 0, "Substations near {{ city | \"you\" }}",
     "Hello {{ first_name }},\n\nwe rebuild 40 substations until 2029 and hire six people for it, with a shift plan that stands six weeks ahead.\n\nA number and a time are enough as an answer; I call.\n\nRita Lindqvist\nHalden Grid"),
    ("auto", 5, "",
     "Hello {{ first_name }},\n\nwhat people ask most: yes, the van goes home with you, and yes, training days are paid.\n\nRita Lindqvist\nHalden Grid"),
    ("auto", 9, "", "Hello {{ first_name }},\n\nI leave it at that. If things change, this address reaches me.\n\nRita Lindqvist\nHalden Grid"),
)  # fmt: skip
MEDAL_STEPS = (
    ("auto", 0, "We have not forgotten you, {{ first_name }}",
     "Hello {{ first_name }},\n\nyou were one of two in the end, and the other one had waited longer. There is a place again, in the billing team.\n\nMay I send you the posting before it goes out?\n\nRita Lindqvist\nHalden Grid"),
    ("approval", 7, "", "Hello {{ first_name }},\n\nthe posting goes out on Monday. If you want to be first, tell me.\n\nRita Lindqvist\nHalden Grid"),
)  # fmt: skip
NURSE_STEPS = (
    ("auto", 0, "Nursing without night shifts",
     "Hello {{ first_name }},\n\n2,000 colleagues on shift and one nurse who knows them: that is the work. A day of it, hour by hour: https://halden-grid.example.org/a-day-as-our-nurse\n\nMay I tell you more?\n\nRita Lindqvist\nHalden Grid"),
    ("wait", 3, "", ""),
    ("auto", 0, "", "Hello {{ first_name }},\n\nyou had a look at the day of our nurse. Marit, whose day it is, would talk to you on the phone, without any application. When does it suit you?\n\nRita Lindqvist\nHalden Grid"),
    ("auto", 0, "", "Hello {{ first_name }},\n\nin two sentences: no nights, no weekends, and a van that is yours. If that is something for you, answer with one word.\n\nRita Lindqvist\nHalden Grid"),
    ("auto", 6, "", "Hello {{ first_name }},\n\nyou were in the running for this place before. What you sent then is still here, so there is nothing to fill in again: one word, and it counts.\n\nRita Lindqvist\nHalden Grid"),
    ("task", 5, "", "Call {{ first_name }} about the place in Berlin."),
)  # fmt: skip
FAIR_STEPS = (
    ("auto", 0, "Good to have met you at the fair",
     "Hello {{ first_name }},\n\nthank you for coming to our stand. The folder you asked for is on its way.\n\nRita Lindqvist\nHalden Grid"),
    ("auto", 6, "", "Hello {{ first_name }},\n\ndid the folder arrive? The open day is on the 14th.\n\nRita Lindqvist\nHalden Grid"),
)  # fmt: skip

# name, role of roles.py, title of the job, steps, state, people, enrolled so many days ago at most and at least, hours
SEQUENCES = (
    ("Data engineers for forecasting", "data engineering", "Senior Data Engineer, Grid Forecasting", DATA_STEPS, "active", 60, (34, 1), (time(8, 30), time(17))),
    ("Electricians for spring", "electrical", "Electrician, Substations", CRAFT_STEPS, "active", 70, (40, 2), (time(7), time(16))),
    ("Silver medals, backend", "backend", "Backend Engineer, Billing", MEDAL_STEPS, "paused", 30, (20, 10), (time(9), time(17))),
    ("Nurses: first contact", "nursing", "Occupational Health Nurse", NURSE_STEPS, "draft", 0, (0, 0), (time(9), time(17))),
    ("After the job fair", "sales", "", FAIR_STEPS, "archived", 25, (220, 200), (time(9), time(17))),
)  # fmt: skip

# Searches that colleagues keep: whose, name, query, shared
SEGMENTS = (
    ("rita", "Python in Berlin and around", 'skill:python location:"Berlin within 50 km"', True),
    ("rita", "Not spoken to for half a year", "last_contact:>180d tag:\"silver medal\"", False),
    ("rita", "Electricians who may be written to", 'skill:"electrical installation" consent:valid', True),
    ("mira", "Senior people who write code", "years:>=8 (skill:python OR skill:typescript)", True),
    ("jonas", "Nurses who relocate", "skill:nursing tag:relocates", False),
)  # fmt: skip
