"""Answer: the whole way of a phone's request, from its address to bytes.

identify (files) → admit (admission) → answer (cache, or compose and write) → record (a note
that is written later, never in the phone's way).
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.settings import Settings
from phoneprov.fleet.check_ins import CheckInBuffer, UnknownNote
from phoneprov.fleet.first_contact import hash_token
from phoneprov.fleet.models import Phone
from phoneprov.fleet.revisions import TOUCHED
from phoneprov.pbx.models import Pbx
from phoneprov.provisioning import farewells, reports, uploads
from phoneprov.provisioning.admission import Claim, Reason, Window, admit
from phoneprov.provisioning.cache import CachedFile, ConfigCache
from phoneprov.provisioning.common import CommonFiles
from phoneprov.provisioning.compose import ConfigFrame, compose, load_for_config
from phoneprov.provisioning.contact import find_by_mac, find_by_token, note_first_contact
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask, make_answers
from phoneprov.provisioning.extras import load_extras, parameters_of
from phoneprov.provisioning.identify import identify
from phoneprov.provisioning.images import ImageAnswering, load_image
from phoneprov.provisioning.keys import load_keys
from phoneprov.provisioning.recall import Recall
from phoneprov.provisioning.sealing import is_sealed_answer, judge_sealing, note_key_use
from phoneprov.provisioning.unwritable import (
    UNWRITABLE,
    UNWRITABLE_ERRORS,
    note_unwritable,
    note_written,
)
from phoneprov.provisioning.visits import Visit, make_note
from phoneprov.vendors.encryption import encrypt_file
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import carries_accounts

UPLOAD_METHODS = frozenset({"PUT", "POST"})
READ_METHODS = frozenset({"GET", "HEAD"})


def _is_token_of(phone: Phone, token: str | None) -> bool:
    return token is not None and hash_token(token) == phone.token_hash


class Answering:
    """Answers phones; one for the process, used from many threads."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        settings: Settings,
        sessions: sessionmaker[Session],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.cache = ConfigCache()
        self.check_ins = CheckInBuffer()
        self.images = ImageAnswering(catalog, settings)
        self._catalog = catalog
        self._settings = settings
        self._sessions = sessions
        self._clock = clock
        self.recall = Recall(catalog, self.cache, self.check_ins, clock)
        self._common = CommonFiles(catalog, f"{settings.address_for_phones}/prov/")
        event.listen(Session, "after_commit", self._let_go)

    def close(self) -> None:
        """Stop following commits; the process ends."""
        if event.contains(Session, "after_commit", self._let_go):
            event.remove(Session, "after_commit", self._let_go)

    def answer(self, ask: Ask) -> Answer:
        """Return the answer to one request; never raises for what a phone may send."""
        visitor = identify(ask.path, ask.user_agent)
        if visitor is None:
            return NOT_FOUND
        visit = Visit(ask, visitor, self._clock())
        if visitor.kept_as and ask.method in READ_METHODS:
            kept = self.cache.find(visitor.kept_as)
            if kept is not None and visitor.told_mac in (None, kept.mac):
                self.recall.remember(ask, visitor, kept)
                return self._serve(visit, kept, Reason.TOKEN)
        if visitor.file.image is not None:
            return self._answer_image(visit)
        return self._answer_from_database(visit)

    def _serve(self, visit: Visit, kept: CachedFile, reason: Reason) -> Answer:
        ask = visit.ask
        answer = kept.answers.choose(if_none_match=ask.if_none_match, is_head=ask.method == "HEAD")
        revision = kept.revision if kept.carries_config and ask.method == "GET" else None
        self._note(visit, kept.phone_id, reason, answer, revision)
        return answer

    def _answer_image(self, visit: Visit) -> Answer:
        with self._sessions() as session:
            found = self.images.answer(session, visit)
        if found.phone_id is not None:
            self._note(visit, found.phone_id, found.reason, found.answer, None)
        return found.answer

    def _answer_from_database(self, visit: Visit) -> Answer:
        with self._sessions() as session:
            phone = self._find_phone(session, visit)
            if phone is None:
                return self._answer_stranger(session, visit)
            model = self._catalog.find_model(phone.model_slug)
            reason = judge_sealing(self._admit(phone, visit), phone, model, visit.file)
            if not reason.is_admitted:
                self._note(visit, phone.id, reason, NOT_FOUND, None)
                return NOT_FOUND
            epoch = self.cache.epoch(phone.id)
            if note_first_contact(session, phone, reason, visit.ask.address, visit.at):
                session.commit()
            try:
                return self._answer_phone(session, phone, visit, reason, epoch)
            except UNWRITABLE_ERRORS as error:
                return self._refuse_for_now(session, phone, visit, reason, str(error))

    def _find_phone(self, session: Session, visit: Visit) -> Phone | None:
        """Return the phone of the token, else of the MAC address.

        A phone that was removed and added again still comes by its dead address; its new window
        is open to its MAC address, so it is to it here.
        """
        known = find_by_token(session, visit.file.token) if visit.file.token else None
        if known is None and visit.file.mac:
            return find_by_mac(session, visit.file.mac)
        return known

    def _admit(self, phone: Phone, visit: Visit) -> Reason:
        claim = Claim(
            has_token=_is_token_of(phone, visit.file.token),
            file_mac=visit.file.mac,
            agent_mac=visit.agent_mac,
        )
        window = Window(
            opened_at=phone.window_opened_at,
            waits_until=phone.window_waits_until,
            ends_at=phone.window_ends_at,
        )
        return admit(claim, phone.mac, window, visit.at)

    def _answer_stranger(self, session: Session, visit: Visit) -> Answer:
        """Answer where no phone was found: a farewell, a common file, or the one refusal."""
        file, ask = visit.file, visit.ask
        if file.token:
            frame = self._frame(file.token, visit.at)
            return farewells.answer_farewell(
                session, self._catalog, ask, file, frame=frame, now=visit.at
            )
        if file.mac is None:
            return self._common.answer(ask, file.name)
        self.check_ins.add_unknown(
            UnknownNote(
                mac=file.mac,
                at=visit.at,
                address=ask.address,
                user_agent=ask.user_agent,
                file_name=file.name,
            )
        )
        return NOT_FOUND

    def _answer_phone(
        self, session: Session, phone: Phone, visit: Visit, reason: Reason, epoch: int
    ) -> Answer:
        model = self._catalog.find_model(phone.model_slug)
        if model is None:
            raise UnwritableValueError(f"the catalogue has no model {phone.model_slug}")
        writer = WRITERS[model.vendor]
        if visit.file.event is not None:
            answer = reports.take_report(session, writer, phone, visit.ask, visit.file.event)
            session.commit()
        elif visit.ask.method in UPLOAD_METHODS:
            answer = uploads.take_upload(
                session, writer, phone, visit.ask, visit.file, now=visit.at
            )
            session.commit()
        elif visit.ask.method in READ_METHODS:
            kept = self._compose(session, phone, visit, reason)
            if kept is not None:
                if visit.visitor.kept_as and reason is Reason.TOKEN:
                    self.cache.keep(visit.visitor.kept_as, kept, epoch=epoch)
                return self._serve(visit, kept, reason)
            answer = uploads.answer_stored(session, writer, phone, visit.ask, visit.file)
        else:
            answer = NOT_FOUND
        self._note(visit, phone.id, reason, answer, None)
        return answer

    def _refuse_for_now(
        self, session: Session, phone: Phone, visit: Visit, reason: Reason, why: str
    ) -> Answer:
        """Say that there is nothing now: a phone keeps its config then, and asks again."""
        session.rollback()
        note_unwritable(session, phone, why, visit.at)
        session.commit()
        self._note(visit, phone.id, reason, UNWRITABLE, None)
        return UNWRITABLE

    def _compose(
        self, session: Session, phone: Phone, visit: Visit, reason: Reason
    ) -> CachedFile | None:
        loaded = load_for_config(session, phone.id)
        if loaded is None:
            return None
        pbx = session.get(Pbx, loaded.tenant.pbx_id) if loaded.tenant.pbx_id else None
        frame = self._frame(loaded.token, visit.at)
        keys = load_keys(session, loaded)
        extra = parameters_of(load_extras(session, self._catalog, loaded))
        image = load_image(session, loaded.id)
        config = compose(self._catalog, loaded, pbx, frame, keys, extra, image)
        writer = WRITERS[config.model.vendor]
        written = writer.write_file(config, visit.file.name)
        if written is None:
            return None
        if note_written(loaded):
            session.commit()
        carries_config = carries_accounts(writer, config, visit.file.name, written)
        if is_sealed_answer(reason, config.model, visit.file):
            written = encrypt_file(config.model, written, loaded.config_key)
            if visit.ask.method == "GET" and note_key_use(session, loaded, visit.at):
                session.commit()
        return CachedFile(
            phone_id=loaded.id,
            mac=loaded.mac,
            revision=loaded.config_revision,
            answers=make_answers(written.body, written.content_type, config.edition),
            carries_config=carries_config,
        )

    def _frame(self, token: str, now: datetime) -> ConfigFrame:
        return ConfigFrame(
            phones_address=self._settings.address_for_phones, year=now.year, token=token
        )

    def _note(
        self, visit: Visit, phone_id: int, reason: Reason, answer: Answer, revision: int | None
    ) -> None:
        """Note a check-in; of the visit only what says it, not the body of its request."""
        plain = visit._replace(ask=visit.ask._replace(body=None)) if visit.ask.length else visit
        size, told = answer.size_bytes, (self._catalog, plain, phone_id, reason)
        self.check_ins.add(partial(make_note, *told, answer.status, size, revision))

    def _let_go(self, session: Session) -> None:
        touched = session.info.pop(TOUCHED, None)
        if touched:
            self.cache.drop(touched)
