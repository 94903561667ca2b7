"""A live cluster: the only package that imports the Kubernetes clients."""
