"""Many workspaces: Bolt's OAuth flow on a database, from the page that installs to the event that tells of removal."""

import logging
import time
from datetime import UTC, datetime
from urllib.parse import urljoin

from slack_bolt.authorization.async_authorize import AsyncInstallationStoreAuthorize
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from adapters.slack.database import METADATA, Shared, check_file, engine_of, make_tables, told
from adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH, scopes
from adapters.slack.settings import DATABASE, SlackSettings

LOG = logging.getLogger(__name__)
STATE_LASTS = 600
"""Seconds between the button that installs and the return from Slack's page."""

REASONS = ("access_denied", "invalid_browser", "invalid_state", "invalid_code", "missing_code", "storage_error")
"""Why installations fail; what else a browser brings is not logged."""


class States(AsyncSQLAlchemyOAuthStateStore):
    """
    The SDK's store, with states that are used once even where two replicas are asked at the same moment.

    The SDK's own looks first and deletes then, and logs the states.
    """

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """A new state; those that were never used go."""
        async with self.engine.begin() as connection:
            await connection.execute(delete(self.oauth_states).where(self.oauth_states.c.expire_at <= _now()))
        return str(await super().async_issue(*args, **kwargs))

    async def async_consume(self, state: str) -> bool:
        """Use a state up; False where it is unknown, used or too old."""
        mine = self.oauth_states.c.state == state, self.oauth_states.c.expire_at > _now()
        async with self.engine.begin() as connection:
            return (await connection.execute(delete(self.oauth_states).where(*mine))).rowcount == 1


class Stores:
    """
    What one app keeps in its database; *flow* is what Bolt needs for many workspaces, None for one.

    Raises:
        ValueError: SLACK_DATABASE cannot be used.
    """

    def __init__(self, settings: SlackSettings, client: AsyncWebClient) -> None:
        self._engine = engine_of(settings.database or DATABASE)
        self.shared = Shared(self._engine)
        self._metadata = [METADATA]
        self._store: AsyncSQLAlchemyInstallationStore | None = None
        self.flow: AsyncOAuthFlow | None = None
        if settings.client_id is not None:
            self._store = AsyncSQLAlchemyInstallationStore(settings.client_id, self._engine)
            states = States(STATE_LASTS, self._engine)
            self._metadata += [self._store.metadata, states.metadata]
            self.flow = _flow(settings, client, self._store, states)

    async def prepare(self) -> None:
        """
        Make the tables that are not there.

        Raises:
            ValueError: the database refuses us.
            ConnectionError: it cannot be reached yet.
        """
        try:
            check_file(self._engine)
            await make_tables(self._engine, self._metadata)
        except SQLAlchemyError as error:
            refusal = told(error)
            if refusal is None:
                raise ConnectionError(type(error).__name__) from None
            raise ValueError(f"SLACK_DATABASE: {refusal}") from None
        except (TypeError, ValueError) as error:  # an option of the URL that the driver does not take
            raise ValueError(f"SLACK_DATABASE: {error}") from None

    async def remove(self, enterprise: str | None, team: str | None) -> None:
        """Delete what is kept of a workspace."""
        if self._store is not None:
            await self._store.async_delete_all(enterprise_id=enterprise, team_id=team)
        await self.shared.forget_team(team or enterprise or "")

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()


def _flow(
    settings: SlackSettings, client: AsyncWebClient, store: AsyncSQLAlchemyInstallationStore, states: States
) -> AsyncOAuthFlow:
    quiet = logging.Logger(__name__, logging.ERROR)  # the flow's warnings quote codes and answers of Slack
    about = AsyncOAuthSettings(
        client_id=settings.client_id, client_secret=settings.client_secret, scopes=scopes(), user_scopes=[],
        redirect_uri=settings.redirect_url, install_path=INSTALL_PATH, redirect_uri_path=REDIRECT_PATH,
        authorization_url=urljoin(settings.api_url, "../oauth/v2/authorize") if settings.api_url else None,
        installation_store=store, state_store=states, state_expiration_seconds=STATE_LASTS,
        callback_options=AsyncCallbackOptions(success=_installed, failure=_failed),
    )  # fmt: skip
    # what auth.test says of a token never changes; without the cache it would be asked for at every event
    about.authorize = AsyncInstallationStoreAuthorize(
        logger=LOG, installation_store=store, client_id=about.client_id, client_secret=about.client_secret,
        client=client, cache_enabled=True,
    )  # fmt: skip
    return AsyncOAuthFlow(client=client, logger=quiet, settings=about)


async def _installed(arguments: AsyncSuccessArgs) -> BoltResponse:
    LOG.info("a workspace installed the app")
    return await arguments.default.success(arguments)


async def _failed(arguments: AsyncFailureArgs) -> BoltResponse:
    known = arguments.reason if arguments.reason in REASONS else "another reason"
    LOG.warning("an installation failed: %s", known)
    return await arguments.default.failure(arguments)


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None)
