"""How a PBX names the extensions of its tenants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.pbx.endpoint_names import EndpointPattern, TenantNames, check_endpoint_pattern

ACME = TenantNames(tenant_id=1, slug="acme", domain="sip.acme.example")
ACME_2 = TenantNames(tenant_id=2, slug="acme-2", domain="sip.acme.example")
GLOBEX = TenantNames(tenant_id=3, slug="globex", domain="sip.globex.example")


@pytest.mark.parametrize(
    ("pattern", "aor", "name"),
    [
        ("", "1001", "1001"),
        ("", "1001@sip.acme.example", "1001"),
        ("", "1001@SIP.Acme.Example", "1001"),
        ("", "1001@sip.globex.example", None),
        ("{number}", "1001", "1001"),
        ("{number}-{tenant}", "1001-acme", "1001"),
        ("{number}-{tenant}", "1001-globex", None),
        ("{number}-{tenant}", "-acme", None),
        ("{number}-{tenant}", "1001", None),
        ("{number}-{tenant}", "1001-acme@sip.acme.example", "1001"),
        ("{number}-{tenant}", "1001-acme@sip.globex.example", None),
        ("{tenant}-{number}", "acme-1001", "1001"),
        ("{tenant}_{user}", "acme_anna", "anna"),
        ("{domain}_{number}", "sip.acme.example_1001", "1001"),
        ("{number}@{domain}", "1001@sip.acme.example", "1001"),
        ("{number}@{domain}", "1001@SIP.ACME.example", "1001"),
        ("{number}@{domain}", "1001", None),
        ("pbx7.{number}", "pbx7.1001", "1001"),
    ],
)
def test_an_address_of_record_is_read(pattern: str, aor: str, name: str | None) -> None:
    """R65: what is not this tenant's name of anything is nothing of this tenant."""
    assert EndpointPattern(check_endpoint_pattern(pattern)).reader(ACME).read(aor) == name


def test_a_tenant_whose_name_begins_like_another_is_another() -> None:
    """`acme-2-1001` could be 1001 of acme-2 or 2-1001 of acme: which exists decides later."""
    pattern = EndpointPattern("{tenant}-{number}")
    assert pattern.reader(ACME_2).read("acme-2-1001") == "1001"
    assert pattern.reader(ACME).read("acme-2-1001") == "2-1001"
    assert pattern.reader(ACME_2).read("acme-1001") is None


@given(
    st.sampled_from(["{number}-{tenant}", "{tenant}{number}", "{number}@{domain}", "x.{user}"]),
    st.text(st.sampled_from("0123456789*#-acme"), min_size=1, max_size=12),
    st.sampled_from([ACME, ACME_2, GLOBEX]),
)
def test_what_is_written_is_read_back(text: str, name: str, tenant: TenantNames) -> None:
    pattern = EndpointPattern(check_endpoint_pattern(text))
    assert pattern.reader(tenant).read(pattern.write(tenant, name)) == name


@pytest.mark.parametrize(
    "pattern",
    [
        "1001",
        "{tenant}",
        "{number}{number}",
        "{number}-{user}",
        "{extension}",
        "{number",
        "number}",
        "{}",
        "{0}",
        "{number!r}",
        "{number:>8}",
        "{number.__class__}",
        "{number[0]}",
        "{number} {tenant}",
        "{number}\r\n{tenant}",
        "{number};{tenant}",
        "{{number}}",
        "{number}" + "x" * 100,
        "número{number}",
    ],
)
def test_a_pattern_that_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_endpoint_pattern(pattern)
    assert caught.value.field == "endpoint_pattern"


def test_only_some_patterns_tell_whose_a_name_is() -> None:
    assert EndpointPattern("{number}-{tenant}").names_tenant
    assert EndpointPattern("{number}@{domain}").names_tenant
    assert not EndpointPattern("{number}").names_tenant
    assert not EndpointPattern("").names_tenant
