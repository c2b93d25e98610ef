"""Stories in the formats that other programs read; pure, and sanitised last."""
