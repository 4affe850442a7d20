"""References to sources: from the short form that entries use to a title and a link."""

from knowledge.basics import Reference, Source


def source_of(reference: Reference) -> Source:
    """
    Give a reference its title and link.

    Source: the RFC Editor's own anchors, https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3
    """
    if isinstance(reference, Source):
        return reference
    _, number, *rest = reference.split(" ")
    section = rest[0].removeprefix("§") if rest else ""
    anchor = f"#{'section' if section[:1].isdigit() else 'appendix'}-{section}" if section else ""
    return Source(title=reference, url=f"https://www.rfc-editor.org/rfc/rfc{number}{anchor}")
