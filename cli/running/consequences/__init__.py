"""What a change costs: which requests fail, which data goes, what AWS would refuse half-way.

`table.py` judges what Terraform plans (`change.py`) or, where a layer cannot be planned yet, what its file and its
state say (`expected.py`). `plan` shows the sentences; `apply` asks or refuses (`consent.py`).
"""
