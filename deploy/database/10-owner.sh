#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: the database and its owner, who is no superuser.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres <<SQL
CREATE ROLE bihuan_owner LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS
    PASSWORD '$(cat /run/secrets/database-owner)';
CREATE DATABASE bihuan OWNER bihuan_owner;
SQL
