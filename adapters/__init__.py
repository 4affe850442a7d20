"""What carries: a platform's event in, the platform's message out. Thin, and knows nothing about mail."""
