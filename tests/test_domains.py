"""Where a run may go: everybody's lists hold, and a domain stands for its subdomains."""

import pytest

from fusion_mcp.domains import Domains


@pytest.mark.parametrize(
    ("host", "permitted"),
    [
        ("example.org", True),
        ("docs.example.org", True),
        ("a.b.EXAMPLE.org.", True),
        ("notexample.org", False),
        ("example.org.evil.test", False),
        ("org", False),
        ("", False),
    ],
)
def test_an_allowed_domain_covers_its_subdomains_and_nothing_else(host: str, *, permitted: bool) -> None:
    assert Domains(allowed=(("example.org",),)).permits(host) is permitted


def test_without_lists_everything_is_permitted() -> None:
    assert Domains().permits("example.org")
    assert Domains(allowed=((), ())).permits("example.org")
    assert Domains().only == ()
    assert not Domains().are_contradictory


def test_what_is_excluded_is_excluded_also_where_it_is_allowed() -> None:
    domains = Domains(allowed=(("example.org",),), excluded=("ads.example.org",))
    assert domains.permits("www.example.org")
    assert not domains.permits("x.ads.example.org")


def test_every_list_that_is_not_empty_must_be_satisfied() -> None:
    domains = Domains(allowed=(("example.org", "gov"), (), ("docs.example.org", "nasa.gov", "other.test")))
    assert domains.permits("docs.example.org")
    assert domains.permits("www.nasa.gov")
    assert not domains.permits("example.org")
    assert not domains.permits("other.test")
    assert domains.only == ("docs.example.org", "nasa.gov")


def test_lists_that_have_nothing_in_common_leave_nothing() -> None:
    assert Domains(allowed=(("example.org",), ("example.com",))).are_contradictory
    assert Domains(allowed=(("example.org",),), excluded=("example.org",)).are_contradictory


def test_a_name_in_other_letters_is_the_same_however_it_is_written() -> None:
    for written in ("bücher.example", "xn--bcher-kva.example"):
        domains = Domains(allowed=((written,),))
        assert domains.permits("www.xn--bcher-kva.example")
        assert domains.permits("BÜCHER.example")
        assert not domains.permits("bucher.example")


def test_an_address_is_a_host_like_any_other() -> None:
    domains = Domains(allowed=(("127.0.0.1", "::1"),))
    assert domains.permits("127.0.0.1")
    assert domains.permits("[::1]")
    assert not domains.permits("127.0.0.2")
