"""Form of a PBX. The rules are the domain's; the form only carries what was typed."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.pbx.dialects.typed import LONGEST_CODE, LONGEST_SLOTS, write_codes
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.link_fields import DEFAULT_SILENCE_MINUTES
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.pbxs import DIALECTS, TRANSPORTS, PbxDraft
from phoneprov.web.fields import WholeNumberField

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class PbxForm(FlaskForm):
    """Add or edit a PBX."""

    name = StringField("Name", render_kw={"required": True, "maxlength": 100, **_PLAIN})
    kind = SelectField("Kind", choices=[SelectChoice(kind.value, kind.label) for kind in PbxKind])
    sip_domain = StringField("SIP domain", render_kw={"required": True, **_PLAIN})
    registrar_host = StringField("Registrar host", render_kw=_PLAIN)
    registrar_port = WholeNumberField(
        "Registrar port",
        [InputRequired("A port is a number from 1 to 65535.")],
        default=5060,
        render_kw={"min": 1, "max": 65535},
    )
    transport = SelectField(
        "Transport", choices=[SelectChoice(name, name.upper()) for name in TRANSPORTS]
    )
    register_expires_s = WholeNumberField(
        "Register expiry in seconds",
        [InputRequired("From 60 to 86400 seconds.")],
        default=1800,
        render_kw={"min": 60, "max": 86_400},
    )
    link_address = StringField("Link address", render_kw={**_PLAIN, "inputmode": "url"})
    link_user = StringField("Link user", render_kw={**_PLAIN, "maxlength": 80})
    link_secret = PasswordField("Link secret", render_kw={"autocomplete": "new-password"})
    forget_secret = BooleanField("Forget the kept secret")
    link_fingerprint = StringField("Certificate to trust", render_kw=_PLAIN)
    endpoint_pattern = StringField("Endpoint names", render_kw={**_PLAIN, "maxlength": 100})
    silence_minutes = WholeNumberField(
        "Minutes of silence",
        default=DEFAULT_SILENCE_MINUTES,
        render_kw={"min": 1, "max": 1440},
    )
    pickup_code = StringField("Pick-up code", render_kw={**_PLAIN, "maxlength": 16})
    dialect = SelectField(
        "Feature codes",
        choices=[SelectChoice(name, get_dialect(name).label) for name in DIALECTS],
        default="own",
    )
    park_slots = StringField(
        "Park slots", default="71-75", render_kw={**_PLAIN, "maxlength": LONGEST_SLOTS}
    )
    park_code = StringField("Park code", render_kw={**_PLAIN, "maxlength": LONGEST_CODE})
    park_slot_code = StringField("Park on a slot", render_kw={**_PLAIN, "maxlength": LONGEST_CODE})
    retrieve_code = StringField("Park retrieve", render_kw={**_PLAIN, "maxlength": LONGEST_CODE})
    outside_prefix = StringField("Outside prefix", render_kw={**_PLAIN, "maxlength": 8})
    international_prefix = StringField(
        "Instead of +", default="+", render_kw={**_PLAIN, "maxlength": 8}
    )
    feature_codes = TextAreaField("Codes that differ", render_kw={**_PLAIN, "rows": 5})
    rtp_ports = StringField("RTP ports", default="10000-20000", render_kw=_PLAIN)
    is_active = BooleanField("Keep the link to it running", default=True)

    def read_draft(self) -> PbxDraft:
        """Return what was typed."""
        secret = self.link_secret.data or ("" if self.forget_secret.data else None)
        return PbxDraft(
            name=self.name.data or "",
            kind=self.kind.data or "",
            sip_domain=self.sip_domain.data or "",
            registrar_host=self.registrar_host.data or "",
            registrar_port=self.registrar_port.data or 0,
            transport=self.transport.data or "",
            register_expires_s=self.register_expires_s.data or 0,
            link_address=self.link_address.data or "",
            link_user=self.link_user.data or "",
            link_secret=secret,
            link_fingerprint=self.link_fingerprint.data or "",
            endpoint_pattern=self.endpoint_pattern.data or "",
            silence_minutes=self._read_silence(),
            pickup_code=self.pickup_code.data or "",
            dialect=self.dialect.data or "",
            park_slots=self.park_slots.data or "",
            park_code=self.park_code.data or "",
            park_slot_code=self.park_slot_code.data or "",
            retrieve_code=self.retrieve_code.data or "",
            outside_prefix=self.outside_prefix.data or "",
            international_prefix=self.international_prefix.data or "",
            feature_codes=self.feature_codes.data or "",
            rtp_ports=self.rtp_ports.data or "",
            is_active=bool(self.is_active.data),
        )

    def _read_silence(self) -> int:
        """Return the minutes that were typed; what isn't in the form at all stays the default."""
        if not self.silence_minutes.raw_data:
            return DEFAULT_SILENCE_MINUTES
        return self.silence_minutes.data or 0


def pbx_form(pbx: Pbx) -> PbxForm:
    """Return the form to edit a PBX; its secret is never filled in."""
    names = PbxForm().data.keys() - {"link_secret", "forget_secret", "csrf_token"}
    values = {name: getattr(pbx, name) for name in names}
    return PbxForm(data={**values, "feature_codes": write_codes(pbx.feature_codes)})
