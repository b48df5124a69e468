"""Carrying out changes of regions: mergers, splits, renames and new codes (`bihuan regions apply`)."""
