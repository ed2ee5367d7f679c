"""0011_rollouts: maintenance windows, roll-outs, and until when a phone counts as updating"""

from alembic import op
import sqlalchemy as sa


revision = '0011_rollouts'
down_revision = '0010_diagnosis'
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'updating')")


def upgrade():
    op.create_table('maintenance_window',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('weekdays', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=False),
    sa.Column('closes', sa.Time(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_maintenance_window_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_window'))
    )
    op.create_index(op.f('ix_maintenance_window_tenant_id'), 'maintenance_window', ['tenant_id'], unique=False)

    op.create_table('rollout',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('firmware_id', sa.Integer(), nullable=True),
    sa.Column('to_version', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('order_key', sa.String(length=64), nullable=True),
    sa.Column('in_windows', sa.Boolean(), nullable=False),
    sa.Column('canary_phones', sa.Integer(), nullable=False),
    sa.Column('verify_minutes', sa.Integer(), nullable=False),
    sa.Column('batch_phones', sa.Integer(), nullable=False),
    sa.Column('max_failures', sa.Integer(), nullable=False),
    sa.Column('allows_downgrade', sa.Boolean(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ordered_by', sa.String(length=254), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('wave', sa.Integer(), nullable=False),
    sa.Column('verify_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('halted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('own_halts', sa.Integer(), nullable=False),
    sa.Column('halted_reason', sa.String(length=300), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['firmware_id'], ['firmware.id'], name=op.f('fk_rollout_firmware_id_firmware'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_rollout_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rollout')),
    sa.UniqueConstraint('tenant_id', 'order_key', name=op.f('uq_rollout_tenant_id'))
    )
    op.create_index(op.f('ix_rollout_firmware_id'), 'rollout', ['firmware_id'], unique=False)
    op.create_index(op.f('ix_rollout_halted_at'), 'rollout', ['halted_at'], unique=False)
    op.create_index(op.f('ix_rollout_state'), 'rollout', ['state'], unique=False)
    op.create_index('ix_rollout_tenant_created_at', 'rollout', ['tenant_id', 'created_at'], unique=False)

    op.create_table('rollout_phone',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rollout_id', sa.Integer(), nullable=False),
    sa.Column('phone_id', sa.Integer(), nullable=True),
    sa.Column('phone_name', sa.String(length=120), nullable=False),
    sa.Column('wave', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('turn_id', sa.Integer(), nullable=True),
    sa.Column('from_version', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('was_registered', sa.Boolean(), nullable=False),
    sa.Column('is_forgiven', sa.Boolean(), nullable=False),
    sa.Column('mark', sa.String(length=40), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['phone_id'], ['phone.id'], name=op.f('fk_rollout_phone_phone_id_phone'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['rollout_id'], ['rollout.id'], name=op.f('fk_rollout_phone_rollout_id_rollout'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['turn_id'], ['firmware_turn.id'], name=op.f('fk_rollout_phone_turn_id_firmware_turn'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rollout_phone')),
    sa.UniqueConstraint('rollout_id', 'phone_id', name=op.f('uq_rollout_phone_rollout_id'))
    )
    op.create_index(op.f('ix_rollout_phone_phone_id'), 'rollout_phone', ['phone_id'], unique=False)
    op.create_index(op.f('ix_rollout_phone_turn_id'), 'rollout_phone', ['turn_id'], unique=False)
    op.create_index('ix_rollout_phone_rollout_state', 'rollout_phone', ['rollout_id', 'state', 'wave', 'position'], unique=False)
    op.create_index('ix_rollout_phone_state', 'rollout_phone', ['state'], unique=False)
    op.create_index('uq_rollout_phone_open', 'rollout_phone', ['phone_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)

    op.create_table('rollout_clock',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('steady_since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rollout_clock'))
    )

    # No batch: it would copy the table, and with it go what hangs on a phone by ON DELETE CASCADE.
    op.add_column('phone', sa.Column('updating_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('phone', sa.Column('updating_to', sa.String(length=40), nullable=False, server_default=''))


def downgrade():
    op.drop_column('phone', 'updating_to')
    op.drop_column('phone', 'updating_until')
    op.execute("UPDATE phone SET status = 'provisioning' WHERE status = 'updating'")
    op.drop_table('rollout_clock')
    op.drop_table('rollout_phone')
    op.drop_table('rollout')
    op.drop_table('maintenance_window')
