"""0010_diagnosis"""

from alembic import op
import sqlalchemy as sa


revision = '0010_diagnosis'
down_revision = '0009_alerts'
branch_labels = None
depends_on = None

COLUMNS = {
    'config_state': (
        lambda: sa.Column('edition', sa.Integer(), nullable=False, server_default='0'),
    ),
    'phone': (
        lambda: sa.Column('agent_model', sa.String(length=60), nullable=False, server_default=''),
        lambda: sa.Column('came_by', sa.String(length=20), nullable=False, server_default=''),
        lambda: sa.Column('found_by', sa.String(length=12), nullable=True),
        lambda: sa.Column('refused_at', sa.DateTime(timezone=True), nullable=True),
        lambda: sa.Column('refused_by', sa.String(length=20), nullable=False, server_default=''),
        lambda: sa.Column('register_failed_at', sa.DateTime(timezone=True), nullable=True),
    ),
    'registration': (
        lambda: sa.Column('agent_model', sa.String(length=60), nullable=False, server_default=''),
        lambda: sa.Column('is_behind_nat', sa.Boolean(), nullable=False, server_default=sa.false()),
        lambda: sa.Column('public_port', sa.Integer(), nullable=True),
        lambda: sa.Column('is_in_call', sa.Boolean(), nullable=True),
    ),
    'check_in': (
        lambda: sa.Column('is_tls', sa.Boolean(), nullable=True),
    ),
    'tenant': (
        lambda: sa.Column('found_by', sa.String(length=12), nullable=False, server_default='unknown'),
    ),
}


def upgrade():
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for make in columns:
                batch_op.add_column(make())


def downgrade():
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for make in columns:
                batch_op.drop_column(make().name)
