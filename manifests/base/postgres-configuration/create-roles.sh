#!/bin/sh
# Run by the image once, when the data directory is empty. The application owns its database but is no superuser;
# passwords are read by psql itself, so that they appear in no argument list.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv database POSTGRES_DB
\set application_password `cat /run/credentials/APPLICATION_PASSWORD`
\set exporter_password `cat /run/credentials/EXPORTER_PASSWORD`
CREATE ROLE :"database" LOGIN PASSWORD :'application_password';
ALTER DATABASE :"database" OWNER TO :"database";
CREATE ROLE postgres_exporter LOGIN PASSWORD :'exporter_password';
GRANT pg_monitor, pg_use_reserved_connections TO postgres_exporter;
CREATE EXTENSION pg_stat_statements;
SQL
