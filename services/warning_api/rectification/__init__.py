"""Problems found by inspection, and their rectification by two parties (policy.md, Supervision; 双交办)."""
