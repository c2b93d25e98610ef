"""What is found fast among the stories of a topic, in a file beside the store."""
