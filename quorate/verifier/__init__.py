"""The offline verifier: certificate and charter in, checks out. It shares no code with the nodes."""
