"""What a check finds in the DNS, told as a person reads it. Every case against a real DNS-over-HTTPS server."""

import base64
from collections.abc import Callable

import dns.rcode
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.answer import Answer, Facts, Steps
from tests.bot.mailbox.conftest import Check
from tests.standins.doh import DohStandIn, Fault, drop, hang, of_another_question, once, raw, rcode, truncated


def told(answer: Answer, section: str) -> str:
    """All that a section says."""
    for one in answer.sections:
        if one.id == section and isinstance(one, Steps):
            return "\n".join(one.steps)
        if one.id == section and isinstance(one, Facts):
            return "\n".join(f"{label}: {value}" for label, value in one.facts)
    return ""


async def test_a_domain_in_order_has_nothing_to_mend(check: Check) -> None:
    answer = await check("check good.example")
    assert answer.tone == "success"
    assert told(answer, "problems") == ""
    facts = told(answer, "facts")
    assert "`10 mx1.good.example`, `20 mx2.good.example`" in facts
    assert "2 of 10 lookups" in facts
    assert "`p=reject`, at `_dmarc.good.example`" in facts
    assert "MTA-STS: yes" in facts
    assert "TLS reports: yes" in facts


@pytest.mark.parametrize(
    ("zone", "verdict", "problem", "code"),
    [
        ("@ IN MX 0 .", "permanent", "null MX", "556 5.1.10"),
        ("www IN A 9.9.9.9", "permanent", "neither an MX record nor an address", "5.1.2"),
        ("@ IN MX 10 gone.bad.example.", "permanent", "`gone.bad.example`", "5.4.4"),
        ("@ IN MX 10 mx.bad.example.\nmx IN A 10.0.0.1", "permanent", "cannot reach: `mx.bad.example`", "4.4.1"),
        ("@ IN A 9.9.9.9", "success", "No SPF record", "5.7.26"),
        ("@ IN A 9.9.9.9\n@ IN TXT \"v=spf1 -all\"\n@ IN TXT \"v=spf1 a -all\"", "success", "2 SPF records", "5.7.24"),
        ("@ IN A 9.9.9.9\n@ IN TXT \"v=spf1 ip4:999.1.1.1 -all\"", "success", "cannot be evaluated", "5.7.24"),
        ("@ IN A 9.9.9.9\n@ IN TXT \"v=spf1 include:bad.example -all\"", "success", "includes itself", "5.7.24"),
        ("@ IN A 9.9.9.9\n@ IN TXT \"v=spf1 +all\"", "success", "allows everybody", ""),
        ("@ IN A 9.9.9.9\n_dmarc IN TXT \"v=DMARC1; p=none\"\n_dmarc IN TXT \"v=DMARC1; p=reject\"", "success",
         "More than one DMARC record", ""),
        ("@ IN A 9.9.9.9\n_dmarc IN TXT \"v=DMARC1; p=perhaps\"", "success", "an error in its syntax", ""),
    ],
)  # fmt: skip
async def test_each_fault_is_named_with_what_senders_see(
    check: Check, doh: DohStandIn, zone: str, verdict: str, problem: str, code: str
) -> None:
    doh.add("bad.example", zone)
    answer = await check("check bad.example")
    assert answer.tone == verdict
    assert problem in told(answer, "problems")
    assert not code or (code in answer.follow_ups and f"`{code}`" in told(answer, "problems"))
    assert answer.sources


@pytest.mark.parametrize(
    ("record", "weakness"),
    [
        ("v=spf1 ip4:9.9.9.9", "says nothing against senders"),
        ("v=spf1 ip4:9.9.9.9 ?all", "says nothing against senders"),
    ],
)
async def test_an_spf_record_without_an_end_is_weak(check: Check, doh: DohStandIn, record: str, weakness: str) -> None:
    doh.add("weak.example", f'@ IN A 9.9.9.9\n@ IN TXT "{record}"')
    assert weakness in told(await check("check weak.example"), "weaknesses")


async def test_more_than_ten_lookups_are_counted(check: Check, doh: DohStandIn) -> None:
    includes = " ".join(f"include:s{number}.many.example" for number in range(11)).replace("s6", '" "s6')
    below = "\n".join(f's{number} IN TXT "v=spf1 ip4:9.9.9.9 -all"' for number in range(11))
    doh.add("many.example", f'@ IN A 9.9.9.9\n@ IN TXT "v=spf1 {includes} -all"\n{below}')
    answer = await check("check many.example")
    assert "11 DNS lookups" in told(answer, "problems")
    assert "5.7.24" in answer.follow_ups


async def test_mail_may_go_to_the_domain_itself(check: Check, doh: DohStandIn) -> None:
    doh.add("bare.example", "@ IN A 9.9.9.9")
    answer = await check("check bare.example")
    assert answer.tone == "success"
    assert "mail goes to the domain's own address" in told(answer, "weaknesses")


async def test_a_name_behind_a_cname_is_found(check: Check, doh: DohStandIn) -> None:
    doh.add("alias.example", "@ IN MX 10 mx.alias.example.\nmx IN CNAME mx1.good.example.")
    assert "without an address" not in told(await check("check alias.example"), "problems")


async def test_a_domain_that_does_not_exist_says_so(check: Check) -> None:
    answer = await check("check nowhere.invalid-tld.example")
    assert answer.tone == "permanent"
    assert "does not exist in the DNS" in answer.summary
    assert "5.1.2" in answer.follow_ups


def key_of(bits: int) -> str:
    """An RSA key as a DKIM record has it."""
    public = rsa.generate_private_key(65_537, bits).public_key()
    data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = base64.b64encode(data).decode()
    return '" "'.join(text[at : at + 200] for at in range(0, len(text), 200))


def ed25519_key() -> str:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


DKIM: list[tuple[str, Callable[[], str], str, str]] = [
    ("good", lambda: f"v=DKIM1; k=rsa; p={key_of(2048)}", "facts", "`s1`: rsa, 2048 bits"),
    ("ed25519", lambda: f"v=DKIM1; k=ed25519; p={ed25519_key()}", "facts", "`s1`: ed25519, 256 bits"),
    ("weak", lambda: f"v=DKIM1; p={key_of(1024)}", "weaknesses", "at least 2048"),
    ("revoked", lambda: "v=DKIM1; p=", "problems", "is revoked"),
    ("broken", lambda: "v=DKIM1; p=not+a+key", "problems", "no readable key"),
    ("testing", lambda: f"v=DKIM1; t=y; p={key_of(2048)}", "weaknesses", "marked as a test"),
    ("none", lambda: "something else", "problems", "no DKIM key at the selector `s1`"),
]


@pytest.mark.parametrize(("record", "section", "said"), [row[1:] for row in DKIM], ids=[row[0] for row in DKIM])
async def test_a_dkim_selector_is_judged(
    check: Check, doh: DohStandIn, record: Callable[[], str], section: str, said: str
) -> None:
    doh.add("keys.example", f'@ IN A 9.9.9.9\ns1._domainkey IN TXT "{record()}"')
    assert said in told(await check("check keys.example selector s1"), section)


@pytest.mark.parametrize(
    ("domain", "records", "holder"),
    [
        ("a.b.org.example", {"_dmarc.org.example": "v=DMARC1; p=reject"}, "org.example"),
        (
            "a.b.org.example",
            {"_dmarc.a.b": "v=DMARC1; p=quarantine", "_dmarc": "v=DMARC1; p=reject"},
            "a.b.org.example",
        ),
        ("a.b.org.example", {"_dmarc.b": "v=DMARC1; p=reject; psd=n", "_dmarc": "v=DMARC1; p=none"}, "b.org.example"),
        ("a.b.org.example", {"_dmarc": "v=DMARC1; p=none; psd=y", "_dmarc.b": "v=DMARC1; p=reject"}, "b.org.example"),
    ],
)
async def test_the_dmarc_policy_is_found_by_walking_up(
    check: Check, doh: DohStandIn, domain: str, records: dict[str, str], holder: str
) -> None:
    lines = [f'{name.removesuffix(".org.example")} IN TXT "{record}"' for name, record in records.items()]
    doh.add("org.example", "\n".join(["a.b IN A 9.9.9.9", *lines]))
    assert f"at `_dmarc.{holder}`" in told(await check(f"check {domain}"), "facts")


async def test_without_any_dmarc_record_the_public_suffix_list_says_where_one_belongs(
    check: Check, doh: DohStandIn
) -> None:
    doh.add("shop.co.uk", "www IN A 9.9.9.9")
    assert "No DMARC record for `shop.co.uk`" in told(await check("check www.shop.co.uk"), "problems")


async def test_dnssec_is_what_the_resolver_says(check: Check, doh: DohStandIn) -> None:
    doh.secure = True
    assert "DNSSEC: yes" in told(await check("check good.example"), "facts")


async def test_an_international_domain_is_asked_in_its_ascii_form(check: Check, doh: DohStandIn) -> None:
    doh.add("xn--bcher-kva.example", "@ IN MX 10 mx1.good.example.")
    answer = await check("check jo@bücher.example")
    assert answer.tone == "success"
    assert "xn--bcher-kva.example MX" in doh.asked


async def test_a_mistyped_domain_is_pointed_out(check: Check, doh: DohStandIn) -> None:
    doh.add("gmial.com", "@ IN MX 10 mx1.good.example.")
    assert "was `gmail.com` meant" in told(await check("check jo@gmial.com"), "problems")
    doh.add("mail.com", "@ IN MX 10 mx1.good.example.")
    assert "meant" not in told(await check("check jo@mail.com"), "problems")


FAULTS: list[tuple[str, Fault, str]] = [
    ("servfail", rcode(dns.rcode.SERVFAIL), "SERVFAIL"),
    ("refused", rcode(dns.rcode.REFUSED), "refuses the question"),
    ("formerr", rcode(dns.rcode.FORMERR), "could not be read"),
    ("truncated", truncated, "could not be read"),
    ("other", of_another_question, "could not be read"),
    ("garbage", raw(b"\x00\x01garbage"), "could not be read"),
    ("empty", raw(b""), "could not be read"),
    ("html", raw(b"<html>", "text/html"), "could not be read"),
    ("500", raw(b"", status=500), "out of order"),
    ("redirect", raw(b"", status=302), "out of order"),
    ("429", raw(b"", status=429), "too many questions"),
    ("oversized", raw(b"\x00" * 100_000), "too large"),
    ("hang", hang, "no answer in time"),
]


@pytest.mark.parametrize(("fault", "why"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
async def test_what_could_not_be_found_out_is_said_with_why(
    check: Check, doh: DohStandIn, fault: Fault, why: str
) -> None:
    doh.faults["*"] = fault
    answer = await check("check good.example", limit=0.5)
    assert answer.tone == "neutral"
    assert why in told(answer, "missing")
    assert told(answer, "problems") == ""


async def test_one_answer_that_is_missing_leaves_the_others(check: Check, doh: DohStandIn) -> None:
    doh.faults["good.example TXT"] = hang
    answer = await check("check good.example", limit=0.5)
    assert "SPF: no answer in time" in told(answer, "missing")
    assert "p=reject" in told(answer, "facts")
    assert answer.tone == "success"


async def test_an_include_that_does_not_answer_leaves_spf_open(check: Check, doh: DohStandIn) -> None:
    doh.faults["_spf.good.example TXT"] = rcode(dns.rcode.SERVFAIL)
    answer = await check("check good.example")
    assert "SPF: the domain's name servers fail" in told(answer, "missing")
    assert told(answer, "problems") == ""


async def test_a_host_of_which_only_half_answers_does_not_dangle(check: Check, doh: DohStandIn) -> None:
    doh.faults["mx1.good.example A"] = rcode(dns.rcode.SERVFAIL)
    answer = await check("check good.example")
    assert "Mail hosts (MX): the domain's name servers fail" in told(answer, "missing")
    assert "without an address" not in told(answer, "problems")


async def test_a_policy_that_may_stand_higher_up_is_not_said_to_be_none(check: Check, doh: DohStandIn) -> None:
    doh.add("sub.good.example", "@ IN A 9.9.9.9")
    doh.faults["_dmarc.good.example TXT"] = rcode(dns.rcode.SERVFAIL)
    answer = await check("check sub.good.example")
    assert "DMARC: the domain's name servers fail" in told(answer, "missing")


async def test_nobodys_own_resolver_is_asked_whatever_a_record_says(
    check: Check, doh: DohStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("dns.resolver.Resolver.resolve", lambda _, name, *__, **___: asked.append(name))
    below = '_a IN TXT "v=spf1 exp=evil.example -all"\n_dmarc IN TXT "v=DMARC1; p=none; rua=mailto:x@evil.example"'
    doh.add("exp.example", f'@ IN A 9.9.9.9\n@ IN TXT "v=spf1 include:_a.exp.example exp=evil.example -all"\n{below}')
    await check("check exp.example")
    assert asked == []


async def test_a_resolver_that_is_away_is_told(check: Check, doh: DohStandIn) -> None:
    answer = await check("check good.example", resolver="http://127.0.0.1:9/dns-query")
    assert "could not be reached" in told(answer, "missing")


@pytest.mark.parametrize("fault", [drop, raw(b"", status=503)], ids=["dropped", "503"])
async def test_a_question_that_broke_off_is_asked_again(check: Check, doh: DohStandIn, fault: Fault) -> None:
    doh.faults["good.example MX"] = once(fault)
    answer = await check("check good.example")
    assert "mx1.good.example" in told(answer, "facts")
    assert doh.asked.count("good.example MX") == 2


async def test_answers_are_kept_as_long_as_they_say(check: Check, doh: DohStandIn) -> None:
    await check("check good.example")
    before = len(doh.asked)
    await check("check good.example")
    assert len(doh.asked) == before
    doh.add("brief.example", "@ IN MX 10 mx1.good.example.", ttl=0)
    await check("check brief.example")
    await check("check brief.example")
    assert doh.asked.count("brief.example MX") >= 2


async def test_one_connection_is_used_again_and_no_question_goes_out_twice(check: Check, doh: DohStandIn) -> None:
    await check("check good.example")
    assert len(doh.asked) == len(set(doh.asked))


async def test_nothing_but_the_resolver_is_contacted(check: Check, doh: DohStandIn) -> None:
    doh.add("evil.example", '@ IN MX 10 localhost.\n@ IN TXT "v=spf1 include:127.0.0.1 redirect=169.254.169.254"')
    answer = await check("check evil.example")
    assert answer.kind == "mailbox"
    assert {key.split()[-1] for key in doh.asked} <= {"MX", "A", "AAAA", "TXT", "SPF", "CNAME"}
