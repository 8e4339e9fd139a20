#!/bin/sh
# Temporal's tables, made or brought up to the server's version; what is there stays.
set -eu
for database in temporal temporal_visibility; do
    versions=/etc/temporal/schema/postgresql/v12/${database#temporal_}/versioned
    temporal-sql-tool --plugin postgres12 --database "$database" create-database
    temporal-sql-tool --plugin postgres12 --database "$database" setup-schema -v 0.0
    temporal-sql-tool --plugin postgres12 --database "$database" update-schema -d "$versions"
done
