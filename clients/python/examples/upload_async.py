import asyncio
import sys

from filemill import AsyncFilemill


async def main(paths: list[str]) -> None:
    async with AsyncFilemill() as filemill:
        for path in paths:
            uploaded = await filemill.upload(path)
            await filemill.wait(uploaded.id)
            output = (await filemill.result(uploaded.id)).output
            print(path, output.mime_type, output.word_count, output.sha256)


asyncio.run(main(sys.argv[1:]))
