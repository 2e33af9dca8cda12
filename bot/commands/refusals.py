"""What the system refuses a command, in a sentence that names the place and the cause."""

import errno
import os

_WHY = {
    errno.ENOTDIR: "a part of this path is a file, not a folder",
    errno.EISDIR: "this is a folder, not a file",
    errno.EEXIST: "something else stands there under this name",
    errno.ENOENT: "it is not there, and cannot be made there",
    errno.EACCES: "this user may not do that there",
    errno.EPERM: "this user may not do that there",
    errno.EROFS: "nothing can be written there, it can only be read",
    errno.ENOSPC: "the disk is full",
    errno.ENAMETOOLONG: "the name is too long",
}


def sentence(error: Exception) -> str:
    """One line; of the system's own errors the place first."""
    place = error.filename if isinstance(error, OSError) else None
    if not isinstance(error, OSError) or not isinstance(place, str | bytes | os.PathLike):
        return " ".join(str(error).split())
    why = _WHY.get(error.errno or 0) or error.strerror or type(error).__name__
    return f"{os.fsdecode(place)}: {why}"
