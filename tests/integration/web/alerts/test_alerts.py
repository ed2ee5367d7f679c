"""Alerts: subscribe, change, try, end; by a tenant's admin and by the provider."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.alerts.kinds import AlertKind, Channel, MessageState, Pace
from phoneprov.alerts.models import AlertMessage, AlertState, AlertSubscription
from phoneprov.alerts.tell import new_message
from phoneprov.alerts.unsubscribing import sign_link
from phoneprov.alerts.words import Text
from phoneprov.core.settings import Settings, load_settings
from phoneprov.tenancy.models import Tenant, User
from tests.cast import ALICE, PETRA
from tests.factories import AlertSubscriptionFactory, use_session
from tests.pages import Answer, Pages

OWN = "/t/acme/alerts"
HOOK = "https://hooks.example.net/services/T0/canary-in-the-path?key=canary2"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A server that sends mail, to nowhere."""
    return load_settings(
        data_dir=settings.data_dir, database_url="", public_url="https://phones.example.net",
        run_jobs=False, smtp_url="smtp://127.0.0.1:9", mail_from="alerts@example.net",
    )  # fmt: skip


@pytest.fixture
def unmailed(settings: Settings) -> Settings:
    """A server without a mail server."""
    return load_settings(data_dir=settings.data_dir, database_url="", public_url="")


def typed(**fields: object) -> dict[str, object]:
    """Return a form as its page sends it, by mail."""
    values: dict[str, object] = {
        "kinds": ["phone_offline", "many_offline"],
        "offline_minutes": "5",
        "tells_recovery": "y",
        "channel": "email",
        "webhook_url": "",
        "pace": "at_once",
        "collect_minutes": "30",
        "daily_at": "08:00",
        "quiet_from": "",
        "quiet_until": "",
        "time_zone": "Europe/Berlin",
        "most_per_hour": "10",
    }
    return values | fields


def rows(session: Session) -> list[AlertSubscription]:
    session.rollback()
    return list(session.scalars(select(AlertSubscription).order_by(AlertSubscription.id)))


def give(
    session: Session, email: str = ALICE, slug: str | None = "acme", **fields: object
) -> AlertSubscription:
    use_session(session)
    user = session.scalars(select(User).where(User.email == email)).one()
    tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    row: AlertSubscription = AlertSubscriptionFactory.create(
        user_id=user.id, tenant_id=tenant.id if tenant else None, **fields
    )
    session.commit()
    return row


def error_of(answer: Answer, field: str) -> str:
    assert answer.status_code == 422
    return answer.select_text(f"#field-{field}.has-error .error")


def test_an_admin_subscribes_by_mail(alice: Pages, session: Session) -> None:
    page = alice.get(f"{OWN}/add")
    assert ALICE in page.text
    answer = alice.post(f"{OWN}/add", typed(quiet_from="22:00", quiet_until="07:00"))
    assert answer.location == OWN
    (row,) = rows(session)
    assert (row.channel, row.kinds) == (Channel.EMAIL, ["phone_offline", "many_offline"])
    assert (row.quiet_from, row.quiet_until, row.pace) == (1320, 420, Pace.AT_ONCE)
    assert row.webhook_secret is None
    shown = alice.get(OWN)
    assert "Quiet 22:00–07:00, Europe/Berlin" in shown.text
    assert "none yet" in shown.text
    assert "Subscribed to alerts:" in alice.get("/t/acme/activity").text


def test_a_webhooks_secret_is_shown_once_and_its_address_never(
    alice: Pages, session: Session
) -> None:
    """What chat systems hand out as address is a password."""
    answer = alice.post(f"{OWN}/add", typed(channel="webhook", webhook_url=HOOK))
    secret = answer.select_text(".copy code")
    (row,) = rows(session)
    assert (row.webhook_url, row.webhook_secret) == (HOOK, secret)
    for path in (OWN, f"{OWN}/{row.id}/edit", f"{OWN}/{row.id}/messages", "/t/acme/activity"):
        text = alice.get(path).text
        assert "canary" not in text
        assert secret not in text
    assert "https://hooks.example.net/…" in alice.get(OWN).text
    raw = session.connection().exec_driver_sql(
        "SELECT webhook_url, webhook_secret, link_key FROM alert_subscription"
    ).one()  # fmt: skip
    assert "canary" not in str(raw)
    assert secret not in str(raw)


def test_an_empty_address_leaves_it_as_it_is(alice: Pages, session: Session) -> None:
    row = give(session, webhook_url=HOOK)
    answer = alice.post(f"{OWN}/{row.id}/edit", typed(channel="webhook", most_per_hour="3"))
    assert answer.location == OWN
    (kept,) = rows(session)
    assert (kept.webhook_url, kept.most_per_hour) == (HOOK, 3)
    assert alice.post(f"{OWN}/{row.id}/edit", typed()).location == OWN
    assert rows(session)[0].webhook_url is None


def test_a_new_secret_is_made_after_asking(alice: Pages, session: Session) -> None:
    row = give(session)
    assert alice.get(f"{OWN}/{row.id}/secret").status_code == 200
    assert rows(session)[0].webhook_secret == "s3cret-of-the-webhook"
    secret = alice.post(f"{OWN}/{row.id}/secret").select_text(".copy code")
    assert rows(session)[0].webhook_secret == secret != "s3cret-of-the-webhook"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kinds", {"kinds": []}),
        ("kinds", {"kinds": ["link_lost"]}),
        ("kinds", {"kinds": ["nonsense"]}),
        ("offline_minutes", {"offline_minutes": "0"}),
        ("offline_minutes", {"offline_minutes": "1441"}),
        ("offline_minutes", {"offline_minutes": "five"}),
        ("channel", {"channel": "pigeon"}),
        ("webhook_url", {"channel": "webhook"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "ftp://hooks.example.net"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "https://u:p@hooks.example.net"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "http://127.0.0.1:8080/"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "http://localhost/"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "http://169.254.169.254/latest"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "http://10.0.0.5/"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "http://[::ffff:127.0.0.1]/"}),
        ("webhook_url", {"channel": "webhook", "webhook_url": "https://a.example/?x\r\ny: z"}),
        ("pace", {"pace": "sometimes"}),
        ("collect_minutes", {"pace": "collected", "collect_minutes": "4"}),
        ("daily_at", {"pace": "daily", "daily_at": ""}),
        ("daily_at", {"pace": "daily", "daily_at": "25:00"}),
        ("quiet_from", {"quiet_from": "ten"}),
        ("quiet_until", {"quiet_from": "22:00"}),
        ("quiet_from", {"quiet_until": "07:00"}),
        ("quiet_until", {"quiet_from": "07:00", "quiet_until": "7:00"}),
        ("time_zone", {"time_zone": "Mars/Olympus_Mons"}),
        ("most_per_hour", {"most_per_hour": "61"}),
    ],
)
def test_it_tells_beside_the_field_and_keeps_what_was_typed(
    alice: Pages, session: Session, field: str, values: dict[str, object]
) -> None:
    answer = alice.post(f"{OWN}/add", typed(**values))
    assert error_of(answer, field)
    assert rows(session) == []
    for name in ("webhook_url", "daily_at", "quiet_from", "collect_minutes"):
        box = answer.soup.select_one(f"#{name}")
        assert box is not None
        assert box.get("value", "") == str(typed(**values)[name]).replace("\r\n", "\n")


def test_without_a_mail_server_it_says_so_beside_the_field(
    unmailed: Settings, session: Session
) -> None:
    """And webhooks still work."""
    from phoneprov.factory import create_app
    from phoneprov.tenancy.sessions import open_session
    from phoneprov.web.database import db
    from phoneprov.web.runtime import EXTENSION

    user = session.scalars(select(User).where(User.email == ALICE)).one()
    token = open_session(session, user, address="127.0.0.1", now=datetime.now(UTC))
    session.commit()
    app = create_app(unmailed)
    app.testing = True
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    pages = Pages(client)
    page = pages.get(f"{OWN}/add")
    assert "This server sends no mail yet." in page.select_text("#field-channel")
    assert "sends no mail yet" in error_of(pages.post(f"{OWN}/add", typed()), "channel")
    answer = pages.post(f"{OWN}/add", typed(channel="webhook", webhook_url=HOOK))
    assert answer.status_code == 200
    app.extensions[EXTENSION].answering.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_provider_chooses_a_customer_or_all(petra: Pages, session: Session) -> None:
    page = petra.get("/alerts/add")
    names = [one.text for one in page.soup.select("#tenant_id option")]
    assert names == ["All, also those added later", "Acme Ltd", "Globex GmbH"]
    everything = [kind.value for kind in AlertKind]
    assert petra.post("/alerts/add", typed(tenant_id="0", kinds=everything)).location == "/alerts"
    globex = session.scalars(select(Tenant.id).where(Tenant.slug == "globex")).one()
    petra.post("/alerts/add", typed(tenant_id=str(globex), kinds=["link_lost"]))
    first, second = rows(session)
    assert (first.tenant_id, first.kinds) == (None, everything)
    assert (second.tenant_id, second.kinds) == (globex, ["link_lost"])
    assert petra.post("/alerts/add", typed(tenant_id="987654")).status_code == 422


def test_everybody_sees_their_own(
    alice: Pages, petra: Pages, charlie: Pages, session: Session
) -> None:
    """A tenant's admins see what their people have; not what the provider has of them."""
    own = give(session)
    providers = give(session, PETRA)
    everywhere = give(session, PETRA, None)
    assert len(alice.get(OWN).soup.select("tbody tr")) == 1
    assert len(petra.get(OWN).soup.select("tbody tr")) == 2
    assert len(petra.get("/alerts").soup.select("tbody tr")) == 3
    assert len(charlie.get("/t/globex/alerts").soup.select("tbody tr")) == 0
    for row in (providers, everywhere):
        for verb in ("edit", "delete", "messages", "secret"):
            assert alice.get(f"{OWN}/{row.id}/{verb}").status_code == 404
        assert alice.post(f"{OWN}/{row.id}/test").status_code == 404
    for verb in ("edit", "delete", "messages", "secret"):
        assert charlie.get(f"/t/globex/alerts/{own.id}/{verb}").status_code == 404
    assert charlie.post(f"/t/globex/alerts/{own.id}/delete").status_code == 404
    assert len(rows(session)) == 3


def test_a_viewer_is_not_offered_it(bob: Pages) -> None:
    assert bob.get(OWN).status_code == 403
    assert bob.post(f"{OWN}/add", typed()).status_code == 403
    assert "Alerts for" not in bob.get("/t/acme/phones").text


def test_a_test_message_goes_into_the_outbox(alice: Pages, session: Session) -> None:
    """And the hour's limit holds for it too."""
    row = give(session, most_per_hour=2)
    for _ in range(3):
        answer = alice.post(f"{OWN}/{row.id}/test")
        assert answer.location == f"{OWN}/{row.id}/messages"
    messages = list(session.scalars(select(AlertMessage)))
    assert [one.is_test for one in messages] == [True, True]
    page = alice.get(answer.location)
    assert "more are not allowed" in page.text
    assert len(page.soup.select("tbody tr")) == 2
    assert "This is a test of the alerts for Acme Ltd" in page.text


def test_the_list_of_messages_says_why_one_failed(
    alice: Pages, petra: Pages, session: Session
) -> None:
    row = give(session, channel=Channel.EMAIL)
    text = Text(subject="[phoneprov] <b>Acme</b>", body="<script>alert(1)</script>", items=[])
    message = new_message(row.id, text, datetime.now(UTC))
    message.state, message.failure = MessageState.FAILED, "the mail server answered 550 No"
    now = datetime.now(UTC)
    session.add(message)
    session.add(
        AlertState(id=1, macs_seen_until=now, mail_failed_at=now, mail_failure="no such host")
    )
    session.commit()
    page = alice.get(f"{OWN}/{row.id}/messages")
    assert "The mail server answered 550 No." in page.select_text("tbody")
    assert page.soup.select_one("main b, main script") is None
    assert "No such host." in page.select_text(".message-error:not(#trouble)")
    assert "Not taken" in alice.get(OWN).text
    assert "No such host." in petra.get("/alerts").text


def test_messages_are_asked_for_again_only_while_they_move(alice: Pages, session: Session) -> None:
    row = give(session)
    alice.post(f"{OWN}/{row.id}/test")
    path = f"{OWN}/{row.id}/messages"
    part = alice.get(path, headers={"HX-Request": "true"})
    assert not part.is_page
    assert 'hx-trigger="every 3s"' in part.text
    message = session.scalars(select(AlertMessage)).one()
    message.state = MessageState.SENT
    session.commit()
    assert "hx-trigger" not in alice.get(path, headers={"HX-Request": "true"}).text


def test_it_deletes_after_asking(alice: Pages, session: Session) -> None:
    row = give(session)
    assert "Alice Adams" in alice.get(f"{OWN}/{row.id}/delete").select_text("h1")
    assert len(rows(session)) == 1
    assert alice.post(f"{OWN}/{row.id}/delete").location == OWN
    assert rows(session) == []


def test_the_link_asks_and_then_ends_it(nobody: Pages, alice: Pages, session: Session) -> None:
    """No log-in; opening it alone ends nothing, because mail scanners open links."""
    row = give(session)
    path = f"/unsubscribe/{sign_link(row.id, row.link_key)}"
    assert nobody.get(path).select_text("h1") == "No more alerts?"
    assert rows(session)[0].ended_at is None
    assert nobody.post(path).select_text("h1") == "Alerts ended"
    assert rows(session)[0].ended_at is not None
    assert nobody.post(path).status_code == 200
    assert "Ended" in alice.get(OWN).text
    assert alice.post(f"{OWN}/{row.id}/edit", typed()).location == OWN
    assert rows(session)[0].ended_at is None


def test_the_link_without_a_token_of_its_page_ends_nothing(nobody: Pages, session: Session) -> None:
    row = give(session)
    path = f"/unsubscribe/{sign_link(row.id, row.link_key)}"
    assert nobody.ask("POST", path, {"x": "y"}).status_code == 400
    assert rows(session)[0].ended_at is None


def test_a_mail_program_ends_it_at_one_click(nobody: Pages, session: Session) -> None:
    """RFC 8058: a POST without cookie or token, from the mail provider's machine."""
    row = give(session)
    path = f"/api/v1/unsubscribe/{sign_link(row.id, row.link_key)}"
    body = {"List-Unsubscribe": "One-Click"}
    assert nobody.ask("GET", path).status_code == 405
    assert nobody.ask("POST", path[:-1] + "0x", body).status_code == 401
    assert rows(session)[0].ended_at is None
    assert nobody.ask("POST", path, body).status_code == 200
    assert rows(session)[0].ended_at is not None


@pytest.mark.parametrize("verb", ["add", "edit", "delete", "test", "secret"])
def test_it_needs_the_forms_token(alice: Pages, session: Session, verb: str) -> None:
    row = give(session)
    path = f"{OWN}/add" if verb == "add" else f"{OWN}/{row.id}/{verb}"
    assert alice.ask("POST", path, typed()).status_code == 400
    assert len(rows(session)) == 1
    assert list(session.scalars(select(AlertMessage))) == []


def test_a_provider_may_name_an_address_of_the_own_network(petra: Pages, session: Session) -> None:
    """But never this machine."""
    url = "http://10.0.0.5:3000/hook"
    form = typed(tenant_id="0", channel="webhook", webhook_url=url)
    assert petra.post("/alerts/add", form).status_code == 200
    assert rows(session)[0].webhook_url == url
    form["webhook_url"] = "http://127.0.0.1:3000/hook"
    assert "this server itself" in error_of(petra.post("/alerts/add", form), "webhook_url")


def test_the_empty_list_says_what_it_is_for(alice: Pages) -> None:
    assert "Nobody is told yet" in alice.get(OWN).text
