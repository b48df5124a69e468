"""Why the system does not start. Every message is one clear line for the person at the terminal."""


class LaunchRefused(Exception):
    """Root of them; a command prints the message and exits non-zero."""


class AlreadyRunning(LaunchRefused):
    """Another `up` holds this home."""


class PortInUse(LaunchRefused):
    """A port that a service needs is taken."""


class DatabaseNotStarted(LaunchRefused):
    """The embedded PostgreSQL did not come up, or cannot be used as it is."""


class DatabaseRefused(LaunchRefused):
    """The database cannot be reached, is too old, or is not one that may be used in this environment."""


class NotReady(LaunchRefused):
    """A process died or did not answer `/readyz` in time; the message quotes the end of its log."""


class StopRequested(Exception):
    """Ctrl-C or SIGTERM came before the system was ready; no failure."""
