"""Uploads files to Filemill, waits until they are analysed, and prints one JSON line for each.

    PYTHONPATH=generated python3 upload.py FILE...

FILEMILL_SERVER names the server (127.0.0.1:50051 unless set). Exit status: 0 when every file is
COMPLETED, 3 when one FAILED, 1 when the server refused something, 2 when there is nothing to do.
"""

import hashlib
import json
import os
import sys
import time
import uuid

import grpc

from filemill.v1 import file_pb2, metadata_service_pb2, metadata_service_pb2_grpc
from filemill.v1 import result_service_pb2, result_service_pb2_grpc
from filemill.v1 import upload_service_pb2, upload_service_pb2_grpc

CHUNK_BYTES = 256 * 1024
TERMINAL = (file_pb2.FILE_STATUS_COMPLETED, file_pb2.FILE_STATUS_FAILED)


def main(paths):
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    server = os.environ.get("FILEMILL_SERVER", "127.0.0.1:50051")
    with grpc.insecure_channel(server, options=channel_options(server)) as channel:
        ids = [upload(channel, path) for path in paths]
        files = wait(channel, ids)
        results = fetch_results(channel, ids)
    for file_id in ids:
        print(json.dumps(describe(files[file_id], results.get(file_id)), ensure_ascii=False))
    return 0 if all(file.status == file_pb2.FILE_STATUS_COMPLETED for file in files.values()) else 3


def channel_options(server):
    """gRPC takes a proxy from http_proxy and its like even for this machine, where no proxy leads."""
    is_local = server.startswith(("127.", "localhost:", "[::1]:", "unix:"))
    return [("grpc.enable_http_proxy", 0)] if is_local else []


def upload(channel, path):
    """Sends one file and returns its id; once this returns, the server has the bytes on disk."""
    stub = upload_service_pb2_grpc.UploadServiceStub(channel)
    # One key for one decision to upload: however often it is sent, there will be one file.
    key = str(uuid.uuid4())
    answer = retrying(lambda: stub.UploadFile(messages(path, key)))
    return answer.id


def messages(path, idempotency_key):
    """The stream of one upload: what the file is, its bytes, and the SHA-256 of what was sent."""
    request = upload_service_pb2.UploadFileRequest
    yield request(
        metadata=upload_service_pb2.UploadMetadata(
            filename=os.path.basename(path),
            size=os.path.getsize(path),
            idempotency_key=idempotency_key,
            sha256_at_close=True,
        )
    )
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            yield request(chunk=chunk)
    yield request(closing=upload_service_pb2.UploadClosing(sha256=digest.hexdigest()))


def wait(channel, ids):
    """Watches until every file is COMPLETED or FAILED; returns the files by id."""
    stub = metadata_service_pb2_grpc.MetadataServiceStub(channel)
    files = {}

    def watch():
        # Each message holds the latest state of what changed; asking again after a break resumes.
        for update in stub.WatchFiles(metadata_service_pb2.WatchFilesRequest(ids=ids)):
            if update.missing_ids:
                raise SystemExit(f"Deleted meanwhile: {', '.join(update.missing_ids)}")
            files.update((file.id, file) for file in update.files)
            if all(file_id in files and files[file_id].status in TERMINAL for file_id in ids):
                return

    retrying(watch)
    return files


def fetch_results(channel, ids):
    stub = result_service_pb2_grpc.ResultServiceStub(channel)
    request = result_service_pb2.GetResultsRequest(file_ids=ids)
    return {result.file_id: result for result in retrying(lambda: stub.GetResults(request)).results}


def retrying(call, tries=8):
    """Tries again while the server is away, and on nothing else."""
    for attempt in range(tries):
        try:
            return call()
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE or attempt == tries - 1:
                raise SystemExit(f"{error.code().name}: {error.details()}") from None
            time.sleep(0.2 * 2**attempt)


def describe(file, result):
    return {
        "id": file.id,
        "filename": file.filename,
        "size": file.size,
        "status": file_pb2.FileStatus.Name(file.status).removeprefix("FILE_STATUS_"),
        "error": file.error.code or None,
        "result": json.loads(result.output_json) if result else None,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
