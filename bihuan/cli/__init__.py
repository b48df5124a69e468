"""The command line `bihuan`: one file per group of commands."""
