"""The sample county: 绥棱县 231226 with its real divisions, an invented registry and departments' files."""
