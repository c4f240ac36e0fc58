"""The data stores: PostgreSQL for RDS and Redis for ElastiCache, each behind TLS."""
