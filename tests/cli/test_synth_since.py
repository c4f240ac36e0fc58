"""`synth --since` says as text what differs from the stacks of another commit."""

import json
import shutil


def test_what_differs_is_said_after_the_folders(windlass, project, tmp_path):
    assert windlass("synth", "dev").code == 0
    base = tmp_path / "base"
    shutil.copytree(project.root / "cdktf.out", base)
    assert "dev: nothing differs" in windlass("synth", "dev", "--since", str(base)).out
    file = base / "stacks" / "dev-network" / "cdk.tf.json"
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "resource": {"aws_vpc": {"old": {"cidr_block": "10.0.0.0/16"}}}}))
    assert windlass("synth", "dev", "--since", str(base)).out.splitlines()[-1] == "network: aws_vpc.old is gone"
    ended = windlass("synth", "dev", "--since", str(base), "--json")
    assert json.loads(ended.out)["differences"] == ["network: aws_vpc.old is gone"]


def test_a_folder_without_the_environment_is_refused(windlass, tmp_path):
    ended = windlass("synth", "dev", "--since", str(tmp_path))
    assert ended.code == 2
    assert "has no stack of dev: run ./windlass synth dev in that checkout first." in ended.err
