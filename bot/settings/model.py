"""Every setting with its meaning, unit and default; its variable is `OMBUD_` and its name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings import values
from bot.settings.tables import DeskTable, Escalation, ExternalBody, Hours, Limits, References

Items = Annotated[tuple[str, ...], BeforeValidator(values.as_items)]
Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)


def _public_url(told: dict[str, Any]) -> str:
    return _address(told["host"], told["port"])


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Settings(BaseSettings):
    """What an installation is told; `Settings()` is the defaults, `read_settings` the real ones."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, env_prefix="OMBUD_"
    )

    # Where things are kept

    database_url: Annotated[SecretStr, AfterValidator(values.database_url)] = SecretStr(
        "sqlite:///ombud.db"
    )
    """Database: `sqlite:///FILE` or `postgresql://…`; several replicas only with PostgreSQL;
    default: `sqlite:///ombud.db`."""

    files_dir: Path = Path("ombud-files")
    """Folder of the attachments, shared by replicas; default: `ombud-files`."""

    secret_key: Annotated[SecretStr, AfterValidator(values.secret_key)] | None = None
    """Key that private codes and tokens are derived from, at least 32 characters; required with
    PostgreSQL; default: made on the first start and kept 0600 beside the SQLite file."""

    # The web server

    host: str = Field(default="127.0.0.1", min_length=1)
    """Address that the web server listens on; default: `127.0.0.1`, this machine only."""

    port: int = Field(default=8080, ge=0, le=65535)
    """Port of the web server; 0 takes a free one and logs it; default: `8080`."""

    public_url: Annotated[str, AfterValidator(values.origin)] = Field(default_factory=_public_url)
    """Origin of the chat page and base of webhook addresses; default: `http://HOST:PORT`."""

    allowed_origins: Annotated[Items, AfterValidator(values.origins)] = ()
    """More origins that may embed the chat, comma separated; default: none."""

    trusted_proxies: Annotated[
        tuple[values.Network, ...],
        BeforeValidator(values.networks),
        BeforeValidator(values.as_items),
    ] = ()
    """Networks whose `X-Forwarded-For` counts, comma separated; default: none."""

    api_tokens: Annotated[
        SecretStr, BeforeValidator(values.as_joined), AfterValidator(values.api_tokens)
    ] = SecretStr("")
    """`name:token` pairs for the staff API, comma separated; the name is who acts;
    default: none, the staff API is off."""

    # Who answers

    organisation: str = Field(default="this organisation", min_length=1)
    """Name of the organisation, as it stands in texts; default: `this organisation`."""

    language: Annotated[
        str, AfterValidator(lambda name: values.named_by_a_file(name, "languages"))
    ] = "en"
    """Language where none is told; `keys` shows text keys, for tools; default: `en`."""

    time_zone: Annotated[str, AfterValidator(values.time_zone)] = "UTC"
    """Zone of all clocks and days (IANA name); default: `UTC`."""

    country: Annotated[str, AfterValidator(values.country)] = Field(
        default_factory=lambda told: values.country_of(told["time_zone"], told["language"])
    )
    """ISO 3166 country: phone region, currency of bare signs, date order, holidays, emergency
    number; default: from the time zone, else by language (en GB, sv SE, de DE, fr FR, es ES)."""

    regime: Annotated[str, AfterValidator(lambda name: values.named_by_a_file(name, "regimes"))] = (
        "iso10002"
    )
    """Whose rules set the deadlines; default: `iso10002`."""

    # Telegram

    telegram_token: SecretStr | None = None
    """Token of the Telegram bot; switches Telegram on; default: none."""

    telegram_api_url: Annotated[str, AfterValidator(values.web_address)] | None = None
    """Base for `/bot<token>/` and `/file/bot<token>/`; default: the platform's."""

    telegram_webhook_secret: SecretStr | None = None
    """Secret of the Telegram webhook; set, with an `https` public URL: webhook, else long polling;
    default: none."""

    telegram_mode: Literal["polling", "webhook"] | None = None
    """Forces `polling` or `webhook`; default: see the webhook secret."""

    # Slack

    slack_bot_token: SecretStr | None = None
    """Bot token of the Slack app; switches Slack on; default: none."""

    slack_api_url: Annotated[str, AfterValidator(values.web_address)] | None = None
    """Base of Slack's Web API; default: the platform's."""

    slack_app_token: SecretStr | None = None
    """App-level token, for Socket Mode; default: none."""

    slack_signing_secret: SecretStr | None = None
    """Signing secret, for `POST /slack/events`; default: none."""

    slack_mode: Literal["socket", "http"] | None = None
    """Forces `socket` or `http`; default: `socket` where the app token is set."""

    slack_triage_channel: str | None = None
    """Channel where complaints appear as cards; default: none."""

    slack_staff: Annotated[Items, AfterValidator(values.staff_ids)] = ()
    """User ids `U…` and user groups `S…` that may act, comma separated;
    default: the members of the triage channel."""

    # E-mail

    smtp_url: Annotated[SecretStr, AfterValidator(values.smtp_address)] | None = None
    """Mail server for answers by e-mail, `smtp://…` or `smtps://…`; default: none."""

    # Limits and times

    max_attachment_bytes: int = Field(default=20_971_520, ge=1)
    """Size of one attachment, in bytes; default: `20971520`."""

    max_attachments: int = Field(default=10, ge=0)
    """Attachments of one complaint; default: `10`."""

    draft_hours: int = Field(default=72, ge=1)
    """Hours that an unfinished draft is kept; default: `72`."""

    retention_days: int | None = Field(default=None, ge=1)
    """Days that a closed complaint is kept; default: by regime."""

    messages_per_minute: int = Field(default=60, ge=1)
    """Messages that one person may send in a minute; default: `60`."""

    lookups_per_hour: int = Field(default=10, ge=1)
    """Wrong references or codes that one person may try in an hour; default: `10`."""

    retry_seconds: float = Field(default=1, gt=0)
    """First delay of delivery retries in seconds, doubling to 60 × it; default: `1`."""

    # What operators see

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = "INFO"
    """Least grave log lines shown: `DEBUG`, `INFO`, `WARNING` or `ERROR`; default: `INFO`."""

    metrics_token: SecretStr | None = None
    """Bearer token for `/metrics`; default: none, only clients on this machine."""

    # Tables, in ombud.toml alone

    hours: Hours | None = None
    """When somebody is there; default: at any hour."""

    escalation: Escalation = Escalation()
    """Who is told when a deadline comes near; default: see its keys."""

    external_body: ExternalBody | None = None
    """Who a complainant can turn to outside the organisation; default: none."""

    desk: DeskTable = DeskTable()
    """Roles and routes of the caseworkers (`[desk.roles]`, `[desk.routes]`); default: empty."""

    limits: Limits = Limits()
    """Limits for addresses that many people share; default: see its keys."""

    categories: dict[str, Any] = Field(default_factory=dict)
    """The organisation's own kinds of complaint; default: empty."""

    references: References = References()
    """What the organisation's own numbers look like; default: see its keys."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing is read behind a caller's back: `read_settings` hands the values in."""
        return (init_settings,)

    @model_validator(mode="after")
    def _postgresql_has_a_key(self) -> Self:
        if self.sqlite_file is None and self.is_postgresql and self.secret_key is None:
            raise ValueError(
                "OMBUD_SECRET_KEY is required with PostgreSQL, the same for every replica;"
                " `openssl rand -hex 32` makes one"
            )
        return self

    @model_validator(mode="after")
    def _forced_modes_have_their_secrets(self) -> Self:
        for missing, message in (
            (
                self.telegram_mode == "webhook" and not self.telegram_webhook_secret,
                "OMBUD_TELEGRAM_MODE=webhook needs OMBUD_TELEGRAM_WEBHOOK_SECRET;"
                " set it, or take polling",
            ),
            (
                self.slack_mode == "socket" and not self.slack_app_token,
                "OMBUD_SLACK_MODE=socket needs OMBUD_SLACK_APP_TOKEN; set it, or take http",
            ),
            (
                self.slack_mode == "http" and not self.slack_signing_secret,
                "OMBUD_SLACK_MODE=http needs OMBUD_SLACK_SIGNING_SECRET; set it, or take socket",
            ),
            (
                self.slack_bot_token and not (self.slack_app_token or self.slack_signing_secret),
                "OMBUD_SLACK_BOT_TOKEN needs OMBUD_SLACK_APP_TOKEN (Socket Mode)"
                " or OMBUD_SLACK_SIGNING_SECRET (http) beside it; set one of the two",
            ),
        ):
            if missing:
                raise ValueError(message)
        return self

    @property
    def is_postgresql(self) -> bool:
        """Whether several replicas may share the database."""
        return self.database_url.get_secret_value().startswith("postgresql://")

    @property
    def sqlite_file(self) -> Path | None:
        """The file of the embedded database, if there is one."""
        return values.sqlite_file(self.database_url.get_secret_value())

    @property
    def names_by_token(self) -> dict[str, str]:
        """Who acts, by the token that they carry."""
        pairs = values.tokens_by_name(self.api_tokens.get_secret_value())
        return {token: name for name, token in pairs.items()}

    @property
    def desk_roles(self) -> dict[str, tuple[str, ...]]:
        """Who has which role at the desk: people and user groups."""
        return self.desk.roles.model_dump()

    @property
    def desk_routes(self) -> tuple[dict[str, Any], ...]:
        """Where complaints are shown, in the order of the file."""
        return tuple(route.model_dump(mode="json") for route in self.desk.routes.values())

    @property
    def desk_second_person_above(self) -> Decimal | None:
        """The amount above which an answer needs a second person."""
        return self.desk.second_person_above

    @property
    def lookups_per_hour_per_address(self) -> int:
        """Wrong references or codes an hour from one network address."""
        return self.limits.lookups_per_hour_per_address or 10 * self.lookups_per_hour

    @property
    def lookups_per_hour_in_all(self) -> int:
        """Wrong references or codes an hour from everybody together."""
        return self.limits.lookups_per_hour_in_all or 100 * self.lookups_per_hour

    def reached_at(self, port: int) -> str:
        """The public URL once the port is known: with port 0 it differs from `public_url`."""
        return (
            self.public_url if "public_url" in self.model_fields_set else _address(self.host, port)
        )
