"""What tests of every service need: databases of their own, callers, a service in this process."""
