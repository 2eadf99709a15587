"""The type of a file system: locks are only reliable on one that is local."""

import os

NETWORK = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fhgfs", "fuse.ceph", "fuse.gcsfuse"}
    | {"fuse.glusterfs", "fuse.juicefs", "fuse.mount-s3", "fuse.mountpoint-s3", "fuse.rclone"}
    | {"fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"}
    | {"orangefs", "panfs", "pvfs2", "smb2", "smb3", "smbfs"}
)
"""The types of network file systems, by the names in mountinfo."""
_MOUNTS = "/proc/self/mountinfo"


def filesystem_type(path: str) -> str:
    """The type of the file system that `path` is on; empty where the system does not say."""
    device = os.stat(path).st_dev
    name = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as mounts:
            types = dict(map(_device_and_type, mounts))
    except OSError:  # not Linux
        return ""
    return types.get(name, "")


def _device_and_type(line: str) -> tuple[str, str]:
    """The device (major:minor) and the type in a line of mountinfo; see proc(5)."""
    return line.split(" ", 3)[2], line.partition(" - ")[2].split(" ", 1)[0]
