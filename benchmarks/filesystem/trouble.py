"""What stops a measurement, in a sentence for the person who started it."""

import errno


class Trouble(Exception):
    """Ends the run; its text says what was tried, on what, and what can be done."""


def of_os_error(attempt: str, error: OSError) -> Trouble:
    """The sentence for a system call that failed while `attempt` was made."""
    path = f" {error.filename}" if error.filename else ""
    text = f"{attempt}:{path} {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        text += "; --files, --size-mib and --tree make the measurement smaller"
    return Trouble(text)
