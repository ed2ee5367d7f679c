"""0007_add_asterisk_link: whom to log in as, which certificate to trust, how endpoints are named"""

from alembic import op
import sqlalchemy as sa


revision = '0007_add_asterisk_link'
down_revision = '0006_lists_and_results'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('pbx', schema=None) as batch_op:
        batch_op.add_column(sa.Column('link_user', sa.String(length=80), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('link_fingerprint', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('endpoint_pattern', sa.String(length=100), nullable=False, server_default=''))


def downgrade():
    with op.batch_alter_table('pbx', schema=None) as batch_op:
        batch_op.drop_column('endpoint_pattern')
        batch_op.drop_column('link_fingerprint')
        batch_op.drop_column('link_user')
