"""A data set that reads its images from a bucket, as most do: one request for each, when its turn comes."""

import base64
import hashlib
import hmac
import http.client
import io
import os
from email.utils import formatdate
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from PIL import Image
from torch.utils.data import Dataset


class BucketImages(Dataset):
    """Keys are 'CLASS/NAME'. The key's id and secret come from OSS_KEY_ID and OSS_KEY_SECRET."""

    def __init__(self, endpoint, bucket, transform):
        self.host, self.bucket, self.transform = urlsplit(endpoint).netloc, bucket, transform
        self.connections = {}
        self.keys = self.list()
        self.classes = sorted({key.split("/")[0] for key in self.keys})

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        key = self.keys[index]
        image = Image.open(io.BytesIO(self.get(quote(key)))).convert("RGB")
        return self.transform(image), self.classes.index(key.split("/")[0])

    def list(self):
        keys, more = [], True
        while more:
            after = quote(keys[-1], safe="") if keys else ""
            page = ElementTree.fromstring(self.get("", f"?list-type=2&max-keys=1000&start-after={after}"))
            keys += [entry.findtext("{*}Key") for entry in page.findall("{*}Contents")]
            more = page.findtext("{*}IsTruncated") == "true"
        return keys

    def get(self, key, query=""):
        # One connection for each process: workers are forked, and sockets must not be shared.
        if os.getpid() not in self.connections:
            self.connections = {os.getpid(): http.client.HTTPConnection(self.host)}
        connection = self.connections[os.getpid()]
        date = formatdate(usegmt=True)
        secret = os.environ["OSS_KEY_SECRET"].encode()
        signed = f"GET\n\n\n{date}\n/{self.bucket}/{key}"
        signature = base64.b64encode(hmac.new(secret, signed.encode(), hashlib.sha1).digest()).decode()
        headers = {"Date": date, "Authorization": f"OSS {os.environ['OSS_KEY_ID']}:{signature}"}
        connection.request("GET", f"/{self.bucket}/{key}{query}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise OSError(f"{key}: the bucket answers {answer.status}: {body[:200]!r}")
        return body
