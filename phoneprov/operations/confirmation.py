"""Confirms orders by what phones then do: a PBX's “accepted” proves nothing about the phone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.check_ins import CheckInNote
from phoneprov.fleet.models import Phone
from phoneprov.operations.commands import finish
from phoneprov.operations.models import Command, CommandKind, CommandState

FIRST_CONTACT = "window"
"""How a phone that was reset comes back: without its own address."""


def confirm_by_check_ins(session: Session, notes: Sequence[CheckInNote], now: datetime) -> int:
    """Confirm sent orders whose phones have asked for files since; return how many."""
    admitted = [note for note in notes if note.is_admitted and note.method == "GET"]
    if not admitted:
        return 0
    open_ones = session.scalars(
        select(Command).where(
            (Command.state == CommandState.SENT)
            | ((Command.state == CommandState.QUEUED) & Command.is_follow_up),
            Command.phone_id.in_({note.phone_id for note in admitted}),
        )
    ).all()
    confirmed = 0
    for command in open_ones:
        if command.state == CommandState.QUEUED:
            confirmed += _came_by_itself(session, command, admitted, now)
            continue
        proofs = [note for note in admitted if _proves(command, note)]
        if not proofs or command.sent_at is None:
            continue
        phone = session.get_one(Phone, command.phone_id)
        if phone.is_reboot_armed and command.kind == CommandKind.REBOOT:
            _go_on(command, phone, proofs, now)
        else:
            note = proofs[0]
            seconds = max(0, round((note.at - command.sent_at).total_seconds()))
            text = f"{command.evidence} Asked for {note.file_name} {seconds} s later."
            finish(session, command, CommandState.CONFIRMED, text, now)
            confirmed += 1
    return confirmed


def _came_by_itself(
    session: Session, command: Command, notes: Sequence[CheckInNote], now: datetime
) -> bool:
    """Close a follow-up whose phone has taken the change before it was told."""
    phone = session.get_one(Phone, command.phone_id)
    if not any(n.phone_id == phone.id and n.revision == phone.config_revision for n in notes):
        return False
    finish(session, command, CommandState.CONFIRMED, "The phone took the change by itself.", now)
    return True


def _go_on(command: Command, phone: Phone, notes: Sequence[CheckInNote], now: datetime) -> None:
    """Let the second NOTIFY go out once the phone has the config that makes it obey."""
    if any(note.revision == phone.config_revision for note in notes):
        command.state = CommandState.QUEUED
        command.next_try_at = now
        command.evidence = "The phone is ready to restart; the second NOTIFY is next."


def _proves(command: Command, note: CheckInNote) -> bool:
    if note.phone_id != command.phone_id or command.sent_at is None or note.at < command.sent_at:
        return False
    return command.kind != CommandKind.RESET or note.admitted_by == FIRST_CONTACT
