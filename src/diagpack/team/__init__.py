"""The team profile: matrix, checklists, policy, routing, hosts, keys, retention."""
