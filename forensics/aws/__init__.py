"""Asking: sessions, requests and their answers as bytes. boto3 lives here and in `preservation`."""
