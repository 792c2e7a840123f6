"""Starts real sandboxes for tests and speaks to them over HTTP."""

import base64
import io
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import requests
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-nano-11111111-2222-3333-4444-555555555555"
PRO = "sandbox/inpaint-pro"
QUICK = "sandbox/square-lite"


class Server:
    """A running sandbox: its address, its process, and the calls that tests make."""

    def __init__(self, url, process):
        self.url = url
        self.process = process

    def edit(self, *, key=KEY, path="/api/v1/images/edits", picture=None, headers=None, **sent):
        """POST a multipart edit; `files` adds or replaces parts, other names are form fields."""
        files = sent.pop("files", None)
        if files is None:
            files = {"image": ("picture.png", picture or png(), "image/png")}
            if "mask" in sent:
                files["mask"] = ("mask.png", sent.pop("mask"), "image/png")
        fields = {"prompt": "make it blue", "model": QUICK} | sent
        fields = {name: value for name, value in fields.items() if value is not None}
        sent_headers = {"Authorization": f"Bearer {key}"} if key else {}
        return requests.post(
            self.url + path,
            data=fields,
            files=files,
            headers=sent_headers | (headers or {}),
            timeout=30,
        )

    def edit_json(self, **fields):
        body = {"prompt": "make it blue", "model": QUICK, "imageDataUrl": data_url(png())} | fields
        return requests.post(
            self.url + "/api/v1/images/edits",
            json={name: value for name, value in body.items() if value is not None},
            headers={"x-api-key": KEY},
            timeout=30,
        )

    def order(self, *faults):
        answer = requests.post(
            self.url + "/sandbox/faults", json={"faults": list(faults)}, timeout=5
        )
        assert answer.status_code == 200, answer.text

    def calls(self):
        return requests.get(self.url + "/sandbox/calls", timeout=5).json()["calls"]

    def last_call(self):
        return self.calls()[-1]

    def balance(self):
        answer = requests.post(
            self.url + "/api/check-balance", headers={"x-api-key": KEY}, timeout=5
        )
        return answer.json()["usd_balance"]


@contextmanager
def running(*arguments, env=None):
    """A sandbox process on a free port, ended by TERM and, failing that, killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("sandbox ready on http://127.0.0.1:"), (line, process.poll())
        yield Server(line.split()[-1], process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def drawn(width=192, height=128):
    """A small picture like a photo: sky, ground with grain, a red ball."""
    chance = np.random.default_rng(5)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pixels = np.zeros((height, width, 3), np.float32)
    pixels[:] = np.stack([120 + y, 160 + y * 0.6, 225 - y * 0.1], axis=-1)
    ground = y > height * 0.55
    pixels[ground] = (96, 130, 70)
    ball = np.hypot(x - width * 0.6, y - height * 0.6) < height * 0.17
    pixels[ball] = (196, 40, 44)
    pixels += chance.normal(0, 4, pixels.shape)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def ball_mask(width=192, height=128, radius=0.24):
    y, x = np.mgrid[0:height, 0:width]
    inside = np.hypot(x - width * 0.6, y - height * 0.6) < height * radius
    return (inside * 255).astype(np.uint8)


def encoded(pixels, kind="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def png(width=192, height=128):
    return encoded(drawn(width, height))


def luminance_mask(width=192, height=128):
    return encoded(ball_mask(width, height))


def alpha_mask(width=192, height=128):
    """Transparent where the ball is, and black everywhere: only the alpha tells."""
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., 3] = 255 - ball_mask(width, height)
    return encoded(pixels)


def dual_mask(width=192, height=128):
    """White and transparent where to edit, black and opaque where to keep."""
    inside = ball_mask(width, height)
    return encoded(np.dstack([inside, inside, inside, 255 - inside]))


def data_url(data, mime="image/png"):
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def fetched(answer, item=0):
    """The picture behind an answer's link, as an array."""
    link = answer.json()["data"][item]["url"]
    got = requests.get(link, timeout=10)
    assert got.status_code == 200, got.text
    return np.asarray(Image.open(io.BytesIO(got.content)).convert("RGB"))
