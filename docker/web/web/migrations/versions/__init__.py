"""One file per revision, `rNNNN_description.py`, numbered without gaps. Higher numbers are newer."""
