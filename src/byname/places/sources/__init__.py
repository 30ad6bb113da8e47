"""The formats places are brought in from, one file each: bytes in, plain values out, or each fault with its line."""
