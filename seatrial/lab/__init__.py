"""A real control plane on this machine: its processes, their certificates, and simulated nodes."""
