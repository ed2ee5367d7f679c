"""0002_config_state: a phone's config revision in a table of its own, so that telling thousands is cheap"""

from alembic import op
import sqlalchemy as sa


revision = '0002_config_state'
down_revision = '0001_first_tables'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('config_state',
    sa.Column('phone_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['phone_id'], ['phone.id'], name=op.f('fk_config_state_phone_id_phone'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('phone_id', name=op.f('pk_config_state'))
    )
    op.execute('INSERT INTO config_state (phone_id, revision, changed_at) SELECT id, config_revision, config_changed_at FROM phone')
    with op.batch_alter_table('phone', schema=None) as batch_op:
        batch_op.drop_index('ix_phone_config_changed_at')
        batch_op.drop_column('config_changed_at')
        batch_op.drop_column('config_revision')


def downgrade():
    with op.batch_alter_table('phone', schema=None) as batch_op:
        batch_op.add_column(sa.Column('config_revision', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('config_changed_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE phone SET config_revision = (SELECT revision FROM config_state WHERE phone_id = phone.id), config_changed_at = (SELECT changed_at FROM config_state WHERE phone_id = phone.id)')
    with op.batch_alter_table('phone', schema=None) as batch_op:
        batch_op.alter_column('config_revision', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('config_changed_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_index('ix_phone_config_changed_at', ['config_changed_at'], unique=False)
    op.drop_table('config_state')
