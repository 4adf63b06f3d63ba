"""Log files of databases: of the window, byte for byte, and what is not to be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest

from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors.portions import CUT, data_of
from forensics.drill.server import Drill
from forensics.model import Outcome
from forensics.scope import Window
from tests.aws.canned import Answer, Asked, Canned, caller, xml_error
from tests.collectors.kept import body, files, root
from tests.collectors.play import REGION, Play, session_on

INSTANCES, LISTED, ROW = "rds.DescribeDBInstances", "rds.DescribeDBLogFiles", "rds.DownloadDBLogFilePortion"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RECENT = int((NOW - timedelta(hours=1)).timestamp() * 1000)
OLD = int((NOW - timedelta(days=200)).timestamp() * 1000)

Log = tuple[str, int, int]
"""Name, when it was last written to, size."""


def portion(data: bytes, marker: str = "", *, more: bool = False) -> Answer:
    """Answer with a portion."""
    inner = f"<Marker>{marker}</Marker><AdditionalDataPending>{str(more).lower()}</AdditionalDataPending>"
    name = b"DownloadDBLogFilePortion"
    result = b"<LogFileData>%b</LogFileData>%b" % (data, inner.encode())
    return Answer(b"<%bResponse><%bResult>%b</%bResult></%bResponse>" % (name, name, result, name, name))


def error(code: str, status: int = 404) -> Answer:
    """Give an error of RDS."""
    return xml_error(code, status=status, service="rds")


def _list(operation: str, inner: str) -> Answer:
    return Answer(
        f"<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>".encode()
    )


@pytest.fixture
def play_on() -> Iterator[Callable[..., tuple[Play, Canned]]]:
    """Run the rows against a database with these logs, whose portions come in turn."""
    servers: list[Canned] = []

    def make(logs: list[Log], portions: list[Answer], **more: Any) -> tuple[Play, Canned]:
        left = list(portions)

        def script(asked: Asked) -> Answer:
            match asked.operation:
                case "GetCallerIdentity":
                    return caller()
                case "DescribeDBInstances":
                    one = "<DBInstance><DBInstanceIdentifier>shop</DBInstanceIdentifier></DBInstance>"
                    return _list(asked.operation, f"<DBInstances>{one}</DBInstances>")
                case "DescribeDBLogFiles":
                    rows = "".join(
                        f"<DescribeDBLogFilesDetails><LogFileName>{escape(name)}</LogFileName>"
                        f"<LastWritten>{written}</LastWritten><Size>{size}</Size></DescribeDBLogFilesDetails>"
                        for name, written, size in logs
                    )
                    return _list(asked.operation, f"<DescribeDBLogFiles>{rows}</DescribeDBLogFiles>")
            return left.pop(0) if len(left) > 1 else left[0]

        server = Canned(script)
        servers.append(server)
        server.__enter__()
        keys = {"access_key": "AKIAX", "secret_key": "x"}
        given: dict[str, Any] = {"region": REGION, "credentials": keys, "pace": Pace(scale=1_000)}
        session = Session(endpoint_url=server.url, sleep=lambda _: None, draw=lambda: 0.0, **given)
        session.identify()
        play = Play(session, window=Window(NOW - timedelta(days=90), NOW), **more)
        play.run(INSTANCES, LISTED, ROW)
        return play, server

    yield make
    for server in servers:
        server.__exit__()


ONE = [("error/mysql-error.log", RECENT, 9)]


def test_portion_after_portion(play_on: Callable[..., Any]) -> None:
    """From the first byte, by AWS's markers, to the last."""
    answers = [
        portion(b"one ", "0:4", more=True),
        portion(b"two ", "0:8", more=True),
        portion(b"three", "0:13"),
    ]
    play, server = play_on(ONE, answers)
    assert play.gaps() == []
    assert [body(one) for one in files(play)] == [b"one two three"]
    markers = [
        asked.parameters["Marker"] for asked in server.asked if asked.operation == ROW.partition(".")[2]
    ]
    assert markers == ["0", "0:4", "0:8"]
    (kept,) = files(play)
    assert kept.about["whole"] is True
    assert (kept.about["listed_size"], kept.about["size"]) == (9, 13)
    assert kept.about["first_request_id"] != kept.about["last_request_id"]
    assert kept.requests == 3


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (b"a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;", b'a <b> &amp; "c" \''),
        (b"line\r\nline\r", b"line\r\nline\r"),
        (b"&#13;&#x0;&#27;[2J", b"\r\x00\x1b[2J"),
        (b"\xff\xfe no UTF-8 \x80", b"\xff\xfe no UTF-8 \x80"),
        ("größer — 語".encode(), "größer — 語".encode()),
        (b"&#150;&nbsp;&#xFFFFFF;", b"\xc2\x96&nbsp;&#xFFFFFF;"),
        (b"", b""),
    ],
)
def test_bytes_are_as_they_were(sent: bytes, meant: bytes) -> None:
    """Not as a parser of XML, or a browser, would have them."""
    assert data_of(portion(sent).body) == meant


def test_an_answer_without_a_portion() -> None:
    """Nothing."""
    assert data_of(b"<DownloadDBLogFilePortionResponse/>") == b""


def test_a_log_that_no_xml_may_hold(play_on: Callable[..., Any]) -> None:
    """A control character that the attacker sent as a user's name is kept as it is."""
    play, _ = play_on(ONE, [portion(b"Access denied for user '\x01\x1b]0;x\x07'")])
    assert play.gaps() == []
    assert [body(one) for one in files(play)] == [b"Access denied for user '\x01\x1b]0;x\x07'"]


def test_only_what_was_written_to_in_the_window(play_on: Callable[..., Any]) -> None:
    """And what does not say when."""
    logs = [("a.log", RECENT, 1), ("b.log", OLD, 1), ("c.log", 0, 1)]
    play, _ = play_on(logs, [portion(b"x")])
    assert {one.about["file"] for one in files(play)} == {"a.log", "c.log"}
    assert play.gaps() == []


def test_more_than_the_limit(play_on: Callable[..., Any]) -> None:
    """All of a database's files together: a gap with the flag that would include them."""
    play, server = play_on([("a.log", RECENT, 60), ("b.log", RECENT, 60)], [portion(b"x")], max_log_group=100)
    assert play.gaps() == [(ROW, "truncated", "DatabaseLogsTooLarge")]
    assert "--max-log-group 120" in play.coverage[ROW].gaps[0].message
    assert "DownloadDBLogFilePortion" not in server.operations


def test_rotated_meanwhile(play_on: Callable[..., Any]) -> None:
    """A gap; what came before is kept all the same, and is no reason not to look again."""
    play, _ = play_on(ONE, [portion(b"one ", "0:4", more=True), error("DBLogFileNotFoundFault")])
    assert play.gaps() == [(ROW, "vanished", "DBLogFileNotFoundFault")]
    (kept,) = files(play)
    assert (body(kept), kept.about["whole"]) == (b"one ", False)
    play.run(ROW)
    assert play.gaps() == [(ROW, "vanished", "DBLogFileNotFoundFault")]


def test_gone_before_anything_came(play_on: Callable[..., Any]) -> None:
    """Nothing is kept, and nothing is left behind."""
    play, _ = play_on(ONE, [error("DBLogFileNotFoundFault")])
    assert play.coverage[ROW].outcome is Outcome.VANISHED
    assert files(play) == []
    assert play.drafts == []


@pytest.mark.parametrize(("marker", "code"), [("0", "RepeatedToken"), ("", "MissingToken")])
def test_markers_that_lead_nowhere(play_on: Callable[..., Any], marker: str, code: str) -> None:
    """Read no further, and say so."""
    play, _ = play_on(ONE, [portion(b"x", marker, more=True)])
    assert play.gaps() == [(ROW, "truncated", code)]
    assert [one.about["whole"] for one in files(play)] == [False]


def test_lines_that_aws_cuts(play_on: Callable[..., Any]) -> None:
    """A gap, in each run."""
    play, _ = play_on(ONE, [portion(b"select 1" + CUT)])
    for _ in range(2):
        assert play.gaps() == [(ROW, "truncated", "LogMessageTruncated")]
        play.run(ROW)
    assert len(files(play)) == 1


def test_what_is_kept_is_not_fetched_again(play_on: Callable[..., Any]) -> None:
    """Unless it was written to since."""
    play, server = play_on(ONE, [portion(b"x")])
    asked = server.operations.count("DownloadDBLogFilePortion")
    play.run(LISTED, ROW)
    assert server.operations.count("DownloadDBLogFilePortion") == asked
    assert play.coverage[ROW].outcome is Outcome.COLLECTED


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\nb", "x" * 900, "error/\x7f.log", "CON"])
def test_names_are_no_paths(play_on: Callable[..., Any], name: str) -> None:
    """They are kept as they are, and the case finds a place for them."""
    play, _ = play_on([(name, RECENT, 1)], [portion(b"x")])
    assert [one.about["file"] for one in files(play)] == [name]


def test_a_database_of_the_drill(drill: Drill) -> None:
    """Its log is there, and a denial is exactly one gap."""
    client = root(drill, "rds")
    client.create_db_instance(
        DBInstanceIdentifier="shop", Engine="mysql", DBInstanceClass="db.t3.micro", AllocatedStorage=20,
        MasterUsername="admin", MasterUserPassword="not-a-real-one",
    )  # fmt: skip
    play = Play(session_on(drill))
    play.run(INSTANCES, LISTED, ROW)
    assert play.gaps() == []
    assert [b"ready for connections: <shop>" in body(one) for one in files(play)] == [True]
    drill.deny("rds:DownloadDBLogFilePortion")
    denied = Play(session_on(drill))
    denied.run(INSTANCES, LISTED, ROW)
    assert denied.gaps() == [(ROW, "denied", "AccessDenied")]
    assert denied.coverage[ROW].outcome is Outcome.DENIED
    drill.allow()
