"""0004_rules_and_groups"""

from alembic import op
import sqlalchemy as sa


revision = '0004_rules_and_groups'
down_revision = '0003_add_freeswitch_and_webhook'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('extension_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_extension_group_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extension_group')),
    sa.UniqueConstraint('tenant_id', 'key', name=op.f('uq_extension_group_tenant_id'))
    )
    with op.batch_alter_table('extension_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_extension_group_tenant_id'), ['tenant_id'], unique=False)

    op.create_table('extension_in_group',
    sa.Column('extension_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['extension_id'], ['extension.id'], name=op.f('fk_extension_in_group_extension_id_extension'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['extension_group.id'], name=op.f('fk_extension_in_group_group_id_extension_group'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('extension_id', 'group_id', name=op.f('pk_extension_in_group'))
    )
    with op.batch_alter_table('extension_in_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_extension_in_group_group_id'), ['group_id'], unique=False)

    op.create_table('layout_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('layout_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('first_key', sa.Integer(), nullable=False),
    sa.Column('last_key', sa.Integer(), nullable=False),
    sa.Column('group_name', sa.String(length=40), nullable=False),
    sa.Column('group_key', sa.String(length=120), nullable=False),
    sa.Column('sorted_by', sa.String(length=12), nullable=False),
    sa.Column('leaves_out_own', sa.Boolean(), nullable=False),
    sa.Column('goes_on', sa.Boolean(), nullable=False),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('label', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['layout_id'], ['button_layout.id'], name=op.f('fk_layout_rule_layout_id_button_layout'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_layout_rule'))
    )
    with op.batch_alter_table('layout_rule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_layout_rule_group_key'), ['group_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_layout_rule_layout_id'), ['layout_id'], unique=False)

    with op.batch_alter_table('layout_step', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rules_before', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('rules_after', sa.JSON(), nullable=True))


def downgrade():
    with op.batch_alter_table('layout_step', schema=None) as batch_op:
        batch_op.drop_column('rules_after')
        batch_op.drop_column('rules_before')

    with op.batch_alter_table('layout_rule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_layout_rule_layout_id'))
        batch_op.drop_index(batch_op.f('ix_layout_rule_group_key'))

    op.drop_table('layout_rule')
    with op.batch_alter_table('extension_in_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_extension_in_group_group_id'))

    op.drop_table('extension_in_group')
    with op.batch_alter_table('extension_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_extension_group_tenant_id'))

    op.drop_table('extension_group')
