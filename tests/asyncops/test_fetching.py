"""Downloads from servers that are slow, broken, greedy or hostile. All of them are real, and on loopback."""

from __future__ import annotations

import gzip
import io
import socket
import time
import tracemalloc
from typing import Any

import pytest
from pytest_django import Settings

from asyncops import fetching
from asyncops.fetching import BadStatus, Fetched, TimedOut, TooLarge, Unreachable, Unusable, UrlForbidden
from tests.foreign import Foreign, Reply

MIB = 1024 * 1024
ELSEWHERE = """
    http://127.0.0.1:9/ http://localhost/ http://169.254.169.254/latest/meta-data http://[::ffff:127.0.0.1]/
    http://2130706433/ http://10.0.0.5/ file:///etc/passwd gopher://x/ //u:p@files.example/ http://files.example:22/
    https://0/ //[::1]/
"""


def fetch(url: str, *, max_bytes: int = MIB, seconds: float = 5) -> tuple[Fetched, bytes]:
    file = io.BytesIO()
    return fetching.fetch(url, into=file, max_bytes=max_bytes, seconds=seconds), file.getvalue()


def redirect(to: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": to})


def drips(handler: Any) -> None:
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def drips_headers(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def hangs(handler: Any) -> None:
    time.sleep(3)


def breaks_off(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)
    handler.wfile.flush()
    hangs_up(handler)


def hangs_up(handler: Any) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def chunked(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")


def test_a_file(foreign: Foreign):
    url = foreign.serves("/a.png", b"bytes", Content_Type="Image/PNG; charset=binary")
    assert fetch(url) == (Fetched(url=url, media_type="image/png", size=5), b"bytes")
    [asked] = foreign.asked
    assert asked.headers == {
        "host": f"127.0.0.1:{foreign.port}",
        "user-agent": "Bulkhead/1",
        "accept-encoding": "identity",
    }


def test_a_file_in_chunks(foreign: Foreign):
    assert fetch(foreign.on("/", chunked))[1] == b"abcdefg"


def test_a_probe_asks_and_hangs_up(foreign: Foreign):
    url = foreign.serves("/rows.jsonl", b"x" * 1000)
    assert fetching.probe(url, max_bytes=1000, seconds=5).size == 1000
    with pytest.raises(TooLarge):
        fetching.probe(url, max_bytes=999, seconds=5)
    with pytest.raises(BadStatus):
        fetching.probe(foreign.url("/other"), max_bytes=1000, seconds=5)


@pytest.mark.parametrize(("status", "is_missing"), [(404, True), (410, True), (500, False), (204, False), (403, False)])
def test_a_status_that_is_no_file(status: int, is_missing: bool, foreign: Foreign):
    with pytest.raises(BadStatus) as failed:
        fetch(foreign.on("/", Reply(status=status, body=b"" if status == 204 else b"secret")))
    assert (failed.value.status, failed.value.is_missing) == (status, is_missing)
    assert failed.value.message == "The server answered with an error"


def test_a_server_that_is_not_there(settings: Settings):
    settings.FETCH_ALLOWED_HOSTS = frozenset({("127.0.0.1", 1)})
    with pytest.raises(Unreachable):
        fetch("http://127.0.0.1:1/")


@pytest.mark.parametrize("act", [drips, drips_headers, hangs])
def test_a_server_that_takes_its_time_is_cut_off(act: Any, foreign: Foreign):
    begun = time.monotonic()
    with pytest.raises(TimedOut):
        fetch(foreign.on("/", act), seconds=0.4)
    assert time.monotonic() - begun < 2


def test_a_connection_that_is_kept_open_is_cut_off_as_well(foreign: Foreign):
    fetch(foreign.serves("/first", b"x"))
    with pytest.raises(TimedOut):
        fetch(foreign.on("/second", drips_headers), seconds=0.4)


@pytest.mark.parametrize("act", [breaks_off, hangs_up])
def test_a_server_that_breaks_off(act: Any, foreign: Foreign):
    with pytest.raises(Unreachable):
        fetch(foreign.on("/", act))


def test_a_connection_that_was_kept_open_and_is_closed_is_made_anew(foreign: Foreign):
    def once(handler: Any) -> None:
        Reply(body=b"x")(handler)
        handler.wfile.flush()
        handler.close_connection = True

    url = foreign.on("/", once)
    assert [fetch(url)[1] for _ in range(3)] == [b"x"] * 3


def test_what_is_declared_too_large_is_not_read(foreign: Foreign):
    with pytest.raises(TooLarge) as failed:
        fetch(foreign.serves("/", b"x" * 1001), max_bytes=1000)
    assert failed.value.limit == 1000


def test_what_proves_too_large_is_not_kept(foreign: Foreign):
    tracemalloc.start()
    with pytest.raises(TooLarge):
        fetch(foreign.on("/", endless), max_bytes=MIB)
    assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    tracemalloc.stop()


def test_exactly_the_limit(foreign: Foreign):
    assert len(fetch(foreign.serves("/", b"x" * 1000), max_bytes=1000)[1]) == 1000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity"])
def test_a_packed_answer_is_refused_unread(encoding: str, foreign: Foreign):
    bomb = gzip.compress(b"0" * 64 * MIB)
    with pytest.raises(Unusable):
        fetch(foreign.serves("/", bomb, Content_Encoding=encoding), max_bytes=10 * MIB)


def test_redirects_are_followed(foreign: Foreign):
    foreign.serves("/d/end", b"found")
    foreign.on("/c", redirect("d/end", 307))
    foreign.on("/b", redirect("/c", 301))
    got, body = fetch(foreign.on("/a", redirect(foreign.url("/b"), 303)))
    assert (got.url, body) == (foreign.url("/d/end"), b"found")


def test_redirects_without_end(foreign: Foreign):
    with pytest.raises(Unusable):
        fetch(foreign.on("/", redirect("/")))
    assert len(foreign.asked) == 4


@pytest.mark.parametrize(
    "to",
    ELSEWHERE.split(),
)
def test_a_redirect_is_checked_like_the_first_url(to: str, foreign: Foreign):
    with pytest.raises(UrlForbidden):
        fetch(foreign.on("/", redirect(to)))
    assert len(foreign.asked) == 1


def test_a_redirect_to_nowhere(foreign: Foreign):
    with pytest.raises(Unusable):
        fetch(foreign.on("/", Reply(status=302)))


def test_the_proxy_and_passwords_of_the_environment_are_not_used(
    foreign: Foreign, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
):
    (tmp_path / ".netrc").write_text("default login u password p\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(foreign.serves("/", b"direct"))[1] == b"direct"
    assert "authorization" not in foreign.asked[0].headers


def test_cookies_are_not_sent_back(foreign: Foreign):
    foreign.on("/a", Reply(status=302, headers={"Location": "/b", "Set-Cookie": "session=1; Path=/"}))
    foreign.serves("/b", b"x")
    fetch(foreign.url("/a"))
    assert all("cookie" not in asked.headers for asked in foreign.asked)


def test_a_post_and_its_answer(foreign: Foreign):
    url = foreign.on("/hook", Reply(status=503, body=b"busy", headers={"Retry-After": "60"}))
    answer = fetching.post(url, body=b'{"a":1}', headers={"Content-Type": "application/json"}, seconds=5)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"busy", "60")
    [asked] = foreign.asked
    assert (asked.method, asked.body, asked.headers["content-type"]) == ("POST", b'{"a":1}', "application/json")


def test_a_post_follows_no_redirect(foreign: Foreign):
    answer = fetching.post(foreign.on("/hook", redirect("/other")), body=b"", headers={}, seconds=5)
    assert (answer.status, len(foreign.asked)) == (302, 1)


def test_of_a_long_answer_the_beginning_is_kept(foreign: Foreign):
    answer = fetching.post(foreign.on("/hook", endless), body=b"", headers={}, seconds=5)
    assert (answer.status, answer.body) == (200, b"x" * 20_000)


def test_an_answer_whose_body_drips_is_an_answer(foreign: Foreign):
    answer = fetching.post(foreign.on("/hook", drips), body=b"", headers={}, seconds=0.4)
    assert answer.status == 200
    assert answer.body.startswith(b"x")


@pytest.mark.parametrize("act", [hangs, drips_headers])
def test_a_post_without_an_answer(act: Any, foreign: Foreign):
    with pytest.raises(TimedOut):
        fetching.post(foreign.on("/hook", act), body=b"", headers={}, seconds=0.3)
