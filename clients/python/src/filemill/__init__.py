"""Client of Filemill: uploads that resume, results as iterators, with and without asyncio."""

from .aio import AsyncFilemill
from .api import File, FileError, FilesFilter, Output, Result, ResultsFilter, ServerErrorCode
from .errors import ClientErrorCode, ErrorCode, FilemillError
from .sync import Filemill
from .upload import Uploaded

__all__ = [
    "AsyncFilemill",
    "ClientErrorCode",
    "ErrorCode",
    "File",
    "FileError",
    "Filemill",
    "FilemillError",
    "FilesFilter",
    "Output",
    "Result",
    "ResultsFilter",
    "ServerErrorCode",
    "Uploaded",
]
