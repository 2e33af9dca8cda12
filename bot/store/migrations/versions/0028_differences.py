"""Differences between two builds, as uploads, groups and answers."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "difference_uploads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("build", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_uploads")),
        sa.UniqueConstraint("repository_id", "name", name=op.f("uq_difference_uploads_repository_id_name")),
    )
    op.create_index(
        "ix_difference_uploads_repository_id_team_build", "difference_uploads", ["repository_id", "team", "build"]
    )
    op.create_table(
        "difference_parts",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "place", name=op.f("pk_difference_parts")),
    )
    op.create_table(
        "difference_groups",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "id", name=op.f("pk_difference_groups")),
    )
    op.create_index(
        "ix_difference_groups_repository_id_team_release", "difference_groups", ["repository_id", "team", "release"]
    )
    op.create_table(
        "differences",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.String(12), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("repository_id", "name", name=op.f("pk_differences")),
    )
    op.create_index("ix_differences_upload_id_group_id", "differences", ["upload_id", "group_id"])
    op.create_table(
        "difference_measures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_measures")),
    )
    op.create_index("ix_difference_measures_repository_id_team", "difference_measures", ["repository_id", "team"])
    op.create_index("ix_difference_measures_upload_id", "difference_measures", ["upload_id"])
    op.create_table(
        "difference_templates",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "team", name=op.f("pk_difference_templates")),
    )
    op.create_table(
        "difference_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.String(12), nullable=False),
        sa.Column("label", sa.String(16), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("noise_reason", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_answers")),
    )
    op.create_index("ix_difference_answers_repository_id_group_id", "difference_answers", ["repository_id", "group_id"])
    op.create_table(
        "difference_predictions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.String(12), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_predictions")),
        sa.UniqueConstraint(
            "repository_id", "group_id", "by", name=op.f("uq_difference_predictions_repository_id_group_id_by")
        ),
    )
