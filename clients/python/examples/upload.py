import sys

from filemill import Filemill

with Filemill() as filemill:  # Filemill("https://files.example", token="…"), or FILEMILL_URL and FILEMILL_TOKEN
    for path in sys.argv[1:]:
        uploaded = filemill.upload(path)
        file = filemill.wait(uploaded.id)
        if file.error:
            raise SystemExit(f"{path}: {file.error.message}")
        output = filemill.result(uploaded.id).output
        print(path, output.mime_type, output.word_count, output.sha256)
