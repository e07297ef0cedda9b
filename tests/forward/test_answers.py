"""What a server gets for its requests: codes of marked entries, within limits, never a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vault.support import FLOOR, RFC_CODES, RFC_SECRET, MovedClock, entry
from tui import memory
from tui.forward import log, protocol
from tui.forward.answers import Answers, HeldKey
from tui.forward.log import News
from tui.forward.protocol import Answer
from tui.otp.codes import code_at
from tui.otp.entry import OtpType
from tui.session import lock_signal
from tui.vault.document import Document
from tui.vault.vault import Vault

ENTRIES = (
    entry("GitHub", account="octocat", forward=True),
    entry("GitLab", account="octocat", forward=True),
    entry("Bank", OtpType.HOTP, forward=True),
    entry("Private"),
    entry("Yandex", OtpType.MOTP, account="evil\x1b[31m\nname", forward=True),
)


class Setup:
    """A vault, and answers to requests for its codes."""

    def __init__(self, folder: Path) -> None:
        self.clock = MovedClock()
        self.path = folder / "vault.json"
        self.log_path = folder / "state" / "forwarded.log"
        vault = Vault.create(self.path, "a good password", FLOOR, self.clock)
        vault.change(lambda _: Document(entries=ENTRIES))
        self.vault = vault
        self.session = HeldKey(vault.vault_id, vault.key, self.clock)
        self.asked: list[str] = []
        self.allowed = True
        self.answers = self.make()

    def make(self, limit: int = 6) -> Answers:
        return Answers(self.path, self.session, self.clock, self.log_path, limit=limit)

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.allowed

    def ask(self, *strings: bytes, origin: str = "") -> Answer:
        response = self.answers.answer(protocol.pack(*strings), origin)
        answer = protocol.decode(response)
        assert answer is not None
        return answer


@pytest.fixture
def setup(tmp_path: Path, keys_once: None) -> Setup:
    return Setup(tmp_path)


def test_the_code_of_a_marked_entry_with_its_time(setup: Setup) -> None:
    setup.clock.moment += 5
    answer = setup.ask(b"code", b"github")
    expected = code_at(ENTRIES[0], setup.clock.moment)
    assert expected.valid_until is not None
    left = str(int(expected.valid_until - setup.clock.moment))
    assert answer == Answer("ok", ("GitHub", "octocat", expected.text, left))
    assert answer.fields == ("GitHub", "octocat", expected.text, left)


def test_only_marked_entries_are_found_and_listed(setup: Setup) -> None:
    assert setup.ask(b"code", b"private").status == "no-match"
    assert setup.ask(b"code", ENTRIES[3].id.encode()).status == "no-match"
    listed = setup.ask(b"list")
    assert listed.fields[::2] == ("GitHub", "GitLab", "Bank", "Yandex")


def test_several_matches_are_named(setup: Setup) -> None:
    answer = setup.ask(b"code", b"octocat")
    assert answer == Answer("several", ("GitHub", "octocat", "GitLab", "octocat"))


def test_no_response_contains_a_secret(setup: Setup) -> None:
    setup.answers = setup.make(limit=100)
    sent = [
        setup.answers.answer(protocol.pack(*request), "")
        for request in ((b"list",), (b"code", b"github"), (b"code", b"bank"), (b"code", b"o"))
    ]
    sent.append(setup.log_path.read_bytes())
    secrets = (RFC_SECRET.encode(), ENTRIES[0].secret.key, setup.vault.key)
    assert not [one for one in sent for secret in secrets if secret in one]


def test_a_lock_during_the_question_counts(setup: Setup) -> None:
    def lock_and_allow(question: str) -> bool:
        lock_signal.send(setup.vault.vault_id)
        return bool(question)

    setup.answers = Answers(
        setup.path, setup.session, setup.clock, setup.log_path, confirm=lock_and_allow
    )
    assert setup.ask(b"code", b"github").status == "locked"


def test_a_key_is_forgotten_without_a_request(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiped: list[str] = []
    monkeypatch.setattr(memory, "wipe_freed", lambda: wiped.append("wiped"))
    setup.session = HeldKey(setup.vault.vault_id, setup.vault.key, setup.clock, 60)
    answers = setup.make()
    setup.clock.moment += 59
    answers.tick()
    assert setup.session.key(setup.vault.vault_id) == setup.vault.key
    assert wiped == []
    setup.clock.moment += 1
    answers.tick()
    setup.clock.moment -= 60
    assert setup.session.key(setup.vault.vault_id) is None
    answers.tick()
    assert wiped == ["wiped"]


def test_what_a_request_left_in_memory_is_overwritten(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiped: list[str] = []
    monkeypatch.setattr(memory, "wipe_freed", lambda: wiped.append("wiped"))
    setup.ask(b"code", b"github")
    setup.answers.tick()
    setup.answers.tick()
    assert wiped == ["wiped"]


def test_nothing_is_marked(setup: Setup) -> None:
    setup.vault.change(lambda _: Document(entries=ENTRIES[3:4]))
    assert setup.ask(b"list").status == "nothing"
    assert setup.ask(b"code", b"private").status == "nothing"


def test_a_counter_is_saved_before_the_code_is_sent(setup: Setup) -> None:
    codes = [setup.ask(b"code", b"bank").fields[2:] for _ in range(2)]
    assert codes == [(RFC_CODES[0], ""), (RFC_CODES[1], "")]
    reopened = Vault.open(setup.path, "a good password", setup.clock)
    assert reopened.document.find(ENTRIES[2].id).counter == 2


def test_a_change_of_the_vault_counts_at_once(setup: Setup) -> None:
    assert setup.ask(b"code", b"new").status == "no-match"
    setup.vault.change(lambda _: Document(entries=(entry("New", forward=True),)))
    assert setup.ask(b"code", b"new").status == "ok"


def test_lock_ends_it(setup: Setup) -> None:
    assert setup.ask(b"code", b"github").status == "ok"
    lock_signal.send(setup.vault.vault_id)
    assert setup.ask(b"code", b"github").status == "locked"
    assert setup.ask(b"list").status == "locked"


def test_the_time_of_a_held_key_ends(setup: Setup) -> None:
    setup.session = HeldKey(setup.vault.vault_id, setup.vault.key, setup.clock, 60)
    setup.answers = setup.make()
    setup.clock.moment += 59
    assert setup.ask(b"code", b"github").status == "ok"
    setup.clock.moment += 1
    assert setup.ask(b"code", b"github").status == "locked"


def test_more_than_a_few_in_a_minute_are_refused(setup: Setup) -> None:
    setup.answers = setup.make(limit=2)
    statuses = [setup.ask(b"code", b"github").status for _ in range(4)]
    assert statuses == ["ok", "ok", "limit", "limit"]
    assert setup.ask(b"list").status == "limit"
    assert len(setup.log_path.read_text().splitlines()) == 3
    setup.clock.moment += 60
    assert setup.ask(b"code", b"github").status == "ok"


def test_the_user_is_asked_and_can_refuse(setup: Setup) -> None:
    setup.answers = Answers(
        setup.path, setup.session, setup.clock, setup.log_path, confirm=setup.confirm
    )
    assert setup.ask(b"code", b"github", origin="SHA256:abc").status == "ok"
    setup.allowed = False
    assert setup.ask(b"code", b"yandex").status == "refused"
    assert "SHA256:abc" in setup.asked[0]
    assert "GitHub (octocat)" in setup.asked[0]
    setup.ask(b"code", b"github")
    assert setup.asked.pop().startswith("An unknown program or server asks for the code")
    assert "\x1b" not in setup.asked[1]
    assert setup.ask(b"code", b"bank").status == "refused"
    assert Vault.open(setup.path, "a good password").document.find(ENTRIES[2].id).counter == 0


def test_every_request_is_logged_without_its_code(setup: Setup) -> None:
    news = News(setup.log_path)
    code = setup.ask(b"code", b"github", origin="SHA256:abc").fields[2]
    setup.ask(b"list")
    setup.ask(b"code", b"yandex")
    setup.ask(b"code", b"no\x1b\tsuch")
    records = news.look()
    assert [(one.what, one.origin, one.label) for one in records] == [
        (log.CODE, "SHA256:abc", "GitHub (octocat)"),
        (log.NAMES, "", ""),
        (log.CODE, "", "Yandex (evil[31m name)"),
        (log.NO_MATCH, "", "no such"),
    ]
    assert records[0].moment == int(setup.clock.moment)
    assert code not in setup.log_path.read_text()
    assert setup.log_path.stat().st_mode & 0o777 == 0o600
    assert news.look() == []


def test_a_code_that_cannot_be_logged_is_not_sent(setup: Setup) -> None:
    setup.log_path.parent.mkdir()
    setup.log_path.mkdir()
    assert setup.ask(b"code", b"bank").status == "failed"
    assert Vault.open(setup.path, "a good password").document.find(ENTRIES[2].id).counter == 0


def test_a_long_log_begins_anew_and_news_follow_it(tmp_path: Path) -> None:
    path = tmp_path / "forwarded.log"
    news = News(path)
    for number in range(1500):
        log.add(path, log.Record(number, log.CODE, "", "x" * 60))
        if number % 50 == 0:
            news.look()
    assert path.stat().st_size + path.with_name("forwarded.log.1").stat().st_size < 140_000
    assert news.look()[-1].moment == 1499


@pytest.mark.parametrize("data", [b"", b"\0\0", b"\0\0\0\xffcode", protocol.pack(b"", b"", b"")])
def test_a_malformed_request_is_refused(setup: Setup, data: bytes) -> None:
    assert setup.answers.answer(data, "")[0] in (
        protocol.EXTENSION_FAILURE,
        protocol.EXTENSION_RESPONSE,
    )
    assert not setup.log_path.exists()


def test_a_missing_vault_is_an_answer(setup: Setup) -> None:
    setup.path.unlink()
    assert setup.ask(b"code", b"github").status == "failed"
