"""The checks on a live cluster, and its drift from the manifests."""
