"""Posts a file as a form, as the documentation of each library has it: LIBRARY URL PATH NAME."""

import asyncio
import sys


def with_requests(url, content, name):
    import requests

    return requests.post(url, files={"file": (name, content)}).text


def with_httpx(url, content, name):
    import httpx

    return httpx.post(url, files={"file": (name, content)}).text


def with_aiohttp(url, content, name):
    import aiohttp

    async def post():
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        async with aiohttp.ClientSession() as session, session.post(url, data=form) as response:
            return await response.text()

    return asyncio.run(post())


library, url, path, name = sys.argv[1:]
with open(path, "rb") as file:
    print(globals()["with_" + library](url, file, name))
