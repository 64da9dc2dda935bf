"""Invented exports in the shape of other systems, written by the tests themselves."""

import json
from pathlib import Path
from typing import Any

RITA, NINA = {"id": 11, "name": "Rita Example"}, {"id": 12, "name": "Nina Elsewhere"}
JOB = {
    "id": 500, "name": "Archivist", "status": "open", "confidential": False, "created_at": "2024-01-02T09:00:00Z",
    "opened_at": "2024-01-05T09:00:00Z", "closed_at": None, "updated_at": "2024-02-01T09:00:00Z",
    "departments": [{"id": 1, "name": "Library"}], "offices": [{"id": 2, "name": "HQ", "location": {"name": "Berlin, Germany"}}],
    "hiring_team": {"hiring_managers": [{"id": 13, "name": "Hugo Example"}], "recruiters": [RITA]},
    "openings": [{"id": 1}, {"id": 2}],
}  # fmt: skip
STAGES = [
    {"id": 901, "name": "Application Review", "job_id": 500, "priority": 0},
    {"id": 902, "name": "Phone Screen", "job_id": 500, "priority": 1},
    {"id": 903, "name": "Face to Face", "job_id": 500, "priority": 2},
]
USERS = [
    {"id": 11, "name": "Rita Example", "primary_email_address": "Rita@example.org", "emails": ["rita@example.org"]},
    {"id": 12, "name": "Nina Elsewhere", "primary_email_address": "nina@elsewhere.example", "emails": []},
    {"id": 13, "name": "Hugo Example", "primary_email_address": "hugo@example.org", "emails": []},
]
REJECTED = {
    "id": 7002, "candidate_id": 2, "prospect": False, "applied_at": "2024-01-10T10:00:00Z",
    "rejected_at": "2024-01-20T10:00:00Z", "last_activity_at": "2024-01-20T10:00:00Z", "status": "rejected",
    "source": {"id": 1, "public_name": "Job board"}, "jobs": [{"id": 500, "name": "Archivist"}],
    "current_stage": {"id": 902, "name": "Phone Screen"}, "rejection_reason": {"id": 3, "name": "Took another offer", "type": {"id": 2, "name": "They rejected us"}},
}  # fmt: skip
ACTIVE = {
    "id": 7001, "candidate_id": 1, "prospect": False, "applied_at": "2024-01-08T10:00:00Z", "rejected_at": None,
    "last_activity_at": "2024-01-15T10:00:00Z", "status": "active", "source": {"id": 1, "public_name": "Referral"},
    "recruiter": RITA, "jobs": [{"id": 500, "name": "Archivist"}], "current_stage": {"id": 902, "name": "Phone Screen"},
    "location": {"address": "Hamburg, Germany"},
}  # fmt: skip
PROSPECT = {
    "id": 7003, "candidate_id": 3, "prospect": True, "applied_at": "2024-01-11T10:00:00Z", "status": "active", "jobs": [],
    "prospect_detail": {"prospect_pool": {"id": 4, "name": "Silver medals"}},
}  # fmt: skip
PEOPLE = [
    {
        "id": 1, "first_name": "Zora", "last_name": "Quill", "title": "Archivist", "company": "Paper Ltd",
        "created_at": "2024-01-08T10:00:00Z", "updated_at": "2024-01-15T10:00:00Z", "last_activity": "2024-01-15T10:00:00Z",
        "is_private": False, "recruiter": RITA, "tags": ["Latin", "Night shift"], "applications": [ACTIVE],
        "email_addresses": [{"value": "Zora.Quill@example.com", "type": "personal"}, {"value": "zq@paper.example", "type": "work"}],
        "phone_numbers": [{"value": "+49 30 5550142", "type": "mobile"}], "website_addresses": [],
        "social_media_addresses": [{"value": "https://www.linkedin.com/in/zora-quill"}],
        "employments": [{"id": 1, "company_name": "Paper Ltd", "title": "Archivist", "start_date": "2019-03-04", "end_date": None}],
        "educations": [{"id": 1, "school_name": "University of Halle", "degree": "MA", "discipline": "History", "end_date": "2018-09-30"}],
        "attachments": [{"filename": "cv.txt", "url": "https://files.example/cv", "type": "resume", "created_at": "2024-01-08T10:00:00Z"},
                        {"filename": "offer.pdf", "url": "https://files.example/offer", "type": "offer_packet"}],
    },
    {
        "id": 2, "first_name": "Yan", "last_name": "Ferro", "created_at": "2024-01-10T10:00:00Z", "is_private": False,
        "applications": [REJECTED], "email_addresses": [{"value": "yan@example.com", "type": "personal"}],
        "phone_numbers": [], "attachments": [],
    },
    {
        "id": 3, "first_name": "Xenia", "last_name": "Moos", "created_at": "2024-01-11T10:00:00Z", "is_private": False,
        "applications": [PROSPECT], "email_addresses": [], "phone_numbers": [], "attachments": [],
    },
    {
        "id": 4, "first_name": "Wim", "last_name": "Secret", "created_at": "2024-01-11T10:00:00Z", "is_private": True,
        "applications": [], "email_addresses": [{"value": "wim@example.com"}],
    },
    {"id": 5, "first_name": "", "last_name": None, "is_private": False, "email_addresses": [{"value": "nobody@example.com"}]},
]  # fmt: skip
FEED = {
    "notes": [
        {"id": 31, "created_at": "2024-01-09T12:00:00Z", "body": "<p>Knows <b>Latin</b>.<br>Call &amp; ask.</p><script>alert(1)</script>", "user": RITA, "private": False, "visibility": "public"},
        {"id": 32, "created_at": "2024-01-09T13:00:00Z", "body": "Likes the quiet.", "user": NINA, "private": False, "visibility": "public"},
        {"id": 33, "created_at": "2024-01-09T14:00:00Z", "body": "Salary 1", "user": NINA, "private": True, "visibility": "private"},
    ],
    "emails": [
        {"id": 41, "created_at": "2024-01-10T12:00:00Z", "subject": "Your call", "body": "Hello Zora", "to": "zora.quill@example.com", "from": "rita@example.org", "user": RITA},
    ],
    "activities": [
        {"id": 51, "created_at": "2024-01-12T12:00:00Z", "subject": "Candidate Stage Change", "body": "Zora Quill was moved into Phone Screen", "user": NINA},
    ],
}  # fmt: skip


def write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")


def write_greenhouse(
    folder: Path, *, people: list[dict[str, Any]] | None = None, job: dict[str, Any] | None = None
) -> Path:
    """Five candidates (one private, one without a name), a job, three applications, a feed, a résumé."""
    write_json(folder / "candidates.json", PEOPLE if people is None else people)
    write_json(folder / "jobs.json", [job or JOB])
    write_json(folder / "job_stages.json", STAGES)
    write_json(folder / "users.json", USERS)
    write_json(folder / "activity_feed" / "1.json", FEED)
    (folder / "attachments" / "1").mkdir(parents=True, exist_ok=True)
    (folder / "attachments" / "1" / "cv.txt").write_text(
        "Zora Quill\nzora.quill@example.com\n\nSkills\nPython, SQL, PostgreSQL\n", encoding="utf-8"
    )
    return folder


MILLISECONDS = 1_700_000_000_000  # 2023-11-14 22:13:20 UTC
OPPORTUNITIES = [
    {
        "id": "opp-1", "name": "Zora Quill", "headline": "Paper Ltd, Ink Inc", "contact": "con-1", "stage": "st-2",
        "emails": ["zora@example.com"], "phones": [{"type": "mobile", "value": "+49 30 5550142"}],
        "links": ["https://github.com/zoraquill"], "location": "Berlin, Germany", "tags": ["Latin"], "sources": ["Meetup"],
        "origin": "applied", "owner": "u-1", "createdAt": MILLISECONDS, "lastInteractionAt": MILLISECONDS + 86_400_000,
        "stageChanges": [
            {"toStageId": "st-1", "updatedAt": MILLISECONDS + 1000}, {"toStageId": "st-2", "updatedAt": MILLISECONDS + 3_600_000},
        ],
        "dataProtection": {"store": {"allowed": True, "expiresAt": MILLISECONDS + 10_000_000_000}, "contact": {"allowed": False}},
        "applications": [{"id": "app-1", "posting": "post-1", "createdAt": MILLISECONDS, "type": "posting"}],
    },
    {
        "id": "opp-2", "name": "Zora Quill", "contact": "con-1", "stage": {"id": "st-1", "text": "New applicant"},
        "emails": ["zora@paper.example"], "createdAt": MILLISECONDS - 50_000_000_000, "origin": "sourced", "tags": ["Night shift"],
        "archived": {"archivedAt": MILLISECONDS - 40_000_000_000, "reason": "ar-1"},
        "applications": [{"id": "app-2", "posting": "post-2", "createdAt": MILLISECONDS - 50_000_000_000}],
    },
    {"id": "opp-3", "name": "Gone", "contact": "con-2", "isAnonymized": True, "createdAt": MILLISECONDS},
    {"id": "opp-4", "name": "Yan Ferro", "contact": "con-3", "emails": ["yan@example.com"], "createdAt": MILLISECONDS,
     "applications": [{"id": "app-4", "posting": "post-404", "createdAt": MILLISECONDS}]},
]  # fmt: skip


def write_lever(folder: Path) -> Path:
    """A person of two opportunities, one who was made anonymous, and one whose posting is lost."""
    write_json(folder / "opportunities.json", {"data": OPPORTUNITIES, "hasNext": False})
    write_json(folder / "postings.json", {"data": [
        {"id": "post-1", "text": "Archivist", "state": "published", "createdAt": MILLISECONDS - 1_000_000,
         "categories": {"team": "Library", "location": "Berlin, Germany"}, "owner": "u-1", "hiringManager": "u-2",
         "content": {"descriptionHtml": "<div>Old <b>paper</b></div>"}},
        {"id": "post-2", "text": "Binder", "state": "closed", "createdAt": 1_600_000_000_000, "updatedAt": MILLISECONDS},
    ]})  # fmt: skip
    write_json(
        folder / "stages.json",
        {"data": [{"id": "st-1", "text": "New applicant"}, {"id": "st-2", "text": "Phone screen"}]},
    )
    write_json(
        folder / "archive_reasons.json", {"data": [{"id": "ar-1", "text": "Candidate withdrew", "type": "non-hired"}]}
    )
    write_json(folder / "users.json", {"data": [
        {"id": "u-1", "name": "Rita Example", "email": "rita@example.org"}, {"id": "u-2", "name": "Hugo Example", "email": "hugo@example.org"},
    ]})  # fmt: skip
    (folder / "notes.jsonl").write_text(
        json.dumps({"id": "n-1", "opportunityId": "opp-1", "text": "Call again", "user": "u-1", "createdAt": MILLISECONDS + 5000}) + "\n"
        + json.dumps({"id": "n-2", "opportunityId": "opp-1", "text": "hidden", "secret": True}) + "\n{broken\n",
    )  # fmt: skip
    (folder / "feedback_form.csv").write_text(
        "id,opportunity_id,creator_id,completed_at,score_system_value,text\nf-1,opp-1,u-2,2023-11-20 10:00:00.5,3 - Hire,Debrief\n"
    )
    (folder / "feedback_form_field.csv").write_text(
        "feedback_form_id,field_index,value_index,value_text\nf-1,0,0,They are kind\n"
    )
    (folder / "interview.csv").write_text(
        "id,opportunity_id,date,subject,canceled_at\ni-1,opp-1,2023-11-18 09:30:00,Panel,\n"
    )
    (folder / "interviewer_user.csv").write_text("interview_id,user_id\ni-1,u-2\n")
    return folder


DUMP = r"""-- MySQL dump
/*!40101 SET NAMES utf8 */;
DROP TABLE IF EXISTS `candidate`;
CREATE TABLE `candidate` (
  `candidate_id` int(11) NOT NULL AUTO_INCREMENT,
  `last_name` varchar(64) NOT NULL DEFAULT '',
  `first_name` varchar(64) NOT NULL DEFAULT '',
  `phone_cell` varchar(40) DEFAULT NULL,
  `city` varchar(64) DEFAULT NULL,
  `country` varchar(2) DEFAULT NULL,
  `source` varchar(128) DEFAULT NULL,
  `notes` text,
  `key_skills` text,
  `current_employer` varchar(128) DEFAULT NULL,
  `owner` int(11) DEFAULT NULL,
  `entered_by` int(11) NOT NULL,
  `date_created` datetime NOT NULL,
  `date_modified` datetime NOT NULL,
  `email1` varchar(128) DEFAULT NULL,
  `is_hot` int(1) NOT NULL DEFAULT '0',
  `desired_pay` varchar(64) DEFAULT NULL,
  `is_admin_hidden` int(1) DEFAULT '0',
  PRIMARY KEY (`candidate_id`),
  KEY `IDX_first_name` (`first_name`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8;
LOCK TABLES `candidate` WRITE;
INSERT INTO `candidate` VALUES (1,'O\'Quill','Zora','+49 30 5550142','Berlin','DE','Website','Knows (old); paper,\nand ''ink''','Python, SQL; Latin','Paper Ltd',2,2,'2022-03-01 09:00:00','2022-04-01 09:00:00','zora@example.com',1,'60k',0),(2,'Ferro','Yan',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,9,'2022-03-02 09:00:00','0000-00-00 00:00:00','yan@example.com',0,NULL,0),
(3,'Secret','Wim',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,'2022-03-02 09:00:00','2022-03-02 09:00:00',NULL,0,NULL,1);
UNLOCK TABLES;
INSERT INTO `user` (`user_id`, `user_name`, `email`, `password`, `last_name`, `first_name`) VALUES (2,'rita','rita@example.org','secret','Example','Rita');
INSERT INTO `company` (`company_id`, `name`) VALUES (7,'Library Inc');
INSERT INTO `joborder` (`joborder_id`, `recruiter`, `company_id`, `owner`, `title`, `description`, `status`, `openings`, `city`, `state`, `date_created`, `date_modified`, `is_admin_hidden`) VALUES
(11,2,7,2,'Archivist','<p>Old <em>paper</em></p>','Active',2,'Berlin','','2022-02-01 08:00:00','2022-02-01 08:00:00',0),
(12,2,7,2,'Binder','','Closed',1,'Halle','','2021-02-01 08:00:00','2021-09-01 08:00:00',0);
INSERT INTO `candidate_joborder` (`candidate_joborder_id`,`candidate_id`,`joborder_id`,`status`,`date_created`,`date_modified`,`added_by`) VALUES (21,1,11,500,'2022-03-02 10:00:00','2022-03-09 10:00:00',2),(22,1,12,650,'2021-03-02 10:00:00','2021-03-09 10:00:00',2),(23,2,11,800,'2022-03-02 10:00:00','2022-05-09 10:00:00',2),(24,2,99,100,'2022-03-02 10:00:00','2022-05-09 10:00:00',2);
INSERT INTO `candidate_joborder_status_history` (`candidate_joborder_status_history_id`,`candidate_id`,`joborder_id`,`date`,`status_from`,`status_to`) VALUES (31,1,11,'2022-03-03 10:00:00',0,100),(32,1,11,'2022-03-09 10:00:00',100,500),(33,2,11,'2022-05-08 10:00:00',600,800);
INSERT INTO `activity` (`activity_id`,`data_item_type`,`data_item_id`,`entered_by`,`date_occurred`,`type`,`notes`) VALUES (41,100,1,2,'2022-03-04 10:00:00',500,'Talked about <b>ink</b>'),(42,100,1,2,'2022-03-05 10:00:00',700,''),(43,400,1,2,'2022-03-05 10:00:00',400,'about the job'),(44,100,1,2,'2022-03-09 10:00:00',800,'Status change: Interviewing');
INSERT INTO `activity` VALUES (45,'never closed);
INSERT INTO `attachment` (`attachment_id`,`data_item_id`,`data_item_type`,`original_filename`,`stored_filename`,`resume`,`text`,`date_created`,`profile_image`,`directory_name`) VALUES (51,1,100,'cv.txt','cv1.txt',1,NULL,'2022-03-01 09:00:00',0,'site_1/0xxx/abc'),(52,2,100,'lost.doc','lost.doc',1,'Yan Ferro\nSkills: SQL','2022-03-01 09:00:00',0,'site_1/0xxx/def');
INSERT INTO `saved_list` (`saved_list_id`,`description`,`data_item_type`) VALUES (61,'Silver medals',100);
INSERT INTO `saved_list_entry` (`saved_list_entry_id`,`saved_list_id`,`data_item_type`,`data_item_id`) VALUES (71,61,100,1);
"""


def write_opencats(folder: Path) -> Path:
    """A dump of three candidates (one hidden) and two jobs, a broken statement, and the file of one résumé."""
    (folder / "attachments" / "site_1" / "0xxx" / "abc").mkdir(parents=True)
    (folder / "cats.sql").write_text(DUMP, encoding="utf-8")
    (folder / "attachments" / "site_1" / "0xxx" / "abc" / "cv1.txt").write_text(
        "Zora O'Quill\nzora@example.com\n\nSkills\nPython\n"
    )
    return folder
