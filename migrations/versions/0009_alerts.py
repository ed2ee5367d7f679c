"""0009_alerts: who is told of what, what is wrong, and what is on its way"""

from alembic import op
import sqlalchemy as sa


revision = '0009_alerts'
down_revision = '0008_firmware'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('alert_state',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('macs_seen_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mail_taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mail_failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mail_failure', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_state'))
    )
    op.create_table('alert_subscription',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('webhook_url', sa.Text(), nullable=True),
    sa.Column('webhook_secret', sa.Text(), nullable=True),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('offline_minutes', sa.Integer(), nullable=False),
    sa.Column('tells_recovery', sa.Boolean(), nullable=False),
    sa.Column('pace', sa.String(length=12), nullable=False),
    sa.Column('collect_minutes', sa.Integer(), nullable=False),
    sa.Column('daily_at', sa.Integer(), nullable=False),
    sa.Column('quiet_from', sa.Integer(), nullable=True),
    sa.Column('quiet_until', sa.Integer(), nullable=True),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.Column('most_per_hour', sa.Integer(), nullable=False),
    sa.Column('link_key', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_alert_subscription_tenant_id_tenant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_alert_subscription_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_subscription'))
    )
    with op.batch_alter_table('alert_subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_subscription_tenant_id'), ['tenant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_alert_subscription_user_id'), ['user_id'], unique=False)

    op.create_table('alert_incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=True),
    sa.Column('phone_id', sa.Integer(), nullable=True),
    sa.Column('pbx_id', sa.Integer(), nullable=True),
    sa.Column('outage_id', sa.Integer(), nullable=True),
    sa.Column('is_told_alone', sa.Boolean(), nullable=False),
    sa.Column('site', sa.String(length=120), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('down_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('longest_s', sa.Integer(), nullable=False),
    sa.Column('falls', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_moot', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['outage_id'], ['alert_incident.id'], name=op.f('fk_alert_incident_outage_id_alert_incident'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['pbx_id'], ['pbx.id'], name=op.f('fk_alert_incident_pbx_id_pbx'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['phone_id'], ['phone.id'], name=op.f('fk_alert_incident_phone_id_phone'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_alert_incident_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_incident'))
    )
    with op.batch_alter_table('alert_incident', schema=None) as batch_op:
        batch_op.create_index('ix_alert_incident_key_ended', ['key', 'ended_at'], unique=False)
        batch_op.create_index('ix_alert_incident_kind_ended', ['kind', 'ended_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_alert_incident_outage_id'), ['outage_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_alert_incident_phone_id'), ['phone_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_alert_incident_tenant_id'), ['tenant_id'], unique=False)

    op.create_table('alert_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subscription_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('is_test', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['subscription_id'], ['alert_subscription.id'], name=op.f('fk_alert_message_subscription_id_alert_subscription'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_message')),
    sa.UniqueConstraint('number', name=op.f('uq_alert_message_number'))
    )
    with op.batch_alter_table('alert_message', schema=None) as batch_op:
        batch_op.create_index('ix_alert_message_state_next', ['state', 'next_try_at'], unique=False)
        batch_op.create_index('ix_alert_message_subscription_created', ['subscription_id', 'created_at'], unique=False)

    op.create_table('alert_notice',
    sa.Column('subscription_id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_end_told', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['alert_incident.id'], name=op.f('fk_alert_notice_incident_id_alert_incident'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscription_id'], ['alert_subscription.id'], name=op.f('fk_alert_notice_subscription_id_alert_subscription'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subscription_id', 'incident_id', name=op.f('pk_alert_notice'))
    )
    with op.batch_alter_table('alert_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_notice_incident_id'), ['incident_id'], unique=False)


def downgrade():
    with op.batch_alter_table('alert_notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_notice_incident_id'))

    op.drop_table('alert_notice')
    with op.batch_alter_table('alert_message', schema=None) as batch_op:
        batch_op.drop_index('ix_alert_message_subscription_created')
        batch_op.drop_index('ix_alert_message_state_next')

    op.drop_table('alert_message')
    with op.batch_alter_table('alert_incident', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_incident_tenant_id'))
        batch_op.drop_index(batch_op.f('ix_alert_incident_phone_id'))
        batch_op.drop_index(batch_op.f('ix_alert_incident_outage_id'))
        batch_op.drop_index('ix_alert_incident_kind_ended')
        batch_op.drop_index('ix_alert_incident_key_ended')

    op.drop_table('alert_incident')
    with op.batch_alter_table('alert_subscription', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_subscription_user_id'))
        batch_op.drop_index(batch_op.f('ix_alert_subscription_tenant_id'))

    op.drop_table('alert_subscription')
    op.drop_table('alert_state')
