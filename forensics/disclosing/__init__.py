"""Give one file of a case away, with its proof: where reading (the verifier's) meets writing (custody's)."""
