"""EFS: a file system, reached from every zone."""

from modules.efs.file_system import FileSystem, FileSystemInputs, FileSystemOutputs

__all__ = ["FileSystem", "FileSystemInputs", "FileSystemOutputs"]
