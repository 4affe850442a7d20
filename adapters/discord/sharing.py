"""A private answer posted again for everybody, from the message alone: so that it works after a restart too."""

import io
import logging
from typing import Any

import discord
import yarl

LOG = logging.getLogger(__name__)
SHARE = "share"
"""The id of the button."""

NO_MENTIONS = discord.AllowedMentions.none()


async def share(interaction: discord.Interaction[Any]) -> None:
    """Post the answer that the button stands under: its embeds, its buttons but this one, its files."""
    message = interaction.message
    if message is None:
        return
    view = discord.ui.View.from_message(message, timeout=None)
    for item in list(view.children):
        if getattr(item, "custom_id", "") == SHARE:
            view.remove_item(item)
    told: dict[str, Any] = {"view": view, "allowed_mentions": NO_MENTIONS}
    if message.content:
        told["content"] = message.content
    if not message.attachments and not any(embed.image.url for embed in message.embeds):
        await interaction.response.send_message(**told, embeds=message.embeds, ephemeral=False)
        return
    await interaction.response.defer(
        thinking=True, ephemeral=False
    )  # fetching files may take longer than Discord waits
    files = [file for attachment in message.attachments if (file := await _fetched(interaction, attachment.url))]
    embeds = []
    for embed in message.embeds:
        # a picture of the embed stands nowhere else, and its address dies with the private message
        picture = await _fetched(interaction, embed.image.url) if embed.image.url else None
        if picture is not None:
            files.append(picture)
        embeds.append(embed.set_image(url=picture.uri if picture is not None else None))
    await interaction.followup.send(**told, embeds=embeds, files=files)


async def _fetched(interaction: discord.Interaction[Any], address: str) -> discord.File | None:
    """A file of our own message; None where Discord has it no more."""
    try:
        content = await interaction.client.http.get_from_cdn(address)
    except discord.HTTPException as error:
        LOG.warning("a file to be shared could not be fetched: %d", error.status)
        return None
    return discord.File(io.BytesIO(content), yarl.URL(address).name)
