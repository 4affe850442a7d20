"""What soaks judge by: nothing lost, nothing doubled, nothing late, and memory that stays flat."""

from collections.abc import Iterator, Sequence
from pathlib import Path

MAX_GROWTH = 0.10
"""Of the memory after the first quarter, by which it may grow until the end."""


def memory(process: int) -> int:
    """Resident kilobytes of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def faults_of(
    counts: Sequence[int], sizes: Sequence[int], returned: int | None, *,
    slowest: float | None = None, within: float | None = None,
) -> Iterator[str]:  # fmt: skip
    """
    What went wrong; nothing where all was well.

    Args:
        counts: how many answers each question had.
        sizes: kilobytes after each quarter.
        returned: what the process returned.
        slowest: seconds to the slowest first response, of which *within* are allowed.
    """
    lost, doubled = sum(count == 0 for count in counts), sum(count > 1 for count in counts)
    if not counts or lost:
        yield f"{lost} of {len(counts)} lost"
    if doubled:
        yield f"{doubled} doubled"
    if slowest is not None and within is not None and slowest > within:
        yield f"a first response after {slowest:.2f} s"
    if not sizes or max(sizes) > sizes[0] * (1 + MAX_GROWTH):
        yield f"memory grew from {sizes[:1]} to {max(sizes, default=0)} KB"
    if returned != 0:
        yield f"the process returned {returned}"


def verdict(faults: Sequence[str]) -> int:
    """Print what went wrong; the exit status."""
    for fault in faults:
        print(f"FAILED: {fault}")
    return int(bool(faults))
