"""What a language model said of changes, and what that took."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_reviews",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("repository_id", "about", "version", name=op.f("pk_model_reviews")),
    )
    op.create_table(
        "model_answers",
        sa.Column("installation_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("installation_id", "key", name=op.f("pk_model_answers")),
    )
    op.create_table(
        "model_tokens",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_model_tokens")),
    )
    op.create_table(
        "models_met",
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_models_met")),
    )
