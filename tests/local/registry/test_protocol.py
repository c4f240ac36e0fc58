"""The OCI distribution protocol over the images of the emulated ECR."""

import io
import json
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.local.registry.conftest import INDEX, MANIFEST, OTHER, WEB, Registry, digest_of, manifest

UNKNOWN = f"sha256:{'0' * 64}"


def test_the_protocol_is_announced(registry: Registry) -> None:
    answer = registry("GET", "/v2/")
    assert (answer.status, answer.headers["Docker-Distribution-Api-Version"]) == (200, "registry/2.0")


def test_a_blob_in_one_request_comes_back_byte_by_byte(registry: Registry) -> None:
    body = bytes(range(256)) * 9000
    begun = registry("POST", f"blobs/uploads/?digest={digest_of(body)}", body)
    assert (begun.status, begun.headers["Docker-Content-Digest"]) == (201, digest_of(body))
    got = registry("GET", f"blobs/{digest_of(body)}")
    assert (got.status, got.body) == (200, body)
    head = registry("HEAD", f"blobs/{digest_of(body)}")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(len(body)), b"")
    part = registry("GET", f"blobs/{digest_of(body)}", Range="bytes=256-511")
    assert (part.status, part.body) == (206, bytes(range(256)))


def test_a_blob_in_chunks(registry: Registry) -> None:
    location = registry("POST", "blobs/uploads/").headers["Location"]
    first = registry("PATCH", location, b"abc", Content_Range="0-2")
    assert (first.status, first.headers["Range"]) == (202, "0-2")
    early = registry("PATCH", location, b"xyz", Content_Range="9-11")
    assert (early.status, early.code) == (416, "BLOB_UPLOAD_INVALID")
    assert registry("GET", location).headers["Range"] == "0-2"
    # As Docker does: without a length.
    assert registry("PATCH", location, io.BytesIO(b"def"), Transfer_Encoding="chunked").status == 202
    done = registry("PUT", f"{location}?digest={digest_of(b'abcdefg')}", b"g")
    assert done.status == 201
    assert registry("GET", f"blobs/{digest_of(b'abcdefg')}").body == b"abcdefg"
    assert registry("PATCH", location, b"h").code == "BLOB_UPLOAD_UNKNOWN"


def test_an_upload_can_be_given_up(registry: Registry) -> None:
    location = registry("POST", "blobs/uploads/").headers["Location"]
    assert registry("DELETE", location).status == 204
    assert registry("PUT", f"{location}?digest={UNKNOWN}", b"").status == 404


def test_another_digest_than_that_of_the_bytes_is_refused(registry: Registry) -> None:
    location = registry("POST", "blobs/uploads/").headers["Location"]
    refused = registry("PUT", f"{location}?digest={UNKNOWN}", b"something")
    assert (refused.status, refused.code) == (400, "DIGEST_INVALID")
    assert registry("HEAD", f"blobs/{UNKNOWN}").status == 404
    assert registry("HEAD", f"blobs/{digest_of(b'something')}").status == 404


def test_a_blob_of_another_repository_is_mounted_or_uploaded(registry: Registry) -> None:
    digest = registry.blob(b"shared")
    other = replace(registry, repository=OTHER)
    assert other("HEAD", f"blobs/{digest}").status == 404, "a repository has its own blobs"
    assert other("POST", f"blobs/uploads/?mount={digest}&from={WEB}").status == 201
    assert other("GET", f"blobs/{digest}").body == b"shared"
    unknown = other("POST", f"blobs/uploads/?mount={UNKNOWN}&from={WEB}")
    assert (unknown.status, "Location" in unknown.headers) == (202, True)


def test_what_is_pushed_is_what_ecr_describes(registry: Registry, ecr: Any) -> None:
    pushed = registry.image("1.0.0", layer=b"one")
    digest = pushed.headers["Docker-Content-Digest"]
    (described,) = ecr.describe_images(repositoryName=WEB, imageIds=[{"imageTag": "1.0.0"}])["imageDetails"]
    assert described["imageDigest"] == digest
    assert described["imageSizeInBytes"] == len(b'{"architecture": "arm64", "os": "linux"}') + 3
    (image,) = ecr.batch_get_image(repositoryName=WEB, imageIds=[{"imageDigest": digest}])["images"]
    for reference in ("1.0.0", digest):
        got = registry("GET", f"manifests/{reference}")
        assert (got.status, got.body.decode()) == (200, image["imageManifest"])
        assert (got.headers["Content-Type"], got.headers["Docker-Content-Digest"]) == (MANIFEST, digest)
    assert registry("HEAD", "manifests/1.0.0").headers["Docker-Content-Digest"] == digest
    unknown = registry("GET", "manifests/2.0.0")
    assert (unknown.status, unknown.code) == (404, "MANIFEST_UNKNOWN")


def test_a_tag_cannot_be_moved_where_the_repository_says_so(registry: Registry, ecr: Any) -> None:
    first = registry.image("1.0.0", layer=b"one")
    assert registry.image("1.0.0", layer=b"one").status == 201, "the same image"
    refused = registry.image("1.0.0", layer=b"two")
    assert (refused.status, refused.code) == (400, "TAG_INVALID")
    assert "The image tag '1.0.0' already exists in the 'shop/web' repository" in refused.message
    registry.blob(b"{}")
    with pytest.raises(ecr.exceptions.ImageTagAlreadyExistsException):
        ecr.put_image(repositoryName=WEB, imageTag="1.0.0", imageManifest=manifest(b"{}").decode())
    assert registry("HEAD", "manifests/1.0.0").headers["Docker-Content-Digest"] == digest_of(
        registry("GET", f"manifests/{first.headers['Docker-Content-Digest']}").body
    )


def test_a_tag_that_moves_leaves_its_image_untagged(registry: Registry, ecr: Any) -> None:
    other = replace(registry, repository=OTHER)
    first = other.image("latest", layer=b"one").headers["Docker-Content-Digest"]
    second = other.image("latest", layer=b"two").headers["Docker-Content-Digest"]
    images = ecr.describe_images(repositoryName=OTHER)["imageDetails"]
    assert {image["imageDigest"]: image.get("imageTags") for image in images} == {first: None, second: ["latest"]}
    back = other.image("latest", layer=b"one").headers["Docker-Content-Digest"]
    assert other("HEAD", "manifests/latest").headers["Docker-Content-Digest"] == back == first


def test_an_index_needs_its_images(registry: Registry) -> None:
    image = registry("GET", f"manifests/{registry.image('arm').headers['Docker-Content-Digest']}")
    entry = {"mediaType": MANIFEST, "digest": digest_of(image.body), "size": len(image.body)}
    for digest, status in ((UNKNOWN, 400), (digest_of(image.body), 201)):
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{**entry, "digest": digest}]}
        answer = registry("PUT", "manifests/all", json.dumps(index).encode(), Content_Type=INDEX)
        assert answer.status == status, answer.body
    assert registry("GET", "manifests/all").headers["Content-Type"] == INDEX


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"no JSON", "MANIFEST_INVALID"),
        (b"[]", "MANIFEST_INVALID"),
        (b'{"schemaVersion": 1}', "MANIFEST_INVALID"),
        (manifest(b"nowhere"), "MANIFEST_BLOB_UNKNOWN"),
    ],
)
def test_what_is_not_an_image_is_refused(registry: Registry, body: bytes, code: str) -> None:
    refused = registry("PUT", "manifests/1.0.0", body, Content_Type=MANIFEST)
    assert (refused.status, refused.code) == (400, code)
    assert json.loads(registry("GET", "tags/list").body)["tags"] == []


def test_a_manifest_is_stored_under_its_own_digest_only(registry: Registry) -> None:
    config = b"{}"
    registry.blob(config)
    body = manifest(config)
    assert registry("PUT", f"manifests/{UNKNOWN}", body, Content_Type=MANIFEST).code == "DIGEST_INVALID"
    assert registry("PUT", f"manifests/{digest_of(body)}", body, Content_Type=MANIFEST).status == 201
    assert registry("PUT", f"manifests/{digest_of(body)}", body, Content_Type=MANIFEST).status == 201
    assert registry("GET", f"manifests/{digest_of(body)}").body == body


def test_tags_come_in_pages(registry: Registry) -> None:
    for tag in ("b", "a", "c"):
        registry.image(tag)
    first = registry("GET", "tags/list?n=2")
    assert json.loads(first.body) == {"name": WEB, "tags": ["a", "b"]}
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    last = registry("GET", link)
    assert (json.loads(last.body)["tags"], "Link" in last.headers) == (["c"], False)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "manifests/1"), ("PUT", "manifests/1"), ("POST", "blobs/uploads/"), ("GET", "tags/list")],
)
def test_a_repository_has_to_exist(registry: Registry, method: str, path: str) -> None:
    answer = replace(registry, repository="shop/unknown")(method, path, b"" if method != "GET" else None)
    assert (answer.status, answer.code) == (404, "NAME_UNKNOWN")
    assert "The repository with name 'shop/unknown' does not exist" in answer.message


def test_what_ecr_does_not_offer_is_not_offered(registry: Registry) -> None:
    assert registry("DELETE", "manifests/1.0.0").status == 405
    assert registry("GET", "/v2/shop/web/nothing").status == 404


def test_layers_of_the_api_are_blobs_of_the_registry(registry: Registry, ecr: Any) -> None:
    upload = ecr.initiate_layer_upload(repositoryName=WEB)["uploadId"]
    ecr.upload_layer_part(repositoryName=WEB, uploadId=upload, partFirstByte=0, partLastByte=4, layerPartBlob=b"bytes")
    ecr.complete_layer_upload(repositoryName=WEB, uploadId=upload, layerDigests=[digest_of(b"bytes")])
    assert registry("GET", f"blobs/{digest_of(b'bytes')}").body == b"bytes"
    layer = ecr.batch_check_layer_availability(repositoryName=WEB, layerDigests=[registry.blob(b"more")])["layers"]
    assert [each["layerSize"] for each in layer] == [4]


def test_a_slow_upload_keeps_no_call_to_aws_waiting(registry: Registry, ecr: Any) -> None:
    location = registry("POST", "blobs/uploads/").headers["Location"]
    answered = threading.Event()

    class Slow(io.RawIOBase):
        parts = [b"first", b"last"]

        def read(self, _size: int = -1) -> bytes:
            if len(self.parts) == 1:
                assert answered.wait(20), "the call to AWS waited for the upload"
            return self.parts.pop(0) if self.parts else b""

    def call_aws() -> None:
        time.sleep(0.2)
        ecr.describe_repositories()
        answered.set()

    thread = threading.Thread(target=call_aws)
    thread.start()
    assert registry("PATCH", location, Slow(), Transfer_Encoding="chunked").status == 202
    thread.join()
    assert registry("PUT", f"{location}?digest={digest_of(b'firstlast')}").status == 201
