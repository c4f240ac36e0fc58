"""The page on Terraform Cloud names every workspace that must share its state."""

import re
from pathlib import Path
from typing import Any

from config import load
from tests.support.documents import ROOT, documents, documents_of

PAGE = ROOT / "docs" / "terraform-cloud.md"


def on_terraform_cloud(data: dict[str, Any]) -> None:
    data["state"] = {"backend": "terraform-cloud", "organization": "acme"}
    data["delivery"] = {
        "repository": "acme/shop",
        "apply_policy_arns": {"platform": "arn:aws:iam::123456789012:policy/platform-apply"},
    }


def test_the_table_is_what_the_layers_read() -> None:
    layers = documents_of("prod", on_terraform_cloud)
    reads = {
        (source, layer)
        for layer, document in layers.items()
        for source in document.get("data", {}).get("terraform_remote_state", {})
    }
    rows = re.findall(r"^\| `(\w+)` \| (`[^|]+`) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    shared = {(source, layer) for source, layers in rows for layer in re.findall(r"`(\w+)`", layers)}
    assert shared == reads
    assert ("network", "data") in reads


def test_the_workspaces_have_the_names_of_the_page() -> None:
    prod = load("prod", Path(ROOT))
    layers = documents_of("prod", on_terraform_cloud)
    names = {layer: document["terraform"]["cloud"]["workspaces"]["name"] for layer, document in layers.items()}
    assert names == {layer: f"{prod.project}-prod-{layer}" for layer in names}
    assert set(documents("prod")) - {"bootstrap"} < set(names)
