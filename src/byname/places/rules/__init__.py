"""What is decided about places: boundaries as files tell them, and addresses as people type them."""
