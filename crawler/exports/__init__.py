"""Records in the forms that other programs read; `renamings.py` says which field of ours becomes which of theirs."""
