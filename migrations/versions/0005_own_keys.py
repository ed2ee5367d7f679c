"""A phone's own keys, and the keys of layouts that are locked against them.

Revision ID: 0005_own_keys
Revises: 0004_rules_and_groups
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_own_keys"
down_revision = "0004_rules_and_groups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables; no phone has a key of its own yet, and nothing is locked."""
    op.create_table(
        "phone_button",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_id", sa.Integer(), nullable=False),
        sa.Column("module", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("extension_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["extension_id"],
            ["extension.id"],
            name=op.f("fk_phone_button_extension_id_extension"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"],
            ["phone.id"],
            name=op.f("fk_phone_button_phone_id_phone"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_button")),
        sa.UniqueConstraint(
            "phone_id", "module", "position", name=op.f("uq_phone_button_phone_id")
        ),
    )
    with op.batch_alter_table("phone_button") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_phone_button_extension_id"), ["extension_id"], unique=False
        )
    op.create_table(
        "layout_lock",
        sa.Column("layout_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["layout_id"],
            ["button_layout.id"],
            name=op.f("fk_layout_lock_layout_id_button_layout"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("layout_id", "position", name=op.f("pk_layout_lock")),
    )


def downgrade() -> None:
    """Drop both tables with what is in them."""
    op.drop_table("layout_lock")
    with op.batch_alter_table("phone_button") as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_button_extension_id"))
    op.drop_table("phone_button")
