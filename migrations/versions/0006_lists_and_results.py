"""0006_lists_and_results"""

from alembic import op
import sqlalchemy as sa


revision = '0006_lists_and_results'
down_revision = '0005_own_keys'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('list_taste',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('columns', sa.String(length=300), nullable=False),
    sa.Column('is_compact', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_list_taste_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_list_taste'))
    )
    op.create_table('saved_filter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_saved_filter_tenant_id_tenant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_saved_filter_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filter')),
    sa.UniqueConstraint('user_id', 'tenant_id', 'name', name=op.f('uq_saved_filter_user_id'))
    )
    with op.batch_alter_table('saved_filter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_filter_tenant_id'), ['tenant_id'], unique=False)
    with op.batch_alter_table('bulk_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('command_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_bulk_item_command_id'), ['command_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_bulk_item_command_id_command'), 'command', ['command_id'], ['id'], ondelete='SET NULL')


def downgrade():
    with op.batch_alter_table('bulk_item', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_bulk_item_command_id_command'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_bulk_item_command_id'))
        batch_op.drop_column('command_id')
    op.drop_table('saved_filter')
    op.drop_table('list_taste')
