"""What the push is measured against, written plainly and as fast as their own way allows."""
