"""The command line, the client library, the launcher, the sample county."""
