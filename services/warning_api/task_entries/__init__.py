"""What is said about a task besides its visits: extensions and the county's decision on them, returns for rework."""
