"""Discord: events in, embeds out."""
