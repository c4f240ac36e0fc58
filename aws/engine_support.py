"""Until when AWS supports versions of PostgreSQL on RDS, written by hand.

After this date RDS goes on under Extended Support, which AWS bills by vCPU and hour, and which ends three years later
with an upgrade that nobody chose.

Source: "Release calendars for Amazon RDS for PostgreSQL" in the RDS for PostgreSQL Release Notes, column "RDS end of
standard support date", as endoflife.date had copied it on 2026-08-22 (its `amazon-rds-postgresql`, made from that
column by a program); read on 2026-11-28. On an account, `aws rds describe-db-major-engine-versions --engine postgres`
answers with the same dates, by `SupportedEngineLifecycles`.

ElastiCache has announced no end for any version of Valkey ("Engine versions and upgrading" in the ElastiCache User
Guide, whose table of ends has versions of Redis OSS alone; read on 2026-11-28).
"""

from collections.abc import Mapping
from datetime import date

END_OF_STANDARD_SUPPORT: Mapping[str, date] = {
    "13": date(2026, 2, 28),
    "14": date(2027, 2, 28),
    "15": date(2028, 2, 29),
    "16": date(2029, 2, 28),
    "17": date(2030, 2, 28),
    "18": date(2031, 2, 28),
}
"""The last day of standard support by major version of PostgreSQL; a newer version has a later day."""

NOTICE_DAYS = 180
"""How long before that day it is time to plan the upgrade."""


def ends_soon(major_version: str, today: date) -> date | None:
    """Return the end of standard support if it is at most `NOTICE_DAYS` away, or past; otherwise None."""
    end = END_OF_STANDARD_SUPPORT.get(major_version)
    return end if end is not None and (end - today).days <= NOTICE_DAYS else None
