"""One file per revision, `rNNNN_what.py`, numbered without a gap: the number says which of two is newer."""
