"""An EFS file system with mount targets in every zone."""

from modules.efs.file_system import FileSystem, FileSystemInputs, FileSystemOutputs

__all__ = ["FileSystem", "FileSystemInputs", "FileSystemOutputs"]
