"""Settings: where they come from, which one counts, and what is said when one is wrong."""

from __future__ import annotations

import stat
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import ConfigurationError
from bot.settings import Settings, read_settings, settled_secret_key
from bot.settings.reading import PLAIN, SECRETS, variable

KEY = "k" * 32


def problems(environment: dict[str, str], folder: Path) -> list[str]:
    """What is said about a configuration that is wrong, line by line."""
    with pytest.raises(ConfigurationError) as raised:
        read_settings(environment, folder)
    return str(raised.value).splitlines()


def test_nothing_told_gives_the_defaults(tmp_path: Path) -> None:
    """An installation starts without a single setting, in the contract's defaults."""
    settings = read_settings({}, tmp_path)

    assert settings == Settings()
    assert settings.database_url.get_secret_value() == "sqlite:///ombud.db"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.country == "GB"


def test_the_real_environment_is_not_read_behind_a_callers_back(tmp_path: Path) -> None:
    """`read_settings` with an environment of its own sees no other: PATH and HOME do not matter."""
    assert read_settings({"PATH": "/nowhere"}, tmp_path) == Settings()


def test_environment_counts_before_file_before_default(tmp_path: Path) -> None:
    """The environment overrides `ombud.toml`, which overrides the default."""
    (tmp_path / "ombud.toml").write_text('port = 81\nhost = "0.0.0.0"\n')

    settings = read_settings({"OMBUD_PORT": "82"}, tmp_path)

    assert (settings.host, settings.port, settings.max_attachments) == ("0.0.0.0", 82, 10)


def test_an_empty_variable_counts_as_none(tmp_path: Path) -> None:
    """Compose files pass unset variables on as empty ones; that switches nothing on or off."""
    settings = read_settings({"OMBUD_TELEGRAM_TOKEN": "", "OMBUD_PORT": " "}, tmp_path)

    assert settings.telegram_token is None
    assert settings.port == 8080


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_every_secret_may_be_given_as_a_file(name: str, tmp_path: Path) -> None:
    """`OMBUD_X_FILE` and `x_file` name a file that holds the secret and a line end."""
    secret = {
        "api_tokens": "anna:t",
        "database_url": "sqlite:///other.db",
        "smtp_url": "smtp://mail.example.org",
    }.get(name, KEY)
    (tmp_path / "secret").write_text(f"{secret}\n")
    beside = {"slack_app_token": KEY} if name == "slack_bot_token" else {}
    extra = {variable(other): value for other, value in beside.items()}

    by_variable = read_settings(
        {f"{variable(name)}_FILE": str(tmp_path / "secret"), **extra}, tmp_path
    )
    (tmp_path / "ombud.toml").write_text(f'{name}_file = "secret"\n')
    by_key = read_settings(extra, tmp_path)

    assert getattr(by_variable, name).get_secret_value() == secret
    assert getattr(by_key, name).get_secret_value() == secret


def test_secrets_are_those_that_the_contract_calls_so() -> None:
    """Whatever opens a door is a secret, and nothing else may be given as a file."""
    assert SECRETS == {
        "api_tokens", "database_url", "metrics_token", "secret_key", "slack_app_token",
        "slack_bot_token", "slack_signing_secret", "smtp_url", "telegram_token",
        "telegram_webhook_secret",
    }  # fmt: skip


def test_a_told_secret_counts_before_its_file(tmp_path: Path) -> None:
    """With both given the variable itself counts, and its file need not be there."""
    told = {"OMBUD_METRICS_TOKEN": "told", "OMBUD_METRICS_TOKEN_FILE": "/nowhere"}

    token = read_settings(told, tmp_path).metrics_token

    assert token is not None
    assert token.get_secret_value() == "told"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "cannot be read", id="missing"),
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\xff\xfe\xff", "cannot be read", id="not text"),
    ],
)
def test_a_secret_file_that_is_no_use_is_named(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    """A secret file that is missing, empty or no text is an error that names the variable."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)

    (line,) = problems({"OMBUD_METRICS_TOKEN_FILE": str(path)}, tmp_path)

    assert line.startswith("OMBUD_METRICS_TOKEN_FILE (environment)")
    assert words in line


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        pytest.param("OMBUD_LANGAUGE", "OMBUD_LANGUAGE", id="swapped letters"),
        pytest.param("OMBUD_TELEGRAM_TOKN", "OMBUD_TELEGRAM_TOKEN", id="left out"),
        pytest.param("OMBUD_API_TOKEN", "OMBUD_API_TOKENS", id="singular"),
        pytest.param("OMBUD_SECRET_KEY_FIEL", "OMBUD_SECRET_KEY_FILE", id="file"),
        pytest.param("OMBUD_PORT_FILE", "OMBUD_PORT", id="no secret"),
    ],
)
def test_an_unknown_variable_suggests_the_nearest(told: str, meant: str, tmp_path: Path) -> None:
    """A misspelt `OMBUD_` name is an error with the name that was most likely meant."""
    assert problems({told: "x"}, tmp_path) == [
        f"{told} (environment) is not a setting; did you mean {meant}? Rename or remove it."
    ]


@pytest.mark.parametrize(
    ("toml", "told", "meant"),
    [
        pytest.param('langauge = "en"', "langauge", "language", id="key"),
        pytest.param('[external_bdy]\nname = "x"', "external_bdy", "external_body", id="table"),
        pytest.param("[desk.rolls]", "desk.rolls", "desk.roles", id="table of a table"),
        pytest.param(
            "[limits]\nlookup_per_hour_in_all = 3",
            "limits.lookup_per_hour_in_all",
            "limits.lookups_per_hour_in_all",
            id="key of a table",
        ),
    ],
)
def test_an_unknown_key_suggests_the_nearest(
    toml: str, told: str, meant: str, tmp_path: Path
) -> None:
    """A misspelt key of `ombud.toml`, in a table too, is an error that names the file."""
    (tmp_path / "ombud.toml").write_text(toml)

    assert problems({}, tmp_path) == [
        f"{told} (ombud.toml) is not a setting; did you mean {meant}? Rename or remove it."
    ]


def test_a_table_cannot_be_a_variable(tmp_path: Path) -> None:
    """The tables belong to `ombud.toml` alone."""
    (line,) = problems({"OMBUD_LIMITS": "{}"}, tmp_path)

    assert line.startswith("OMBUD_LIMITS (environment) is not a setting")


WRONG = [
    ("PORT", "99999", "65535 or less"),
    ("PORT", "eighty", "whole number"),
    ("RETRY_SECONDS", "0", "more than 0"),
    ("MAX_ATTACHMENT_BYTES", "0", "1 or more"),
    ("SECRET_KEY", "too-short", "at least 32 characters"),
    ("DATABASE_URL", "mysql://anna:sesame@db/x", "sqlite:///"),
    ("DATABASE_URL", "sqlite:///", "sqlite:///"),
    ("API_TOKENS", "sesame", "name:token"),
    ("API_TOKENS", "anna:sesame,ben:sesame", "once"),
    ("TIME_ZONE", "Europe/Stokholm", "Europe/Stockholm"),
    ("TIME_ZONE", "../../etc/passwd", "IANA"),
    ("COUNTRY", "XX", "ISO 3166"),
    ("LANGUAGE", "enn", "nearest is en"),
    ("REGIME", "iso-10002", "nearest is iso10002"),
    ("PUBLIC_URL", "complaints.example.org", "https://complaints.example.org"),
    ("PUBLIC_URL", "https://example.org/complaints", "without a path"),
    ("ALLOWED_ORIGINS", "https://a.example,*", "address such as"),
    ("TRUSTED_PROXIES", "10.0.0.0/99", "networks"),
    ("TELEGRAM_MODE", "carrier-pigeon", "polling or webhook"),
    ("TELEGRAM_MODE", "webhook", "OMBUD_TELEGRAM_WEBHOOK_SECRET"),
    ("SLACK_MODE", "socket", "OMBUD_SLACK_APP_TOKEN"),
    ("SLACK_MODE", "http", "OMBUD_SLACK_SIGNING_SECRET"),
    ("SLACK_BOT_TOKEN", "xoxb-sesame", "OMBUD_SLACK_APP_TOKEN"),
    ("SLACK_STAFF", "anna", "U012AB3CD"),
    ("SMTP_URL", "mail.example.org:sesame", "smtps://"),
    ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
]


@pytest.mark.parametrize(
    ("name", "value", "words"), [pytest.param(*row, id=f"{row[0]}={row[1]}") for row in WRONG]
)
def test_a_wrong_value_is_one_line_that_says_how_to_mend_it(
    name: str, value: str, words: str, tmp_path: Path
) -> None:
    """A wrong value gives one line: the key, what is wrong, how to mend it."""
    (line,) = problems({f"OMBUD_{name}": value}, tmp_path)

    assert f"OMBUD_{name}" in line
    assert words in line


def test_a_message_never_repeats_a_secret(tmp_path: Path) -> None:
    """What was given for a secret is not shown, however wrong it is."""
    told = {variable(name): "sesame" for name in SECRETS}

    assert "sesame" not in "\n".join(problems(told, tmp_path))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to mend one problem to hear of the next."""
    (tmp_path / "ombud.toml").write_text('port = "x"\nhots = "y"\n[external_body]\n')

    lines = problems({"OMBUD_COUNTRY": "XX", "OMBUD_NOISE": "z"}, tmp_path)

    assert sorted(line.split()[0] for line in lines) == [
        "OMBUD_COUNTRY", "OMBUD_NOISE", "external_body.name", "hots", "port",
    ]  # fmt: skip


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """A broken `ombud.toml` is an error with the place where it breaks."""
    (tmp_path / "ombud.toml").write_text("port = \n")

    (line,) = problems({}, tmp_path)

    assert line.startswith("ombud.toml is not valid TOML:")
    assert "line 1" in line


def test_settings_are_frozen() -> None:
    """Settings are read once; nothing changes them afterwards."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]  # that it is one is the claim


def test_a_repr_shows_no_secret() -> None:
    """Settings that end up in a log by mistake show no secret."""
    assert "sesame" not in repr(Settings(api_tokens="anna:sesame", secret_key="sesame" * 6))  # type: ignore[arg-type]  # as the environment gives them


@pytest.mark.parametrize(
    ("told", "country"),
    [
        pytest.param({"OMBUD_TIME_ZONE": "Europe/Stockholm"}, "SE", id="time zone"),
        pytest.param(
            {"OMBUD_TIME_ZONE": "America/New_York", "OMBUD_LANGUAGE": "sv"}, "US", id="zone wins"
        ),
        pytest.param({"OMBUD_LANGUAGE": "sv"}, "SE", id="language"),
        pytest.param({"OMBUD_LANGUAGE": "keys"}, "GB", id="no language"),
        pytest.param(
            {"OMBUD_TIME_ZONE": "Europe/Stockholm", "OMBUD_COUNTRY": "fi"}, "FI", id="told"
        ),
    ],
)
def test_the_country_is_told_or_follows(told: dict[str, str], country: str, tmp_path: Path) -> None:
    """The country follows from the time zone, else from the language, unless it is told."""
    assert read_settings(told, tmp_path).country == country


@pytest.mark.parametrize(
    ("told", "url", "reached_at"),
    [
        pytest.param({}, "http://127.0.0.1:8080", "http://127.0.0.1:8080", id="default"),
        pytest.param({"OMBUD_HOST": "::1"}, "http://[::1]:8080", "http://[::1]:8080", id="IPv6"),
        pytest.param(
            {"OMBUD_PORT": "0"}, "http://127.0.0.1:0", "http://127.0.0.1:49000", id="free port"
        ),
        pytest.param(
            {"OMBUD_PUBLIC_URL": "https://Example.org/"},
            "https://example.org",
            "https://example.org",
            id="told",
        ),
    ],
)
def test_the_public_url_is_told_or_follows(
    told: dict[str, str], url: str, reached_at: str, tmp_path: Path
) -> None:
    """The public URL follows from host and port, the real one where port 0 took a free one."""
    settings = read_settings(told, tmp_path)
    port = settings.port or 49000

    assert (settings.public_url, settings.reached_at(port)) == (url, reached_at)


def test_lists_are_parsed(tmp_path: Path) -> None:
    """Comma-separated settings come as values, from the file also as arrays."""
    (tmp_path / "ombud.toml").write_text('slack_staff = ["U123", "S456"]\n')
    told = {
        "OMBUD_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "OMBUD_ALLOWED_ORIGINS": "https://A.example, http://b.example:81/",
        "OMBUD_API_TOKENS": "anna:t1, ben:t:2",
    }

    settings = read_settings(told, tmp_path)

    assert settings.slack_staff == ("U123", "S456")
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.allowed_origins == ("https://a.example", "http://b.example:81")
    assert settings.names_by_token == {"t1": "anna", "t:2": "ben"}


def test_tables_are_read(tmp_path: Path) -> None:
    """The tables of `ombud.toml` become values; limits not told follow from those per person."""
    (tmp_path / "ombud.toml").write_text(
        "lookups_per_hour = 7\n"
        '[external_body]\nname = "Ombudsman"\nurl = "https://o.example/"\n'
        "[limits]\nlookups_per_hour_in_all = 9\n"
        '[references]\npatterns = ["TKT-[0-9]+"]\n'
    )

    settings = read_settings({}, tmp_path)

    assert settings.external_body is not None
    assert settings.external_body.url == "https://o.example"
    assert settings.lookups_per_hour_per_address == 70
    assert settings.lookups_per_hour_in_all == 9
    assert settings.references.patterns == ("TKT-[0-9]+",)


def test_a_pattern_that_is_none_is_named(tmp_path: Path) -> None:
    """A regular expression that cannot be compiled is an error before anything starts."""
    (tmp_path / "ombud.toml").write_text('[references]\npatterns = ["ok", "("]\n')

    (line,) = problems({}, tmp_path)

    assert "entry 2 is no regular expression" in line


def test_every_setting_says_what_it_means() -> None:
    """Meaning and default stand with each setting, so that an error can tell them."""
    silent = [
        name for name in PLAIN if "default" not in (Settings.model_fields[name].description or "")
    ]

    assert silent == []


class TestSecretKey:
    """The secret key, which private codes are derived from."""

    def settings(self, folder: Path) -> Settings:
        """An installation whose database is in this folder."""
        return read_settings({"OMBUD_DATABASE_URL": f"sqlite:///{folder}/ombud.db"}, folder)

    def test_is_made_once_and_kept_for_its_owner_alone(self, tmp_path: Path) -> None:
        """The first start makes a key that its owner alone may read; the next takes it."""
        first = settled_secret_key(self.settings(tmp_path))
        again = settled_secret_key(self.settings(tmp_path))

        assert first == again
        assert len(first.get_secret_value()) >= 32
        assert stat.S_IMODE((tmp_path / "ombud.key").stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["ombud.key"]

    def test_that_is_told_is_not_kept(self, tmp_path: Path) -> None:
        """A key from the environment is used and written nowhere."""
        settings = read_settings({"OMBUD_SECRET_KEY": KEY}, tmp_path)

        assert settled_secret_key(settings).get_secret_value() == KEY
        assert list(tmp_path.iterdir()) == []

    def test_that_is_damaged_is_not_replaced(self, tmp_path: Path) -> None:
        """A key file cut short stops the start: a new key would void all private codes."""
        (tmp_path / "ombud.key").write_text("short")

        with pytest.raises(ConfigurationError, match="backup"):
            settled_secret_key(self.settings(tmp_path))

        assert (tmp_path / "ombud.key").read_text() == "short"

    def test_is_required_with_postgresql(self, tmp_path: Path) -> None:
        """Replicas must share the key, so with PostgreSQL none is made up."""
        (line,) = problems({"OMBUD_DATABASE_URL": "postgresql://u:sesame@db/x"}, tmp_path)

        assert "OMBUD_SECRET_KEY is required with PostgreSQL" in line
        assert "sesame" not in line
