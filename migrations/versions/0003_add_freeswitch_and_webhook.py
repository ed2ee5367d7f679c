"""0003_add_freeswitch_and_webhook"""

from alembic import op
import sqlalchemy as sa


revision = '0003_add_freeswitch_and_webhook'
down_revision = '0002_config_state'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('pbx', schema=None) as batch_op:
        batch_op.add_column(sa.Column('silence_minutes', sa.Integer(), nullable=False, server_default='5'))
        batch_op.add_column(sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_watched', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_column('is_watched')
    with op.batch_alter_table('pbx', schema=None) as batch_op:
        batch_op.drop_column('heard_at')
        batch_op.drop_column('silence_minutes')
