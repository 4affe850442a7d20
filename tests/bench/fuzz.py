"""Throw mutated bounces at reading and diagnosis for a while: ``python tests/bench/fuzz.py SECONDS [SEED]``."""

import random
import sys
import time

from bot.answering import make_bot
from bot.bounce.explaining import explain_file, explain_text

SLOW = 0.5
"""Seconds for one text of at most 64 KB that count as a fault."""


def seeds() -> list[bytes]:
    """Every sample of the knowledge, and reports and mails around them."""
    known = make_bot().knowledge
    texts = [s for p in known.providers.values() for pattern in p.patterns for s in pattern.samples]
    texts += [sample.text for form in known.log_formats.values() for sample in form.samples]
    texts += [sample for framing in known.framings.values() for sample in framing.samples]
    mails = [
        f"From: MAILER-DAEMON@a.example\nSubject: failure notice\n\n<a@b.example>:\n{text}\n" for text in texts[::9]
    ]
    head = "Subject: x\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    mails += [
        f"{head}Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp; {text}\n--b--" for text in texts[::9]
    ]
    return [text.encode() for text in (*texts, *mails)]


def mutated(chance: random.Random, pool: list[bytes]) -> bytes:
    """One text made of others: cut, doubled, spliced, with bytes changed."""
    data = bytearray(chance.choice(pool))
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
            case 1:
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                data[at:at] = chance.choice(pool)
            case 3:
                data[at:at] = data[: chance.randrange(1, 400)] * chance.randrange(1, 12)
            case 4:
                data[at:at] = chance.choice(
                    (b"\n", b"\r\n", b" ", b"\t", b"--b\n", b">", b"=", b"\x00", b"550 ", b"<", b"(")
                )
            case _:
                data = bytearray(bytes(data).swapcase())
    return bytes(data[:65_536])


def main(limit: float, seed: int) -> int:
    """Fuzz for *limit* seconds; returns 1 where something failed or took too long."""
    chance, pool = random.Random(seed), seeds()
    bot = make_bot()
    explainer = bot.explainer()
    end, count, worst = time.monotonic() + limit, 0, 0.0
    while time.monotonic() < end:
        data = mutated(chance, pool)
        took = SLOW + 1
        for _ in range(3):  # a busy machine makes one slow; a bad pattern makes all
            start = time.process_time()
            try:
                explain_text(data.decode("utf-8", "replace"), explainer)
                list(explain_file(data, explainer, "f"))
            except Exception as error:
                if not (isinstance(error, ValueError) and data[:2] == b"\x1f\x8b"):
                    print(f"failed on {data!r}: {error!r}")
                    return 1
            took = min(took, time.process_time() - start)
            if took < SLOW:
                break
        worst, count = max(worst, took), count + 1
        if took > SLOW:
            print(f"{took:.2f} s for {data[:2000]!r}")
            return 1
    print(f"{count} texts in {limit:.0f} s, none failed; the slowest took {worst:.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
