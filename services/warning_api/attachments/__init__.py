"""Photos and PDF that prove what was found: cleaned of where and by whom they were made, sealed, by reference."""
