"""0008_firmware: the library of images, unfinished uploads, and whose turn it is"""

from alembic import op
import sqlalchemy as sa


revision = '0008_firmware'
down_revision = '0007_add_asterisk_link'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('firmware',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor', sa.String(length=20), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('file_name', sa.String(length=100), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('hardware', sa.String(length=120), nullable=False),
    sa.Column('required_version', sa.String(length=40), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by', sa.String(length=255), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_firmware')),
    sa.UniqueConstraint('sha256', name=op.f('uq_firmware_sha256'))
    )
    with op.batch_alter_table('firmware', schema=None) as batch_op:
        batch_op.create_index('ix_firmware_vendor_version', ['vendor', 'version'], unique=False)

    op.create_table('firmware_upload',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('file_name', sa.String(length=100), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('uploaded_by', sa.String(length=255), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_firmware_upload')),
    sa.UniqueConstraint('key', name=op.f('uq_firmware_upload_key')),
    sa.UniqueConstraint('uploaded_by', 'file_name', 'mark', name=op.f('uq_firmware_upload_uploaded_by'))
    )
    with op.batch_alter_table('firmware_upload', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_firmware_upload_touched_at'), ['touched_at'], unique=False)

    op.create_table('firmware_fit',
    sa.Column('firmware_id', sa.Integer(), nullable=False),
    sa.Column('model_slug', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['firmware_id'], ['firmware.id'], name=op.f('fk_firmware_fit_firmware_id_firmware'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('firmware_id', 'model_slug', name=op.f('pk_firmware_fit'))
    )
    with op.batch_alter_table('firmware_fit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_firmware_fit_model_slug'), ['model_slug'], unique=False)

    op.create_table('firmware_turn',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phone_id', sa.Integer(), nullable=False),
    sa.Column('firmware_id', sa.Integer(), nullable=True),
    sa.Column('to_version', sa.String(length=40), nullable=False),
    sa.Column('from_version', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(length=255), nullable=False),
    sa.Column('deadline_after', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('progress_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_bytes', sa.BigInteger(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('downloaded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('evidence', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['firmware_id'], ['firmware.id'], name=op.f('fk_firmware_turn_firmware_id_firmware'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['phone_id'], ['phone.id'], name=op.f('fk_firmware_turn_phone_id_phone'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_firmware_turn'))
    )
    with op.batch_alter_table('firmware_turn', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_firmware_turn_firmware_id'), ['firmware_id'], unique=False)
        batch_op.create_index('ix_firmware_turn_phone_opened_at', ['phone_id', 'opened_at'], unique=False)
        batch_op.create_index('ix_firmware_turn_state', ['state', 'deadline_after'], unique=False)
        batch_op.create_index('uq_firmware_turn_open', ['phone_id'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    # Both databases add and drop a column by themselves; a batch would copy the table, and with it
    # go what hangs on a phone by ON DELETE CASCADE.
    op.add_column('phone', sa.Column('hardware_revision', sa.String(length=20), nullable=False, server_default=''))


def downgrade():
    op.drop_column('phone', 'hardware_revision')

    with op.batch_alter_table('firmware_turn', schema=None) as batch_op:
        batch_op.drop_index('uq_firmware_turn_open', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
        batch_op.drop_index('ix_firmware_turn_state')
        batch_op.drop_index('ix_firmware_turn_phone_opened_at')
        batch_op.drop_index(batch_op.f('ix_firmware_turn_firmware_id'))

    op.drop_table('firmware_turn')
    with op.batch_alter_table('firmware_fit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_firmware_fit_model_slug'))

    op.drop_table('firmware_fit')
    with op.batch_alter_table('firmware_upload', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_firmware_upload_touched_at'))

    op.drop_table('firmware_upload')
    with op.batch_alter_table('firmware', schema=None) as batch_op:
        batch_op.drop_index('ix_firmware_vendor_version')

    op.drop_table('firmware')