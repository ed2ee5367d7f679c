"""Rules on a phone that reached us, and whose config or registration did not follow."""

from collections.abc import Iterator

from phoneprov.fleet.diagnosis.circumstances import Circumstances, MissingFile
from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.diagnosis.limits import is_refused, is_unregistered, was_register_refused
from phoneprov.fleet.diagnosis.refusals import find_refusal
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.inherited import poll_minutes_of
from phoneprov.pbx.models import Pbx

_REQUESTS = NextStep(words="See what it asked for", action=StepAction.SHOW_REQUESTS)


def find_what_stops_it(known: Circumstances) -> Iterator[Finding]:
    """Yield why it is not further, and what it needs before it can be."""
    phone, details = known.phone, known.details
    if is_refused(phone):
        refusal = find_refusal(known, Symptom.PROVISIONING)
        if refusal is not None:
            yield refusal
    if details.is_late and phone.last_check_in_at is not None:
        yield Finding(
            title="It missed its check.",
            cause=f"It should ask every {poll_minutes_of(phone).value} minutes. "
            "It is switched off, or its network no longer reaches this server.",
            evidence=_last_words(known),
        )
    is_stuck = is_unregistered(phone, known.now)
    if phone.extension_id is None:
        yield Finding(
            title="It has no extension.",
            cause="It stays in the fleet and reads its config, but registers nowhere.",
            step=NextStep(words="Choose an extension", action=StepAction.EDIT),
        )
    elif details.pbx is None:
        yield Finding(
            title=f"{phone.tenant.name} is on no PBX yet.",
            cause="Until it is, its phones get a config without any account.",
            symptom=Symptom.PROVISIONING if is_stuck else None,
        )
    elif is_stuck:
        yield _stuck(known, details.pbx)


def _stuck(known: Circumstances, pbx: Pbx) -> Finding:
    """Return where it stopped: before its config, in the middle of it, or after."""
    if known.missing is not None:
        return _unfinished(known, known.missing)
    if known.phone.fetched_at is None:
        return _without_config(known)
    return _unregistered(known, pbx)


def _unfinished(known: Circumstances, missing: MissingFile) -> Finding:
    what = "did not get it" if missing.was_asked_for else "never asked for it"
    return Finding(
        title=f"It stopped in the middle of its boot: it needs {missing.name} and {what}.",
        cause="It reached this server and then no longer: usually outbound HTTPS is blocked by a "
        "firewall, or the phone doesn't trust the server's certificate.",
        step=_REQUESTS,
        checks=_ways_to_check(known),
        evidence=_last_words(known),
        symptom=Symptom.PROVISIONING,
    )


def _without_config(known: Circumstances) -> Finding:
    return Finding(
        title="It asked for files and has not taken its config.",
        cause="It was interrupted, or its network lets only some of its requests through.",
        step=_REQUESTS,
        checks=_ways_to_check(known),
        evidence=_last_words(known),
        symptom=Symptom.PROVISIONING,
    )


def _unregistered(known: Circumstances, pbx: Pbx) -> Finding:
    way = f"{pbx.registrar_host}:{pbx.registrar_port} by {pbx.transport.upper()}"
    if was_register_refused(known.phone):
        cause = "The phone reached a registrar and was refused; see below."
    else:
        cause = (
            f"{pbx.registrar_host}:{pbx.registrar_port} may not be reachable from its network, or "
            "the PBX has another password for its extension."
        )
    return Finding(
        title="It has its config and hasn't registered.",
        cause=cause,
        step=NextStep(words="Reboot it", action=StepAction.REBOOT)
        if known.phone.last_registered_at is not None
        else None,
        checks=(
            f"Its network lets it reach the registrar {way}.",
            f"On {pbx.name} the extension exists, with the password that stands here.",
            (
                f"A PC in the phone's network opens {known.test_address}; then its network is "
                "not cut off altogether."
            ),
        ),
        evidence=_last_words(known),
        symptom=Symptom.PROVISIONING,
    )


def _ways_to_check(known: Circumstances) -> tuple[str, ...]:
    return (
        (
            f"Open {known.test_address} on a PC in the phone's network: it says that this server "
            "can be reached, and whether the way is encrypted."
        ),
        (
            "If it opens there and not for the phone, the phone refuses the certificate, or "
            "something in front of this server answers it (401, 403) before we do."
        ),
    )


def _last_words(known: Circumstances) -> tuple[str, ...]:
    """Return the last request that was admitted, with its answer and how it came."""
    last = known.last_request
    if last is None:
        return ()
    scheme = f", {last.scheme}" if last.scheme else ""
    return (
        (
            f"Last file: {last.file_name}, {known.say_time(last.at)}, answered {last.answer}, "
            f"from {last.address}{scheme}."
        ),
    )
