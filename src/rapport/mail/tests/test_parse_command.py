import json
import resource
import subprocess
import sys

from rapport.mail import cli

ANSWER = b"From: Carl <carl@example.org>\nSubject: Re: Job\n\nYes please.\n\n> Would you like it?\n"
COMPLAINT = b"""\
From: fbl@example.net
Subject: Abuse Report
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: carl@example.org

--b
Content-Type: message/rfc822

Message-ID: <sent@example.com>
To: carl@example.org

Hello
--b--
"""


def test_a_file_gives_one_object(tmp_path, capsys):
    (tmp_path / "answer.eml").write_bytes(ANSWER)
    assert cli.run(["parse", str(tmp_path / "answer.eml"), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row == {
        "path": str(tmp_path / "answer.eml"),
        "kind": "reply",
        "reply_text": "Yes please.",
        "signature": None,
        "intent": {"kind": "interested", "date": None, "sentence": "Yes please."},
        "wants_unsubscribe": False,
        "bounce": None,
        "complaint": None,
        "auto_reply": None,
    }


def test_what_else_a_reply_tells(tmp_path, capsys):
    (tmp_path / "answer.eml").write_bytes(
        b"From: Carl Candidate <carl@example.org>\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nSubject: Re: Job\n\n"
        b"Not at the moment, ask me again in March. Please remove me from your list.\n\n"
        b"Regards,\nCarl Candidate\nSenior Welder\nTel. +49 30 1234567\n"
    )
    assert cli.run(["parse", str(tmp_path / "answer.eml"), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["intent"]["kind"], row["intent"]["date"]) == ("not_now", "2027-03-01")
    assert row["wants_unsubscribe"] is True
    assert (row["signature"]["phone"], row["signature"]["title"]) == ("+49 30 1234567", "Senior Welder")


def test_an_automatic_answer_has_no_intent(tmp_path, capsys):
    (tmp_path / "away.eml").write_bytes(
        b"From: Carl <carl@example.org>\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nSubject: Automatic reply: Job\n"
        b"Auto-Submitted: auto-replied\n\nI am interested in the sea: away through 4 December.\n"
    )
    assert cli.run(["parse", str(tmp_path / "away.eml"), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["kind"], row["intent"], row["wants_unsubscribe"]) == ("auto_reply", None, False)
    assert row["auto_reply"] == {"returns_on": "2026-12-05", "is_away": True}


def test_a_folder_gives_one_object_a_line_in_the_order_of_paths(tmp_path, capsys):
    (tmp_path / "b.eml").write_bytes(COMPLAINT)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "z.eml").write_bytes(ANSWER)
    assert cli.run(["parse", str(tmp_path), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["kind"] for row in rows] == ["reply", "complaint"]
    assert rows[1]["complaint"] == {
        "feedback_type": "abuse",
        "address": "carl@example.org",
        "message_id": "sent@example.com",
    }


def test_a_missing_path_fails_on_standard_error(tmp_path, capsys):
    assert cli.run(["parse", str(tmp_path / "none"), "--json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "there is no such file" in err


def test_the_command_starts_quickly_and_without_django(tmp_path):
    (tmp_path / "answer.eml").write_bytes(ANSWER)
    code = (
        "import sys; from rapport.mail import cli; status = cli.run(sys.argv[1:]);"
        "sys.exit(status or any(name.split('.')[0] == 'django' for name in sys.modules))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code, "parse", str(tmp_path / "answer.eml")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Seconds of processor, which other work on the machine does not lengthen much; measured 0.25.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.75
