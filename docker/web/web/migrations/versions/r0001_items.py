"""The table `items`.

Versions before the first migration created it themselves, with the same columns and names. There it stays unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table unless it exists. There is no downgrade: see docs/runbooks/migrations.md."""
    op.create_table(
        "items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="items_pkey"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="items_name_check"),
        if_not_exists=True,
    )
