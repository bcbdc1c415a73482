"""How good the tags are: labelled sets, scores, and the training of the vote on the design."""
